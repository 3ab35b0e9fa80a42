"""200 clients at once, each a real MSAL, against a tenant that is served by a process of its own: no error."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msal
import pytest
import requests

from course.person import visit
from course.transport import practice_session
from tests.environment import hermetic
from tests.live.served import ServedTenant, served

CLIENTS, WITH_DEVICE_CODE = 200, 50
GRAPH = "https://graph.microsoft.com"


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedTenant]:
    """A tenant in a process of its own."""
    folder: Path = tmp_path_factory.mktemp("load")
    with served(hermetic(folder)) as running:
        yield running


def session(tenant: ServedTenant) -> requests.Session:
    """What a client sends with: connections of its own."""
    return practice_session(_Carried(tenant))


class _Carried:
    """A served tenant as the course's session wants it: with the text of its certificate authority."""

    def __init__(self, tenant: ServedTenant):
        self.seeded = tenant.seeded
        self.https_port = tenant.https_port
        self.face_header = tenant.face_header
        self.ca_certificate = tenant.ca_certificate.read_text("ascii")


def daemon(tenant: ServedTenant) -> int:
    """A program that reads the users as itself; the status that the API answers with."""
    with closing(session(tenant)) as http:
        app = msal.ConfidentialClientApplication(
            tenant.seeded.client_id,
            authority=f"https://login.microsoftonline.com/{tenant.seeded.tenant_id}",
            client_credential=tenant.seeded.client_secret,
            http_client=http,
        )
        result = app.acquire_token_for_client([f"{GRAPH}/.default"])
        return _status(http, result, "/v1.0/users")


def device(tenant: ServedTenant) -> int:
    """A program that somebody signs in to on another screen; the status that the API answers with."""
    with closing(session(tenant)) as http:
        app = msal.PublicClientApplication(
            tenant.seeded.public_client_id,
            authority=f"https://login.microsoftonline.com/{tenant.seeded.tenant_id}",
            http_client=http,
        )
        flow = app.initiate_device_flow(["User.Read"])
        assert "user_code" in flow, flow
        visit(f"{flow['verification_uri']}?otc={flow['user_code']}")
        return _status(http, app.acquire_token_by_device_flow(flow), "/v1.0/me")


def _status(http: requests.Session, result: dict, path: str) -> int:
    assert "access_token" in result, result
    return http.get(GRAPH + path, headers={"Authorization": f"Bearer {result['access_token']}"}).status_code


def test_200_clients_at_once_meet_no_error(tenant: ServedTenant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COURSE_PERSON_PASSWORD", tenant.seeded.user_password)
    together = threading.Barrier(CLIENTS, timeout=30)

    def client(number: int) -> int:
        together.wait()
        return (device if number < WITH_DEVICE_CODE else daemon)(tenant)

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert list(pool.map(client, range(CLIENTS))) == [200] * CLIENTS
