"""What a client is told where a handler raises: 500 and a sentence in the layout of the part that it asked."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from practice_tenant.directory.store import Directory
from practice_tenant.failures import BUG
from practice_tenant.state import State
from tests.faults.on_disk import OnDisk, on_disk
from tests.tenant.clients import answered

pytestmark = pytest.mark.usefixtures("ready_keys")

SECRET = "what the exception quotes"
# How each part's answer holds its sentence, with the error that its layout names.
PARTS: dict[str, tuple[Callable[[OnDisk], httpx.Response], Callable[[httpx.Response], str]]] = {
    "token endpoint": (lambda tenant: tenant.token(), lambda answer: answer.json()["error_description"]),
    "API": (lambda tenant: tenant.api("/applications"), lambda answer: answer.json()["error"]["message"]),
    "metadata": (lambda tenant: tenant.metadata(), lambda answer: answer.json()["error_description"]),
    "sign-in page": (lambda tenant: tenant.sign_in_page(), lambda answer: answer.text),
    "portal": (lambda tenant: tenant.portal(), lambda answer: answer.text),
    "B2C's token endpoint": (lambda tenant: tenant.b2c_token(), lambda answer: answer.json()["error_description"]),
    "B2C's sign-in page": (lambda tenant: tenant.b2c_sign_in_page(), lambda answer: answer.text),
    "control API": (lambda tenant: tenant.counted(), lambda answer: answer.json()["error"]),
}
EVERY_PART = pytest.mark.parametrize(("ask", "sentence"), PARTS.values(), ids=PARTS)


@pytest.fixture
def tenant(opened: Callable[[Path], State], tmp_path: Path) -> Iterator[OnDisk]:
    """A practice tenant."""
    state = opened(tmp_path)
    with closing(state.directory):
        asked = on_disk(state)
        # Requests are counted in front of the parts, and each app is looked up for that once.
        for ask, _ in PARTS.values():
            ask(asked)
        yield replace(asked, access_token=asked.token().json()["access_token"])


@pytest.fixture
def fails_with(tenant: OnDisk, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Lets every look-up raise."""

    def switch(error: Exception) -> None:
        def broken(*_: object, **__: object) -> None:
            raise error

        for name in ("tenant", "tenants", "application", "applications", "managed_identities", "signing_keys"):
            monkeypatch.setattr(Directory, name, broken)

    return switch


@EVERY_PART
def test_a_bug_is_a_500_that_says_so_and_the_server_gets_the_exception(ask, sentence, tenant, fails_with):
    fails_with(ZeroDivisionError(SECRET))
    with pytest.raises(ZeroDivisionError, match=SECRET):
        ask(tenant)
    answer = ask(replace(tenant, app=answered(tenant.app)))
    assert answer.status_code == 500
    assert BUG in sentence(answer)
    assert SECRET not in answer.text and "Traceback" not in answer.text
    assert "retry-after" not in answer.headers


def test_the_token_endpoints_and_graphs_layouts_name_the_error(tenant, fails_with):
    fails_with(ZeroDivisionError())
    client = replace(tenant, app=answered(tenant.app))
    assert (client.token().json()["error"], client.token().json()["error_codes"]) == ("server_error", [90036])
    assert client.b2c_token().json()["error"] == "server_error"
    assert client.api("/applications").json()["error"]["code"] == "generalException"


@EVERY_PART
def test_a_file_that_is_locked_is_a_503_and_no_bug(ask, sentence, tenant, fails_with):
    fails_with(sqlite3.OperationalError("database is locked"))
    answer = ask(tenant)
    # The metadata service of Azure knows no 503.
    assert answer.status_code == (500 if ask is PARTS["metadata"][0] else 503)
    assert BUG not in sentence(answer)
