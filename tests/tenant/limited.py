"""A tenant behind listeners with a test's own limits, and clients that ignore the rules."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import uvicorn

from practice_tenant import server
from practice_tenant.listeners.limits import Limits
from practice_tenant.state import in_memory

from .listener import SECONDS, client_context, http_request, over_tls


@dataclass(frozen=True, kw_only=True)
class Limited:
    """The listeners' ports, and a careful client's check of their certificate."""

    https_port: int
    http_port: int
    limits: Limits
    context: ssl.SSLContext = field(repr=False)
    servers: Sequence[uvicorn.Server] = field(repr=False)

    def port(self, scheme: str) -> int:
        """The port of ``http`` or ``https``."""
        return self.https_port if scheme == "https" else self.http_port

    def connections(self) -> int:
        """How many connections it keeps."""
        return sum(len(server.server_state.connections) for server in self.servers)

    @contextmanager
    def connected(self, scheme: str = "https") -> Iterator[socket.socket]:
        """A connection without any request; over TLS, after the handshake."""
        with socket.create_connection(("127.0.0.1", self.port(scheme)), SECONDS) as plain:
            if scheme == "http":
                yield plain
                return
            with self.context.wrap_socket(plain, server_hostname="localhost") as secure:
                yield secure

    def serves(self) -> float:
        """The seconds that a well-behaved client waits for an answer."""
        began = time.monotonic()
        target = "/common/v2.0/.well-known/openid-configuration"
        received = over_tls(
            self.https_port, self.context, http_request(target, f"Host: localhost:{self.https_port}"), name="localhost"
        )
        assert received.startswith(b"HTTP/1.1 200 "), received[:100]
        return time.monotonic() - began


@contextmanager
def limited(limits: Limits, app: Callable | None = None) -> Iterator[Limited]:
    """Listeners that keep *limits*, in a thread, until the end of the block.

    Args:
        app: the ASGI application; None: the practice tenant.
    """
    state = in_memory()
    listeners = server.listen(state, limits=limits)
    if app is not None:
        listeners = replace(listeners, app=app)
    servers, ready = server._servers(listeners), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(server._serve(servers, listeners, ready.set)))
    thread.start()
    try:
        assert ready.wait(SECONDS)
        yield Limited(
            https_port=listeners.https_port,
            http_port=listeners.http_port,
            limits=limits,
            context=client_context(listeners.identity.ca_certificate),
            servers=servers,
        )
    finally:
        for running in servers:
            running.should_exit = True
        thread.join(SECONDS)
        state.directory.close()


def all_at_once(actions: Sequence[Callable]) -> list:
    """What each of some actions returns that wait: none waits for another."""
    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result() for future in [pool.submit(action) for action in actions]]


def seconds_until_cut(connection: socket.socket, drip: bytes = b"", every: float = 0.1) -> float:
    """The seconds until the listener closes a connection.

    Args:
        drip: bytes to send one by one until then.
        every: seconds from byte to byte.
    """
    began = time.monotonic()
    connection.settimeout(every if drip else SECONDS)
    left = list(drip)
    while time.monotonic() - began < SECONDS:
        try:
            if left:
                connection.sendall(bytes([left.pop(0)]))
            if not connection.recv(65536):
                break
        except TimeoutError:
            continue
        except OSError:
            # Reset, or the end of TCP without the end of TLS.
            break
    return time.monotonic() - began
