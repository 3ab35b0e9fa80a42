"""A TLS connection to a process that serves takes little memory, and carries as much as before."""

import asyncio
from asyncio import sslproto

import pytest

from practice_tenant import server
from practice_tenant.listeners import tls_buffers
from practice_tenant.listeners.guarded import GuardedProtocol
from practice_tenant.listeners.limits import Limits
from practice_tenant.state import in_memory
from tests.conformance.limited import limited
from tests.conformance.listener import http_request, over_tls


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test changes is taken back."""
    monkeypatch.setattr(sslproto.SSLProtocol, "max_size", sslproto.SSLProtocol.max_size)


@pytest.fixture
def buffers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes asyncio sets aside for each connection, from when it is open."""
    sizes, connection_made = [], GuardedProtocol.connection_made

    def noted(self: GuardedProtocol, transport: asyncio.Transport) -> None:
        sizes.append(len(transport._ssl_protocol._ssl_buffer))
        connection_made(self, transport)

    monkeypatch.setattr(GuardedProtocol, "connection_made", noted)
    return sizes


@pytest.mark.parametrize("small", [True, False])
def test_a_connection_has_a_small_buffer_and_the_longest_request_still_arrives(small: bool, buffers: list[int]):
    if small:
        tls_buffers.keep_small()
    with limited(Limits()) as tenant:
        target, host = "/common/oauth2/v2.0/token", f"Host: localhost:{tenant.https_port}"
        body = b"a" * Limits().body_bytes
        head = [host, "Content-Type: application/x-www-form-urlencoded", f"X-Long: {'a' * 60_000}"]
        received = over_tls(tenant.https_port, tenant.context, http_request(target, *head, method="POST", body=body))
        assert received.startswith(b"HTTP/1.1 400 ")
        assert b"AADSTS" in received
    assert buffers == [tls_buffers.BYTES if small else 256 * 1024]


def test_a_process_that_serves_keeps_them_small(monkeypatch: pytest.MonkeyPatch):
    state, asked = in_memory(), []
    listeners = server.listen(state, several=True)
    monkeypatch.setattr(server, "_serve_here", lambda *_: asked.append(sslproto.SSLProtocol.max_size))
    server.serve(listeners, lambda: None)
    for bound in (*listeners.https, *listeners.http):
        bound.close()
    state.directory.close()
    assert asked == [tls_buffers.BYTES]
