"""A connection that its client resets is forgotten at once, with all that it holds: over TLS a quarter of a megabyte."""

import gc
import socket
import time

import pytest

from practice_tenant.listeners.guarded import GuardedProtocol
from practice_tenant.listeners.limits import Limits
from practice_tenant.listeners.resettable import _AT_ONCE
from tests.conformance.limited import limited

CLIENTS = 5
METADATA = "/common/v2.0/.well-known/openid-configuration"


def connections() -> int:
    """How many are in memory."""
    gc.collect()
    return sum(isinstance(each, GuardedProtocol) for each in gc.get_objects())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_who_resets_a_connection_leaves_nothing_behind(scheme):
    with limited(Limits()) as tenant:
        for _ in range(CLIENTS):
            with tenant.connected(scheme) as client:
                # Without "Connection: close", so that the server waits for the next request.
                client.sendall(f"GET {METADATA} HTTP/1.1\r\nHost: localhost:{tenant.port(scheme)}\r\n\r\n".encode())
                assert client.recv(100).startswith(b"HTTP/1.1 ")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        until = time.monotonic() + tenant.limits.idle_seconds / 4
        while connections() and time.monotonic() < until:
            time.sleep(0.2)
        assert connections() == 0
