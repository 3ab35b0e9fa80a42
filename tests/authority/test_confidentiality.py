"""Canaries: what a client sends in confidence is found in no log record, no traceback, no refusal and no repr."""

import base64
import logging
import time
import traceback
from collections.abc import Iterator

import pytest

from practice_tenant import RunningTenant
from practice_tenant.authority.client_authentication import Credential
from practice_tenant.directory import credentials
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.clients import FORM, Authority, Graph
from tests.tenant.clock import Clock
from tests.tenant.listener import client_context, http_request, over_tls
from tests.tenant.tokens import Mint

SECRET = "canary-secret~4f1d"
TOKEN = "Y2FuYXJ5LXRva2VuLTRmMWQ"

# A secret may leak as it is, in base64 (Basic), or as a part of either.
BASIC = base64.b64encode(f"client:{SECRET}".encode()).decode()
CANARIES = ("canary", SECRET[-6:], TOKEN, TOKEN[-8:], BASIC, BASIC[-8:])


class Records(logging.Handler):
    """Keeps what the server logs. What its clients here log is their own business."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("http"):
            self.kept.append(record)

    @property
    def text(self) -> str:
        """Messages, tracebacks and every other attribute of the records."""
        return "\n".join([*map(self.format, self.kept), *(str(vars(record)) for record in self.kept)])

    def wait_for(self, text: str) -> None:
        """Wait until the server, in its own thread, logged this."""
        deadline = time.monotonic() + 10
        while text not in self.text:
            assert time.monotonic() < deadline, f"{text!r} was not logged"
            time.sleep(0.01)


@pytest.fixture
def records() -> Iterator[Records]:
    """Every record that a program's own logging would show, down to uvicorn's trace level.

    Not caplog: it listens to loggers that are switched off, too.
    """
    records, root = Records(), logging.getLogger()
    before = root.level
    root.addHandler(records)
    root.setLevel(1)
    yield records
    root.setLevel(before)
    root.removeHandler(records)


def assert_no_canary(*texts: str) -> None:
    for text in texts:
        assert [canary for canary in CANARIES if canary in text] == []


REFUSED = {
    "wrong secret": {"client_secret": SECRET},
    "unknown client": {"client_secret": SECRET, "client_id": "unknown"},
    "public client": {"client_secret": SECRET, "client_id": "91d3c7b4-0a6f-4e58-b2c9-5d47e8f1a036"},
    "no scope": {"client_secret": SECRET, "scope": ""},
    "password": {"grant_type": "password", "username": "learner@practice.example", "password": SECRET},
    "assertion": {"client_secret": "", "client_assertion": TOKEN},
    "secret and assertion": {"client_secret": SECRET, "client_assertion": TOKEN},
    "refresh token": {"grant_type": "refresh_token", "refresh_token": TOKEN},
    "code": {"grant_type": "authorization_code", "code": SECRET, "code_verifier": TOKEN},
    "on behalf of": {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": TOKEN},
    "device code": {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": SECRET},
}


@pytest.mark.statement(98)
@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_a_refusal_quotes_no_credential(authority: Authority, form: dict, records: Records, change: dict):
    response = authority.token(form | change)
    assert 400 <= response.status_code < 500
    assert_no_canary(response.text, str(response.headers), records.text)


@pytest.mark.statement(98)
def test_a_refusal_quotes_no_basic_credential(authority: Authority, form: dict, records: Records):
    for value in (f"Basic {BASIC}", f"Basic {BASIC}!", f"Bearer {TOKEN}", TOKEN):
        response = authority.token(form, headers=[("Authorization", value)])
        assert response.status_code == 400
        assert_no_canary(response.text, str(response.headers), records.text)


@pytest.mark.statement(98)
def test_a_malformed_body_is_not_quoted(authority: Authority, records: Records):
    for body in (
        f"client_secret={SECRET}%zz",
        f"client_secret={SECRET}&client_secret={SECRET}",
        SECRET,
        f"{SECRET}=%ff",
    ):
        response = authority.token(body.encode())
        assert response.status_code == 400
        assert_no_canary(response.text, records.text)


@pytest.mark.statement(98)
def test_the_api_quotes_no_token(graph: Graph, mint: Mint, records: Records):
    tokens = (TOKEN, f"{TOKEN}.{TOKEN}.{TOKEN}", mint(exp=0, canary=SECRET), mint(aud=SECRET), mint(roles=[SECRET]))
    for token in (*tokens, mint(header={"kid": SECRET})):
        response = graph.get(f"/users?access_token={TOKEN}", token=token)
        assert response.status_code in (401, 403)
        assert_no_canary(response.text, str(response.headers), records.text)
        assert token.rpartition(".")[2][-40:] not in response.text + records.text


@pytest.mark.statement(98)
@pytest.mark.parametrize("broken", ["passwords", "granted_role_ids"])
def test_a_fault_of_the_server_shows_no_secret_in_its_traceback(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues, clock: Clock, monkeypatch, broken: str
):
    directory.add_password(seeded.client_id, credentials.new_password_credential(SECRET, now=clock()))
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError) as fault:
        patch.setattr(Directory, broken, lambda *_: 1 / 0)
        authority.token(form | {"client_secret": SECRET})
    assert_no_canary("".join(traceback.format_exception(fault.value)))


@pytest.mark.statement(98)
def test_a_real_listener_logs_no_credential_even_when_it_fails(running: RunningTenant, records: Records, monkeypatch):
    context = client_context(running.ca_certificate)
    host = f"Host: localhost:{running.https_port}"
    body = f"grant_type=client_credentials&client_id={running.seeded.client_id}&scope=a/.default&client_secret={SECRET}"
    target = f"/common/oauth2/v2.0/token?client_secret={SECRET}"
    token = http_request(target, host, f"Content-Type: {FORM}", method="POST", body=body.encode())
    users = http_request("/graph/v1.0/users", host, f"Authorization: Bearer {TOKEN}.{TOKEN}.{TOKEN}")
    for request in (token, users, http_request("/", host, f"Cookie: {SECRET}", f"Bad Header {SECRET}:")):
        answer = over_tls(running.https_port, context, request)
        assert answer.split()[1] in (b"400", b"401"), answer
        assert_no_canary(answer.decode())
    monkeypatch.setattr(Directory, "application", lambda *_, **__: 1 / 0)
    answer = over_tls(running.https_port, context, token)
    assert answer.split()[1] == b"500"
    records.wait_for("ZeroDivisionError")
    assert "ZeroDivisionError" not in answer.decode() and "Traceback" not in answer.decode()
    assert_no_canary(answer.decode(), records.text)


@pytest.mark.statement(98)
def test_no_repr_shows_a_secret(seeded: SeededValues, running: RunningTenant):
    credential = Credential(client_id="client", method="client_secret_post", secret=SECRET)
    texts = [repr(credential), repr(seeded), repr(running)]
    assert_no_canary(*texts)
    own = running.seeded
    for secret in (
        *(seeded.client_secret, seeded.administrator_secret, seeded.api_secret, seeded.user_password),
        *(own.client_secret, own.administrator_secret, own.api_secret, own.user_password),
        *(running.face_header[1], running.control_token, running.portal_url.split("/")[3]),
    ):
        assert not any(secret in text for text in texts)


@pytest.mark.statement(98)
def test_the_directory_keeps_no_secret(seeded: SeededValues, directory: Directory):
    kept = "\n".join(directory.database._connection.iterdump())
    assert seeded.client_id in kept
    for secret in (seeded.client_secret, seeded.administrator_secret):
        assert secret not in kept and secret.encode().hex().upper() not in kept.upper()
