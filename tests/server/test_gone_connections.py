"""A connection that its client resets is forgotten at once, with all that it holds: over TLS a quarter of a megabyte."""

import asyncio
import gc
import socket
import time
import weakref
from collections.abc import Callable, Iterator

import pytest

from practice_tenant.listeners.connection import _AT_ONCE, Connection
from practice_tenant.listeners.limits import Limits
from tests.tenant.limited import limited

CLIENTS = 5
METADATA = "/common/v2.0/.well-known/openid-configuration"


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """How many of the connections that a test opens are in memory."""
    opened, connection_made = weakref.WeakSet(), Connection.connection_made

    def noted(self: Connection, transport: asyncio.Transport) -> None:
        opened.add(self)
        connection_made(self, transport)

    monkeypatch.setattr(Connection, "connection_made", noted)

    def count() -> int:
        gc.collect()
        return len(opened)

    # What stands before the test is much, and no collection need look at it.
    gc.freeze()
    yield count
    gc.unfreeze()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_who_resets_a_connection_leaves_nothing_behind(scheme: str, connections: Callable[[], int]):
    with limited(Limits()) as tenant:
        for _ in range(CLIENTS):
            with tenant.connected(scheme) as client:
                # Without "Connection: close", so that the server waits for the next request.
                client.sendall(f"GET {METADATA} HTTP/1.1\r\nHost: localhost:{tenant.port(scheme)}\r\n\r\n".encode())
                assert client.recv(100).startswith(b"HTTP/1.1 ")
                assert connections()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        until = time.monotonic() + tenant.limits.idle_seconds / 4
        while connections() and time.monotonic() < until:
            time.sleep(0.2)
        assert connections() == 0
