"""Sockets on this computer only, on 127.0.0.1 and ::1, both on one port."""

import errno
import socket
import sys

_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
_BACKLOG = 2048
_SECONDS_TO_CONNECT = 5


class PortTaken(Exception):
    """Another program listens on a port that was asked for."""

    def __init__(self, port: int):
        super().__init__(f"Port {port} on this computer is taken.")
        self.port = port


def bind(port: int) -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, where the computer has it, on ::1, both on one port."""
    bound = []
    try:
        bound.append(_socket(socket.AF_INET, "127.0.0.1", port))
        # "localhost" may mean ::1 first: a program that has the port there would get what is meant for us.
        bound.append(_socket(socket.AF_INET6, "::1", bound[0].getsockname()[1]))
    except OSError as error:
        if bound and error.errno in _NO_IPV6:
            return bound
        for listener in bound:
            listener.close()
        if bound and port == 0:
            return bind(0)
        raise PortTaken(port) from error
    return bound


def listens(port: int) -> bool:
    """Whether a program on this computer listens on a port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), _SECONDS_TO_CONNECT).close()
    except (OSError, OverflowError):
        return False
    return True


def _socket(family: int, address: str, port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only on sockets that name their protocol; without it each answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        # Linux lets two programs bind a port; whose it is, listening tells.
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
