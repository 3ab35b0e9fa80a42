"""State files that can't be used: damaged, of another version, not writable, or lost. Nothing is ever silently emptied."""

import errno
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from practice_tenant.directory.seed import SECRET_NAMES
from practice_tenant.state import DATABASE, SECRETS
from tests.directory.opened_state import REGISTERED, holds_its_secrets, set_aside

pytestmark = pytest.mark.usefixtures("ready_keys")

DAMAGE = {
    "other content": lambda content: b"not a database " * 1000,
    "a few bytes": lambda content: b"??",
    "the first half": lambda content: content[: len(content) // 2],
    "a page of zeros": lambda content: content[:4096] + bytes(4096) + content[8192:],
    "noise in the middle": lambda content: content[:9000] + b"\xa5" * 30000 + content[39000:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_named_and_set_aside_with_its_content(damage, opened, tmp_path):
    before = opened(tmp_path)
    before.directory.add_application(REGISTERED)
    before.directory.close()
    content = damage((tmp_path / DATABASE).read_bytes())
    (tmp_path / DATABASE).write_bytes(content)
    state = opened(tmp_path)
    [kept] = set_aside(tmp_path)
    [notice] = state.notices
    assert kept.read_bytes() == content
    assert str(tmp_path / DATABASE) in notice
    assert kept.name in notice
    assert "is damaged" in notice
    assert state.directory.application(app_id=REGISTERED.app_id) is None
    assert holds_its_secrets(state)
    assert state.folder == tmp_path


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE application SET lists = '{'",
        "UPDATE application SET lists = '{}'",
        "UPDATE tenant SET display_name = CAST(x'ff' AS TEXT)",
        "DROP TABLE user",
    ],
)
def test_a_sound_file_with_damaged_rows_is_named_and_set_aside(damage, opened, tmp_path):
    opened(tmp_path).directory.close()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database, database:
        database.execute(damage)
    state = opened(tmp_path)
    [kept] = set_aside(tmp_path)
    [notice] = state.notices
    assert kept.name in notice
    assert "is damaged" in notice
    assert holds_its_secrets(state)
    assert opened(tmp_path).notices == ()


def test_a_damaged_file_that_another_kernel_has_open_is_set_aside_once_it_is_closed(opened, tmp_path, monkeypatch):
    """Windows lets nobody rename an open file."""
    (tmp_path / DATABASE).write_bytes(b"not a database " * 1000)

    def refuse(*_):
        raise PermissionError(errno.EACCES, "The process cannot access the file")

    with monkeypatch.context() as windows:
        windows.setattr(Path, "rename", refuse)
        state = opened(tmp_path)
    [notice] = state.notices
    assert state.folder is None
    assert "is damaged" in notice and "another program has it open" in notice
    assert "Stop that program, then restart this one." in notice
    assert "can't be written" not in notice and "PRACTICE_TENANT_HOME" not in notice
    again = opened(tmp_path)
    assert again.folder == tmp_path
    assert len(set_aside(tmp_path)) == 1


def test_windows_refuses_to_replace_the_secrets_while_they_are_read_and_they_are_written_then(
    opened, tmp_path, monkeypatch
):
    replace, refusals = os.replace, iter([PermissionError(errno.EACCES, "Access is denied")] * 3)

    def refuse(*arguments):
        for error in refusals:
            raise error
        replace(*arguments)

    monkeypatch.setattr(os, "replace", refuse)
    state = opened(tmp_path)
    assert state.notices == ()
    assert next(refusals, None) is None
    assert holds_its_secrets(state)


def test_what_a_killed_process_left_of_its_secrets_is_removed(opened, tmp_path):
    left = tmp_path / f"{SECRETS}.abcd1234.tmp"
    left.write_text("a secret")
    state = opened(tmp_path)
    assert not left.exists()
    assert holds_its_secrets(state)


def test_two_files_that_are_damaged_in_one_second_are_both_kept(opened, tmp_path):
    contents = [b"the first " * 500, b"the second " * 500, b"the third " * 500]
    for content in contents:
        (tmp_path / DATABASE).write_bytes(content)
        opened(tmp_path).directory.close()
    assert sorted(path.read_bytes() for path in set_aside(tmp_path)) == sorted(contents)


def test_a_file_of_another_version_is_named_and_set_aside_with_its_content(opened, tmp_path):
    before = opened(tmp_path)
    before.directory.add_application(REGISTERED)
    before.directory.close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    state = opened(tmp_path)
    [kept] = set_aside(tmp_path)
    [notice] = state.notices
    assert "another version" in notice
    assert "schema 99" in notice
    assert kept.name in notice
    database = sqlite3.connect(kept)
    assert database.execute("SELECT display_name FROM application WHERE id = ?", [REGISTERED.id]).fetchone() == (
        REGISTERED.display_name,
    )
    database.close()
    assert holds_its_secrets(state)


def a_file(folder: Path) -> Path:
    """A folder that can't be made, because a file is in its way."""
    (folder / "file").write_text("not a folder")
    return folder / "file" / "tenant"


def a_database_that_is_a_folder(folder: Path) -> Path:
    """A folder in which the state file can't be made."""
    (folder / DATABASE).mkdir()
    return folder


def secrets_that_are_a_folder(folder: Path) -> Path:
    """A folder in which the secrets can't be kept."""
    (folder / SECRETS).mkdir()
    return folder


@pytest.mark.parametrize("unwritable", [a_file, a_database_that_is_a_folder, secrets_that_are_a_folder])
def test_a_folder_that_cannot_be_written_means_a_tenant_in_memory_and_one_sentence_that_says_so(
    unwritable, opened, tmp_path
):
    folder = unwritable(tmp_path)
    state = opened(folder)
    [notice] = state.notices
    assert state.folder is None
    assert notice.startswith(f"The practice tenant runs in memory: its state folder {folder} can't be written (")
    assert "PRACTICE_TENANT_HOME" in notice
    assert len(state.directory.tenants()) == 2
    assert holds_its_secrets(state)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{",
        "[]",
        '{"client_secret": "only one"}',
        '{"client_secret": "x", "administrator_secret": "y"}',
        json.dumps(dict.fromkeys(SECRET_NAMES, "\ud800")),
        "[" * 100_000,
    ],
    ids=lambda content: str(content)[:30],
)
def test_secrets_that_are_lost_are_made_anew_and_the_rest_stays(content, opened, tmp_path):
    before = opened(tmp_path)
    before.directory.add_application(REGISTERED)
    if content is None:
        (tmp_path / SECRETS).unlink()
    else:
        (tmp_path / SECRETS).write_text(content)
    after = opened(tmp_path)
    assert holds_its_secrets(after)
    assert not holds_its_secrets(before)
    assert json.loads((tmp_path / SECRETS).read_text())["client_secret"] == after.seeded.client_secret
    assert after.directory.application(app_id=REGISTERED.app_id) == REGISTERED
    assert opened(tmp_path).seeded == after.seeded
