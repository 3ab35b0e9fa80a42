"""The listening sockets of this computer, and a uvicorn server that accepts on them within limits."""

import asyncio
import contextlib
import errno
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator

import uvicorn

from .connection import Connection
from .limits import Limits, OpenConnections

_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
_ATTEMPTS = 20
_RESERVED = (
    "this system doesn't give port {port} to programs like this one. Ports below 1024 are often an administrator's, and "
    "Windows reserves ranges: netsh interface ipv4 show excludedportrange protocol=tcp. Choose another port"
)
# Why a socket can't listen, by the system's error.
_REASONS = {
    errno.EACCES: _RESERVED,
    errno.EPERM: _RESERVED,
    errno.EADDRNOTAVAIL: "this computer has no address 127.0.0.1: its loopback interface is missing or down",
    errno.EMFILE: "this process may not open more files (ulimit -n). Close some, or raise the limit",
    errno.ENFILE: "this computer has too many open files. End programs that aren't needed",
}
_BACKLOG = 2048
_SECONDS_TO_CONNECT = 5
# How long clients of open connections may begin one more request while the server stops.
_LAST_REQUESTS_SECONDS = 0.4
# The pause after an accept that failed, as it does when the process has no file descriptor left.
_RETRY_SECONDS = 0.05


class CannotListen(Exception):
    """A listening socket can't be made; the text is a sentence that says why."""


class PortTaken(CannotListen):
    """Another program listens on the requested port."""

    def __init__(self, port: int):
        super().__init__(f"Port {port} on this computer is taken.")
        self.port = port


def bind(port: int) -> list[socket.socket]:
    """Listen on 127.0.0.1 and, if the computer has it, ::1, on the same port; port 0 takes a free one.

    Raises:
        PortTaken: another program has the port.
        CannotListen: the system refuses for another reason.
    """
    for _ in range(_ATTEMPTS if port == 0 else 1):
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
            # With port 0, the free port of 127.0.0.1 may be taken, or reserved, on ::1.
            if not (port == 0 and bound and error.errno in (errno.EADDRINUSE, errno.EACCES)):
                raise _refused(port, error) from error
        else:
            return bound
    raise CannotListen(f"No port is free on both 127.0.0.1 and ::1, in {_ATTEMPTS} attempts.")


def _refused(port: int, error: OSError) -> CannotListen:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(port)
    reason = _REASONS.get(error.errno, error.strerror or type(error).__name__).format(port=port)
    return CannotListen(f"{reason[0].upper()}{reason[1:]}.")


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
        context: gives the TLS settings of the next connection; None for plain HTTP.
        protocol: makes the protocol of a connection.
    """

    def __init__(
        self,
        listener: socket.socket,
        context: Callable[[], ssl.SSLContext] | None,
        *,
        protocol: Callable[[], Connection],
        limits: Limits,
        connections: OpenConnections,
    ):
        listener.setblocking(False)
        self._listener = listener
        self._connections = connections
        self._protocol = protocol
        self._context = context
        self._options = {}
        if context is not None:
            self._options = {
                "ssl_handshake_timeout": limits.seconds,
                # Time for the client to answer the end of TLS.
                "ssl_shutdown_timeout": limits.farewell_seconds,
            }
        self._opening: set[asyncio.Task] = set()
        self._closing = False
        self._loop = asyncio.get_running_loop()
        self._accepting = self._loop.create_task(self._accept())

    async def finish(self) -> None:
        """Accept the clients that the system has let in already, then close; open connections continue."""
        self._closing = True
        # Cancelling at once could lose the socket that is being accepted.
        await asyncio.wait([self._accepting], timeout=_RETRY_SECONDS)
        self.close()
        await self.wait_closed()
        with contextlib.suppress(OSError):
            while self._connections.make_room():
                self._open(self._listener.accept()[0])
        self._listener.close()

    def close(self) -> None:
        """Stop accepting; open connections continue."""
        self._accepting.cancel()

    async def wait_closed(self) -> None:
        """Wait until accepting has stopped."""
        await asyncio.wait([self._accepting])

    async def _accept(self) -> None:
        while not self._closing:
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
                context = self._context() if self._context else None
                await self._loop.connect_accepted_socket(lambda: protocol, accepted, ssl=context, **self._options)
        finally:
            protocol.accepting = None
            if protocol.transport is None:
                self._connections.remove(protocol)


class Server(uvicorn.Server):
    """uvicorn's server with acceptors instead of asyncio's servers.

    Args:
        limits: what a client may ask for.
        connections: the open connections of all servers in this process.
        context: gives the TLS settings of the next connection; None for plain HTTP.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        limits: Limits,
        connections: OpenConnections,
        context: Callable[[], ssl.SSLContext] | None = None,
    ):
        super().__init__(config)
        self._context = context
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
            Acceptor(bound, self._context, protocol=self._protocol, limits=self._limits, connections=self._connections)
            for bound in sockets or []
        ]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what has begun, then stop. uvicorn's own closes idle connections while a request is on its way."""
        self._connections.ending = True
        for acceptor in self.servers:
            await acceptor.finish()
        end = time.monotonic() + _LAST_REQUESTS_SECONDS
        while len(self._connections) and time.monotonic() < end:
            await asyncio.sleep(_RETRY_SECONDS)
        await super().shutdown()

    def _protocol(self) -> Connection:
        return Connection(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            limits=self._limits,
            connections=self._connections,
        )
