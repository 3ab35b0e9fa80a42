"""A state file that is damaged while the practice tenant runs on it: whoever asks is told, and nothing is emptied."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from practice_tenant import damage
from practice_tenant.__main__ import main
from practice_tenant.directory import seed
from practice_tenant.state import DATABASE, open_state
from tests.faults.on_disk import OnDisk, on_disk
from tests.unit.opened_state import set_aside

SENTENCE = "state file is damaged"
CURE = "python -m practice_tenant reset"
# Different kinds of exception in whoever reads them.
CHANGES = {
    "JSON that is none": "UPDATE application SET lists = substr(lists, 2)",
    "JSON without a member": "UPDATE application SET lists = '{}'",
    "text that is no text": "UPDATE application SET display_name = CAST(x'ff' AS TEXT)",
    "a table less": "PRAGMA foreign_keys = OFF; DROP TABLE application",
}


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[OnDisk]:
    """A practice tenant on a file."""
    state = open_state(tmp_path)
    with closing(state.directory):
        yield on_disk(state)


def change(folder: Path, sql: str) -> None:
    """Change what the file holds behind the back of whoever uses it."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.executescript(sql)


@pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES)
def test_every_part_says_that_the_file_is_damaged(
    sql: str, tenant: OnDisk, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    access_token = tenant.token().json()["access_token"]
    pages = (tenant.sign_in_page, tenant.portal, tenant.b2c_sign_in_page)
    assert {ask().status_code for ask in (*pages, tenant.metadata, tenant.counted)} == {200}
    assert tenant.b2c_token().status_code == 400
    change(tmp_path, sql)
    refused = tenant.token()
    assert (refused.status_code, refused.json()["error"], refused.json()["error_codes"]) == (
        500,
        "server_error",
        [90036],
    )
    assert "retry-after" not in refused.headers
    api = tenant.api("/applications", access_token)
    assert api.status_code == 500
    told = [refused.json()["error_description"], api.json()["error"]["message"]]
    for response in (page() for page in pages):
        assert response.status_code == 500
        told.append(response.text)
    machine = tenant.metadata()
    assert machine.status_code == 500
    told.append(machine.json()["error_description"])
    control = tenant.counted()
    assert control.status_code == 500
    told.append(control.json()["error"])
    customers = tenant.b2c_token()
    assert (customers.status_code, customers.json()["error"]) == (500, "server_error")
    assert customers.json()["error_description"].startswith("AADB2C90063: ")
    told.append(customers.json()["error_description"])
    for text in told:
        assert SENTENCE in text
        assert CURE in text
    records = [record for record in caplog.records if record.name == "practice_tenant.damage"]
    assert records
    assert all(SENTENCE in record.getMessage() and record.levelno == logging.ERROR for record in records)


def test_a_reset_keeps_the_damaged_file_and_starts_afresh(
    tenant: OnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("PRACTICE_TENANT_HOME", str(tmp_path))
    change(tmp_path, CHANGES["JSON that is none"])
    assert SENTENCE in tenant.token().text
    tenant.directory.close()
    content = (tmp_path / DATABASE).read_bytes()
    assert main(["reset", "--yes"]) == 0
    [kept] = set_aside(tmp_path)
    assert kept.read_bytes() == content
    assert kept.name in capsys.readouterr().err
    state = open_state(tmp_path)
    with closing(state.directory):
        assert state.notices == ()
        assert on_disk(state).token().status_code == 200


def test_a_value_that_was_given_out_and_lost_what_it_stands_for(tenant: OnDisk, tmp_path: Path):
    code = tenant.directory.issue("refresh_token", {"client_idd": "damaged"}, expires=2**33)
    form = {"grant_type": "refresh_token", "refresh_token": code, "client_id": tenant.seeded.public_client_id}
    refused = tenant.token(form | {"scope": "User.Read"})
    assert refused.status_code == 500
    assert SENTENCE in refused.json()["error_description"]


def test_an_error_of_the_server_on_a_sound_file_stays_one(tenant: OnDisk):
    def broken(*_: object) -> None:
        raise KeyError(seed.TENANT_ID)

    tenant.directory.tenant = broken
    with pytest.raises(KeyError, match=seed.TENANT_ID):
        tenant.token()


def test_a_file_is_read_whole_once_at_each_revision_and_others_are_answered_meanwhile(
    tenant: OnDisk, monkeypatch: pytest.MonkeyPatch
):
    looked: list[bool] = []

    def look(path: Path) -> None:
        looked.append(threading.current_thread() is threading.main_thread())

    def broken(*_: object) -> None:
        raise KeyError(seed.TENANT_ID)

    monkeypatch.setattr(damage, "check_beside", look)
    tenant.directory.tenant = broken
    for _ in range(2):
        with pytest.raises(KeyError):
            tenant.token()
    assert looked == [False]
    tenant.directory.issue("code", {}, expires=2**33)
    with pytest.raises(KeyError):
        tenant.token()
    assert looked == [False, False]
