"""A tenant that `serve` runs in another process, made to fail over the network by whoever can read its state folder."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msal
import pytest
import requests

from course import Tenant
from course.served_tenant import ControlError
from tests.environment import hermetic
from tests.notebooks.live.served import FOLDER, ServedTenant, served

SCOPE = ["https://graph.microsoft.com/.default"]
SECONDS = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a person of one's own."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[ServedTenant]:
    """The tenant of that folder."""
    with served(hermetic(folder)) as running:
        yield running


@pytest.fixture
def tenant(folder: Path, running: ServedTenant) -> Iterator[Tenant]:
    """What makes it fail; everything is as usual before and after a test."""
    tenant = Tenant.served(folder / "tenant")
    assert tenant.faults == ()
    yield tenant
    tenant.clear()


def new_app(running: ServedTenant) -> msal.ConfidentialClientApplication:
    """MSAL as another program has it: with its own session, over the network."""
    return msal.ConfidentialClientApplication(
        running.seeded.client_id,
        authority=f"https://localhost:{running.https_port}/{running.seeded.tenant_id}",
        client_credential=running.seeded.client_secret,
        instance_discovery=False,
        verify=str(running.ca_certificate),
    )


def control(running: ServedTenant, method: str = "GET", *, base: str = "", **options: object) -> requests.Response:
    """A request to the control API as any program on this computer can send it."""
    url = f"{base or f'https://localhost:{running.https_port}'}/control/faults"
    return requests.request(method, url, verify=str(running.ca_certificate), timeout=SECONDS, **options)


def token_of(folder: Path) -> str:
    """The control token, as its owner can read it."""
    [file] = (folder / "tenant").glob("serve-*.json")
    return json.loads(file.read_text("utf-8"))["control_token"]


def test_it_fails_for_other_programs_as_it_was_told(tenant: Tenant, running: ServedTenant):
    app = new_app(running)
    before = tenant.requests("token")
    tenant.throttle(times=1, retry_after=60)
    assert app.acquire_token_for_client(SCOPE)["error_codes"] == [90055]
    assert tenant.requests("token") == before + 1
    assert tenant.faults == ()
    assert tenant.ports == (running.https_port, running.http_port)


def test_a_connection_is_reset_over_the_network_too(tenant: Tenant, running: ServedTenant):
    app = new_app(running)
    tenant.reset_connections()
    with pytest.raises(requests.ConnectionError):
        app.acquire_token_for_client(SCOPE)
    assert "access_token" in app.acquire_token_for_client(SCOPE)


@pytest.mark.skipif(os.name == "nt", reason="Windows may end such a connection without saying that it was reset.")
def test_it_is_a_reset_of_tcp_not_an_end(tenant: Tenant, running: ServedTenant):
    tenant.start_outage()
    with socket.create_connection(("127.0.0.1", running.http_port), SECONDS) as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{running.http_port}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_an_outage_keeps_its_own_control_api_open(tenant: Tenant, running: ServedTenant):
    tenant.start_outage()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://localhost:{running.http_port}/", timeout=SECONDS)
    assert tenant.faults == ("An outage: every connection is reset.",)
    tenant.end_outage()
    assert requests.get(f"http://localhost:{running.http_port}/", timeout=SECONDS).ok


def test_nobody_without_the_token_is_let_in(tenant: Tenant, running: ServedTenant, folder: Path):
    command = {"command": "start_outage"}
    for headers in ({}, {"Authorization": "Bearer wrong"}, dict([running.face_header])):
        for method in ("GET", "POST", "DELETE"):
            assert control(running, method, json=command, headers=headers).status_code == 401
    assert tenant.faults == ()
    assert control(running, "POST", json=command, headers=bearer(folder)).status_code == 200


def bearer(folder: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_of(folder)}"}


def test_nobody_is_let_in_over_plain_http_or_under_another_name(tenant: Tenant, running: ServedTenant, folder: Path):
    command = {"command": "start_outage"}
    plain = f"http://localhost:{running.http_port}"
    assert control(running, "POST", base=plain, json=command, headers=bearer(folder)).status_code == 404
    for host, status in (
        ("login.microsoftonline.com", 404),
        ("graph.microsoft.com", 401),
        ("rebound.example", 421),
        (f"rebound.example:{running.https_port}", 421),
    ):
        headers = bearer(folder) | {"Host": host} | dict([running.face_header])
        assert control(running, "POST", json=command, headers=headers).status_code == status
    assert tenant.faults == ()


def test_no_page_in_a_browser_is_let_in(tenant: Tenant, running: ServedTenant, folder: Path):
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = control(running, "POST", data='{"command":"start_outage"}', headers=headers | bearer(folder))
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    assert tenant.faults == ()


def test_a_reset_of_the_state_from_another_terminal_clears_everything(tmp_path: Path):
    with served(hermetic(tmp_path)):
        tenant = Tenant.served(tmp_path / "tenant")
        tenant.throttle(times=9)
        tenant.shift_clock(3600)
        command = [sys.executable, "-m", "practice_tenant", "reset", "--yes"]
        subprocess.run(command, cwd=FOLDER, env=hermetic(tmp_path), check=True, capture_output=True, timeout=SECONDS)
        assert tenant.faults == ()


def test_only_its_owner_reads_the_token_and_it_goes_when_the_tenant_stops(tmp_path: Path):
    with served(hermetic(tmp_path)):
        [file] = (tmp_path / "tenant").glob("serve-*.json")
        tenant, token = Tenant.served(tmp_path / "tenant"), token_of(tmp_path)
        assert len(token) >= 43, "32 random bytes"
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.exists() or os.name == "nt", "Windows ends a process without asking it"
    with pytest.raises(ControlError, match="can't be reached"):
        _ = tenant.faults
    with served(hermetic(tmp_path)):
        assert token_of(tmp_path) != token, "another run has another"


def test_the_token_is_printed_nowhere(tmp_path: Path):
    command = [sys.executable, "-m", "practice_tenant", "serve", "--https-port", "0", "--http-port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=FOLDER, env=hermetic(tmp_path), **pipes) as process:
        said = []
        while not said or not said[-1].startswith("Stop with"):
            said.append(process.stdout.readline())
        token = token_of(tmp_path)
        tenant = Tenant.served(tmp_path / "tenant")
        tenant.start_outage()
        process.send_signal(signal.SIGTERM)
        said.append(process.communicate(timeout=SECONDS)[0])
    assert token not in "".join(said)
    assert "Traceback" not in "".join(said)
