"""What a client is told when the tenant can't answer for now: when to come back."""

import sqlite3

import httpx
import msal
import pytest
from msal.exceptions import MsalServiceError

from practice_tenant import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.clients import FORM, Authority, Graph, InProcess


def locked(*_: object, **__: object) -> None:
    """Stands in for a look-up while another process holds the state file."""
    raise sqlite3.OperationalError("database is locked")


def assert_comes_back(response: httpx.Response) -> None:
    assert response.status_code == 503
    seconds = response.headers.get("retry-after", "")
    assert seconds.isdecimal() and int(seconds) > 0


@pytest.mark.statement(16)
def test_the_token_endpoint_says_when_to_come_back(authority: Authority, directory: Directory, form: dict):
    directory.application = locked
    response = authority.token(form)
    assert_comes_back(response)
    assert response.json()["error"] == "temporarily_unavailable"
    assert response.json()["error_codes"] == [90033]


@pytest.mark.statement(16)
def test_the_api_says_when_to_come_back(graph: Graph, directory: Directory, mint):
    token = mint(roles=["User.Read.All"])
    directory.service_principal = locked
    response = graph.get("/users", token=token)
    assert_comes_back(response)
    assert response.json()["error"]["code"] == "serviceNotAvailable"


@pytest.mark.statement(16)
def test_a_page_says_when_to_come_back(pages: InProcess, directory: Directory, seeded: SeededValues):
    directory.application = locked
    response = pages.get(f"/{seeded.tenant_id}/oauth2/v2.0/authorize?client_id={seeded.public_client_id}")
    assert_comes_back(response)
    assert "Try again" in response.text


def full(*_: object, **__: object) -> None:
    """Stands in for a look-up whose disk is full."""
    raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.statement(16)
def test_a_person_is_told_why_where_waiting_alone_does_not_help(
    graph: Graph, pages: InProcess, directory: Directory, seeded: SeededValues, mint
):
    directory.service_principal = directory.application = full
    for text in (
        graph.get("/users", token=mint(roles=["User.Read.All"])).json()["error"]["message"],
        pages.get(f"/{seeded.tenant_id}/oauth2/v2.0/authorize?client_id={seeded.public_client_id}").text,
    ):
        assert "database or disk is full." in text


class InProcessClient:
    """MSAL's http_client, led to the tenant without a socket; it counts what is posted."""

    def __init__(self, http: InProcess):
        self.http = http
        self.posts = 0

    def get(self, url: str, **_: object) -> httpx.Response:
        return self.http.get(url.removeprefix("https://login.microsoftonline.com"))

    def post(self, url: str, *, data: dict, **_: object) -> httpx.Response:
        self.posts += 1
        content = str(httpx.QueryParams(data)).encode()
        path = url.removeprefix("https://login.microsoftonline.com")
        return self.http.request("POST", path, headers=[("Content-Type", FORM)], content=content)

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.statement(16)
def test_msal_waits_that_long_before_it_asks_again(login: InProcess, directory: Directory, seeded: SeededValues):
    http = InProcessClient(login)
    app = msal.ConfidentialClientApplication(
        seeded.client_id,
        authority=f"https://login.microsoftonline.com/{seeded.tenant_id}",
        client_credential=seeded.client_secret,
        http_client=http,
    )
    directory.application = locked
    for _ in range(3):
        with pytest.raises(MsalServiceError):
            app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert http.posts == 1
