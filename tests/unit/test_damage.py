"""Bytes that were changed inside a row: SQLite's quick check passes, and the file is named and kept all the same."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from practice_tenant.directory import check as checking
from practice_tenant.directory.check import check
from practice_tenant.directory.damaged import Damaged
from practice_tenant.state import DATABASE, State, open_state
from tests.conformance.certificate import new_certificate
from tests.unit.opened_state import REGISTERED, holds_its_secrets, set_aside

Opened = Callable[[Path], State]

# What stands in the file, and what stands there afterwards, of the same length.
BYTES = {
    "JSON that is none": (b'"identifier_uris"', b'"identifier_uris}'),
    "JSON without a member": (b'"identifier_uris"', b'"identifier_urjs"'),
    "half a character": (b"Registered by a learner", b"\\ud800ered by a learner"),
    "text that is no text": (b"Practice Learner", b"Practice \xff\xfearner"),
    "a name that its index doesn't have": (b"learner@practice.example", b"leasner@practice.example"),
    "a private key": (b"-----BEGIN PRIVATE KEY-----\nMII", b"-----BEGIN PRIVATE KEY-----\nMJI"),
    "a certificate of a signing key": (b"Practice tenant signing key", b"Practise tenant signing key"),
    "a certificate of an app": (b"Course test certificate", b"Coarse test certificate"),
    "a column's name": (b"uri TEXT PRIMARY KEY", b"urj TEXT PRIMARY KEY"),
}


@pytest.fixture
def folder(opened: Opened, tmp_path: Path) -> Path:
    """A state folder with everything in its file."""
    directory = opened(tmp_path).directory
    registered = {"web_redirect_uris": ("https://app.example/Registered by a learner",)}
    directory.add_application(type(REGISTERED)(**vars(REGISTERED) | registered))
    directory.add_key(
        REGISTERED.app_id, new_certificate(time.time(), organization="Course test certificate").credential
    )
    directory.issue("code", {"client_id": "an app"}, expires=time.time() + 600)
    directory.close()
    return tmp_path


@pytest.mark.parametrize(("before", "after"), BYTES.values(), ids=BYTES)
def test_damage_inside_a_row_is_named_and_the_file_set_aside(before: bytes, after: bytes, opened: Opened, folder: Path):
    assert len(before) == len(after)
    path = folder / DATABASE
    content = path.read_bytes()
    assert before in content
    # Where it stands last: a learner's registration comes after the seed's.
    start = content.rindex(before)
    damaged = content[:start] + after + content[start + len(after) :]
    path.write_bytes(damaged)
    assert passes_quickly(path)
    assert_set_aside(opened(folder), folder, damaged)


# What no other bytes look like: another kind of value, or one that is out of bounds.
VALUES = {
    "a text that is bytes": "UPDATE user SET given_name = x'00'",
    "a number that is a text": "UPDATE issued SET expires = 'soon'",
    "a date beyond all dates": "UPDATE application SET created = 1 << 60",
    "a row that belongs to none": "PRAGMA foreign_keys = OFF; UPDATE password_credential SET app_id = 'nobody'",
    "lists that are no object": "UPDATE application SET lists = '[]'",
    "content that is no object": "UPDATE issued SET content = '[1]'",
    "a number that is none": "UPDATE issued SET content = '{\"auth_time\": NaN}'",
    "no key that signs": "UPDATE signing_key SET active_from = 5 WHERE active_from = 0",
    "no key that waits": "UPDATE signing_key SET active_from = 0",
    "a part of a private key": "UPDATE signing_key SET private_key = replace(private_key, substr(private_key, -99, 1), '/')",
    "another version's number": "PRAGMA user_version = 3",
}


@pytest.mark.parametrize("change", VALUES.values(), ids=VALUES)
def test_a_value_that_nobody_writes_is_named_and_the_file_set_aside(change: str, opened: Opened, folder: Path):
    path = folder / DATABASE
    with closing(sqlite3.connect(path)) as database:
        database.executescript(change)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert passes_quickly(path)
    damaged = path.read_bytes()
    assert_set_aside(opened(folder), folder, damaged)


def passes_quickly(path: Path) -> bool:
    """Whether SQLite's quick check sees nothing."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute("PRAGMA quick_check").fetchall() == [("ok",)]


def assert_set_aside(state: State, folder: Path, content: bytes) -> None:
    """The file is kept as it was and named, and there is a new tenant."""
    [kept], [notice] = set_aside(folder), state.notices
    assert kept.read_bytes() == content
    assert f"{folder / DATABASE} is damaged (" in notice
    assert kept.name in notice
    assert state.folder == folder
    assert holds_its_secrets(state)
    assert state.directory.application(app_id=REGISTERED.app_id) is None


def test_a_sound_file_passes(opened: Opened, folder: Path):
    state = opened(folder)
    assert state.notices == ()
    check(state.directory, thorough=True)


def test_a_file_that_several_write_to_passes(opened: Opened, folder: Path):
    one, another = opened(folder).directory, opened(folder).directory
    with one.transaction():
        one.issue("code", {}, expires=2**33)
        check(another, thorough=True)
    check(another, thorough=True)


def test_a_big_file_is_read_whole_only_where_that_is_wanted(
    opened: Opened, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checking, "QUICK_BYTES", 1000)
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        database.execute("UPDATE application SET lists = '{' WHERE app_id = ?", (REGISTERED.app_id,))
    state = opened(folder)
    assert state.notices == ()
    with pytest.raises(Damaged, match="a row of its table application can't be read"):
        check(state.directory, thorough=True)
    state.directory.close()
    state = open_state(folder, thorough=True)
    state.directory.close()
    assert len(state.notices) == len(set_aside(folder)) == 1
