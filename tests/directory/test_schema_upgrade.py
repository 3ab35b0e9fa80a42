"""A state file of an earlier schema is brought up to date where it is, and loses nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from practice_tenant.directory import schema
from practice_tenant.directory.azure import APIS, AZURE_CLI_CLIENT_ID
from practice_tenant.directory.managed_identity import CLIENT_ID
from practice_tenant.directory.objects import TOKEN_EXCHANGE_APP_ID
from practice_tenant.directory.schema import SCHEMA_VERSION
from practice_tenant.directory.seeded_applications import CUSTOMER_CLIENT_ID
from practice_tenant.directory.store import Directory
from practice_tenant.state import DATABASE, open_state

from .opened_state import REGISTERED, holds_its_secrets, set_aside

SCHEMA_2 = Path(__file__).with_name("schema_2.sql").read_text("utf-8")
NEW_APPS = (
    *(TOKEN_EXCHANGE_APP_ID, CLIENT_ID, CUSTOMER_CLIENT_ID, AZURE_CLI_CLIENT_ID),
    *(api.app_id for api in APIS),
)


def tables(database: sqlite3.Connection) -> dict[str, list[tuple]]:
    """For each table of a database: its columns, with kind, default and whether they may be empty."""
    names = database.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL")
    return {name: database.execute(f"PRAGMA table_xinfo({name})").fetchall() for (name,) in names.fetchall()}


def columns_of(database: sqlite3.Connection) -> dict[str, list[str]]:
    """The names of the columns of each table."""
    found = tables(database)
    return {table: [column[1] for column in found[table]] for table in schema.TABLE_NAMES if table in found}


def rows(path: Path, columns: dict[str, list[str]]) -> dict[str, set[tuple]]:
    """What a file has in these columns of its tables."""
    with closing(sqlite3.connect(path)) as database:
        return {
            table: set(database.execute(f'SELECT {", ".join(quoted(names))} FROM "{table}"'))
            for table, names in columns.items()
        }


def quoted(names: list[str]) -> list[str]:
    return [f'"{name}"' for name in names]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder whose state file has schema 2: seeded and used, without what only a newer version knows."""
    state = open_state(tmp_path)
    state.directory.add_application(REGISTERED)
    state.directory.issue("refresh_token", {"user_id": "somebody"}, expires=2**33)
    state.directory.close()
    new = tmp_path / DATABASE
    with closing(sqlite3.connect(tmp_path / "old")) as database:
        database.executescript(SCHEMA_2)
        columns = columns_of(database)
        for table, found in rows(new, columns).items():
            marks = ", ".join("?" * len(columns[table]))
            database.executemany(f'INSERT INTO "{table}" ({", ".join(quoted(columns[table]))}) VALUES ({marks})', found)
        database.commit()
        database.execute("PRAGMA foreign_keys = ON")
        for app_id in NEW_APPS:
            database.execute("DELETE FROM application WHERE app_id = ?", (app_id,))
        database.execute("PRAGMA user_version = 2")
        database.commit()
    for companion in ("", "-wal", "-shm"):
        new.with_name(new.name + companion).unlink(missing_ok=True)
    (tmp_path / "old").rename(new)
    return tmp_path


def test_the_step_that_led_to_schema_2_is_what_was_published():
    with closing(sqlite3.connect(":memory:")) as published, closing(sqlite3.connect(":memory:")) as step:
        published.executescript(SCHEMA_2)
        step.executescript(schema.STEPS[2])
        assert tables(step) == tables(published)


def test_an_older_file_is_upgraded_where_it_is_and_keeps_every_row(old: Path, opened):
    with closing(sqlite3.connect(old / DATABASE)) as database:
        columns = columns_of(database)
    before = rows(old / DATABASE, columns)
    assert before["issued"] and before["user"] and before["signing_key"]
    state = opened(old)
    after = rows(old / DATABASE, columns)
    assert state.notices == () and set_aside(old) == []
    assert holds_its_secrets(state)
    assert state.directory.application(app_id=REGISTERED.app_id) == REGISTERED
    lost = {table: before[table] - after[table] for table in before}
    assert not any(lost.values()), lost
    # What a newer version of the seed has came in, and nothing else.
    assert {row[1] for row in after["application"] - before["application"]} == set(NEW_APPS)
    with closing(sqlite3.connect(old / DATABASE)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


def test_an_upgraded_file_and_a_new_one_have_the_same_tables(old: Path, opened, tmp_path_factory):
    fresh = tmp_path_factory.mktemp("fresh")
    opened(old), opened(fresh)
    with (
        closing(sqlite3.connect(old / DATABASE)) as upgraded,
        closing(sqlite3.connect(fresh / DATABASE)) as new,
    ):
        assert tables(upgraded) == tables(new)


def test_the_managed_identity_is_there_after_the_upgrade_as_in_a_new_tenant(old: Path, opened, tmp_path_factory):
    fresh = opened(tmp_path_factory.mktemp("fresh"))
    assert opened(old).directory.managed_identities() == fresh.directory.managed_identities() != []


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch):
    broken = schema.STEPS[3] + "; CREATE TABLE federated_credential (again)"
    monkeypatch.setitem(schema.STEPS, 3, broken)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        Directory(old / DATABASE)
    monkeypatch.undo()
    with closing(sqlite3.connect(old / DATABASE)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
        assert "federated_credential" not in tables(database)


def test_a_second_opening_changes_nothing(old: Path, opened):
    opened(old).directory.close()
    directory = opened(old).directory
    seen = directory.revision()
    assert opened(old).notices == ()
    assert directory.revision() == seen
