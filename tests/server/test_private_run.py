"""On a computer that several people use, a run is its owner's: loopback only, and a key or a token to be served."""

import socket
from itertools import product

import pytest

from practice_tenant import RunningTenant
from practice_tenant.app import PracticeTenant
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from practice_tenant.hosts import B2C_HOST, RUN_HEADER, cloud_faces, external_id_faces
from practice_tenant.listeners.listener import bind
from tests.tenant.clients import InProcess
from tests.tenant.clock import Clock
from tests.tenant.listener import client_context, http_request, over_tcp, over_tls

KEY = "the-owner-knows"
HINT = "Every practice user's password is canary"


@pytest.fixture
def owned(directory: Directory, clock: Clock) -> InProcess:
    """The pages of a run whose owner alone knows their address."""
    app = PracticeTenant(
        directory, https_port=8443, http_port=8400, run_token="t", pages_key=KEY, password_hint=HINT, clock=clock
    )
    return InProcess(app=app, base_url="http://localhost:8400")


@pytest.mark.statement(80)
@pytest.mark.parametrize("listener", ["https_port", "http_port"])
def test_the_listeners_are_on_loopback_only(running: RunningTenant, listener: str):
    port = getattr(running, listener)
    socket.create_connection(("127.0.0.1", port), 5).close()
    # Bound to every address, it would answer under each of the computer's own; this is one of them, and is safe to try.
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", port), 5)


@pytest.mark.statement(80)
def test_no_other_address_is_ever_bound(monkeypatch: pytest.MonkeyPatch):
    """Shows the same where 127.0.0.1 is the only address that leads to this computer, as on macOS."""
    asked = []

    class Recorded(socket.socket):
        def bind(self, address: tuple) -> None:
            asked.append(address[0])
            super().bind(("::1" if self.family == socket.AF_INET6 else "127.0.0.1", *address[1:]))

    monkeypatch.setattr(socket, "socket", Recorded)
    for listener in bind(0):
        listener.close()
    assert asked and set(asked) <= {"127.0.0.1", "::1"}


@pytest.mark.statement(80)
@pytest.mark.parametrize("host", sorted([*cloud_faces(8400), *external_id_faces(8400), B2C_HOST]))
def test_the_clouds_names_are_the_owners_alone(running: RunningTenant, host: str):
    context = client_context(running.ca_certificate)
    headers = ([], [f"{RUN_HEADER}: "], [f"{RUN_HEADER}: guessed"], [f"{RUN_HEADER}: ü"])
    paths = ("/common/v2.0/.well-known/openid-configuration", "/v1.0/users", "/")
    for header, path in product(headers, paths):
        received = over_tls(running.https_port, context, http_request(path, f"Host: {host}", *header))
        assert received.startswith(b"HTTP/1.1 403 ")
        assert running.face_header[1].encode() not in received


@pytest.mark.statement(80)
@pytest.mark.parametrize("prefix", ["", "/guessed", f"/{KEY}x", f"/{KEY[:-1]}", f"/{KEY.upper()}", f"//{KEY}"])
def test_the_pages_are_the_owners_alone(owned: InProcess, seeded: SeededValues, prefix: str):
    path = f"{prefix}/{seeded.tenant_id}/oauth2/v2.0/authorize"
    for address in (path, f"{prefix}/devicelogin", f"{prefix}/portal", f"{prefix}/"):
        response = owned.get(address)
        assert response.status_code == 404
        assert KEY not in response.text and "canary" not in response.text


@pytest.mark.statement(80)
def test_the_owner_is_shown_the_password(owned: InProcess, seeded: SeededValues):
    query = f"client_id={seeded.public_client_id}&response_type=code&scope=openid&login_hint=learner@practice.example"
    response = owned.get(f"/{KEY}/{seeded.tenant_id}/oauth2/v2.0/authorize?{query}")
    assert "canary" in response.text


@pytest.mark.statement(80)
def test_a_real_runs_pages_have_a_key_of_128_bits(running: RunningTenant):
    context = client_context(running.ca_certificate)
    host, name = f"Host: localhost:{running.http_port}", f"{RUN_HEADER}: {running.face_header[1]}"
    request = http_request("/common/v2.0/.well-known/openid-configuration", "Host: login.microsoftonline.com", name)
    received = over_tls(running.https_port, context, request).decode()
    base = f"http://localhost:{running.http_port}/"
    key = received.partition(f'"authorization_endpoint":"{base}')[2].partition("/")[0]
    assert len(key) >= 22
    assert over_tcp(running.http_port, http_request(f"/{key}/devicelogin", host)).startswith(b"HTTP/1.1 200 ")
    assert over_tcp(running.http_port, http_request("/devicelogin", host)).startswith(b"HTTP/1.1 404 ")
