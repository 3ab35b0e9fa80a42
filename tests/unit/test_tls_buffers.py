"""A TLS connection to a process that serves takes little memory, and carries as much as before."""

import gc
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


def buffers() -> set[int]:
    """How many bytes asyncio has set aside for each connection that is open."""
    transports = [each.transport for each in gc.get_objects() if isinstance(each, GuardedProtocol) and each.transport]
    return {len(transport._ssl_protocol._ssl_buffer) for transport in transports}


@pytest.mark.parametrize("small", [True, False])
def test_a_connection_has_a_small_buffer_and_the_longest_request_still_arrives(small: bool):
    if small:
        tls_buffers.keep_small()
    with limited(Limits()) as tenant:
        target, host = "/common/oauth2/v2.0/token", f"Host: localhost:{tenant.https_port}"
        body = b"a" * Limits().body_bytes
        with tenant.connected() as client:
            client.sendall(http_request(target, host, method="POST").replace(b"Connection: close\r\n", b""))
            assert client.recv(1000).startswith(b"HTTP/1.1 400 ")
            assert buffers() == {tls_buffers.BYTES if small else 256 * 1024}
        head = [host, "Content-Type: application/x-www-form-urlencoded", f"X-Long: {'a' * 60_000}"]
        received = over_tls(tenant.https_port, tenant.context, http_request(target, *head, method="POST", body=body))
        assert received.startswith(b"HTTP/1.1 400 ")
        assert b"AADSTS" in received


def test_a_process_that_serves_keeps_them_small(monkeypatch: pytest.MonkeyPatch):
    state, asked = in_memory(), []
    listeners = server.listen(state, several=True)
    monkeypatch.setattr(server, "_serve_here", lambda *_: asked.append(sslproto.SSLProtocol.max_size))
    server.serve(listeners, lambda: None)
    for bound in (*listeners.https, *listeners.http):
        bound.close()
    state.directory.close()
    assert asked == [tls_buffers.BYTES]
