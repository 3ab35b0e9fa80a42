"""The listening sockets of this computer, and a uvicorn server that accepts on them within limits."""

import asyncio
import contextlib
import errno
import socket
import ssl
import sys
from collections.abc import Callable, Iterator

import uvicorn

from .connection import Connection
from .limits import Limits, OpenConnections

_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
_BACKLOG = 2048
_SECONDS_TO_CONNECT = 5
# The pause after an accept that failed, as it does when the process has no file descriptor left.
_RETRY_SECONDS = 0.05


class PortTaken(Exception):
    """Another program listens on the requested port."""

    def __init__(self, port: int):
        super().__init__(f"Port {port} on this computer is taken.")
        self.port = port


def bind(port: int) -> list[socket.socket]:
    """Listen on 127.0.0.1 and, if the computer has it, ::1, on the same port; port 0 takes a free one.

    Raises:
        PortTaken: another program has the port.
    """
    bound = []
    try:
        bound.append(_socket(socket.AF_INET, "127.0.0.1", port))
        # "localhost" may resolve to ::1 first. Another program on that port would get the tenant's requests.
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
    # asyncio sets TCP_NODELAY only on sockets that name their protocol. Without it each answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        # Linux lets two programs bind one port; only listen() fails for the second.
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


class Acceptor:
    """Accepts connections on one socket, within limits. asyncio's server accepts until no file descriptor is left.

    Args:
        listener: a listening socket.
        context: TLS; None for plain HTTP.
        protocol: makes the protocol of a connection.
    """

    def __init__(
        self,
        listener: socket.socket,
        context: ssl.SSLContext | None,
        *,
        protocol: Callable[[], Connection],
        limits: Limits,
        connections: OpenConnections,
    ):
        listener.setblocking(False)
        self._listener = listener
        self._connections = connections
        self._protocol = protocol
        self._options = {"ssl": context}
        if context is not None:
            self._options |= {
                "ssl_handshake_timeout": limits.seconds,
                # Time for the client to answer the end of TLS.
                "ssl_shutdown_timeout": limits.farewell_seconds,
            }
        self._opening: set[asyncio.Task] = set()
        self._loop = asyncio.get_running_loop()
        self._accepting = self._loop.create_task(self._accept())

    def close(self) -> None:
        """Stop accepting; open connections continue."""
        self._accepting.cancel()

    async def wait_closed(self) -> None:
        """Wait until accepting has stopped."""
        await asyncio.wait([self._accepting])

    async def _accept(self) -> None:
        while True:
            try:
                accepted, _ = await self._loop.sock_accept(self._listener)
            except OSError:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if self._connections.make_room():
                self._open(accepted)
            else:
                accepted.close()
            # A long backlog must not keep open connections waiting.
            await asyncio.sleep(0)

    def _open(self, accepted: socket.socket) -> None:
        protocol = self._protocol()
        task = self._loop.create_task(self._connect(accepted, protocol))
        protocol.accepting = task
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self, accepted: socket.socket, protocol: Connection) -> None:
        try:
            # A client may fail the handshake or time out; that is no error of the server.
            with contextlib.suppress(OSError):
                await self._loop.connect_accepted_socket(lambda: protocol, accepted, **self._options)
        finally:
            protocol.accepting = None
            if protocol.transport is None:
                self._connections.remove(protocol)


class Server(uvicorn.Server):
    """uvicorn's server with acceptors instead of asyncio's servers.

    Args:
        limits: what a client may ask for.
        connections: the open connections of all servers in this process.
    """

    def __init__(self, config: uvicorn.Config, limits: Limits, connections: OpenConnections):
        super().__init__(config)
        self._limits = limits
        self._connections = connections

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: two servers share one process, so ``serve`` handles them, or the kernel does."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. uvicorn's own startup has no setting for TLS time-outs, and no limit on connections."""
        await self.lifespan.startup()
        self.servers = [
            Acceptor(
                bound, self.config.ssl, protocol=self._protocol, limits=self._limits, connections=self._connections
            )
            for bound in sockets or []
        ]
        self.started = True

    def _protocol(self) -> Connection:
        return Connection(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            limits=self._limits,
            connections=self._connections,
        )
