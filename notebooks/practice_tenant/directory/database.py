"""The SQLite file under the directory: opening it, transactions, and the few statements everything else uses.

WAL lets readers go on while one process writes; every change is one transaction, so a process killed in the middle of
it leaves the file as it was.
"""

import contextlib
import dataclasses
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from .lookups import Lookups
from .schema import SCHEMA_VERSION, STEPS, TABLE_NAMES

_BUSY_SECONDS = 20


class UnknownSchema(Exception):
    """The file was written by another version of the practice tenant."""


class Damaged(sqlite3.OperationalError):
    """SQLite finds nothing wrong with the file, but a value in it isn't what was written there."""


def unusable(error: sqlite3.OperationalError) -> str:
    """A sentence that says why the file can't be used now; empty if another process only holds it for a moment."""
    return "" if "locked" in str(error) else f"The practice tenant can't use its state file: {error}."


class Database:
    """One SQLite database that several threads and processes may use at once.

    Args:
        path: the file, or None to keep everything in memory.

    Raises:
        sqlite3.DatabaseError: the file is not a readable database.
        UnknownSchema: the file has a schema this version doesn't know.
    """

    def __init__(self, path: Path | None = None):
        self.path = path
        self._lock = threading.RLock()
        self._lookups = Lookups()
        self._db = sqlite3.connect(
            path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._db.row_factory = sqlite3.Row
        try:
            self._open()
        except UnicodeDecodeError as error:
            # Even what SQLite says about a damaged file quotes it.
            self._db.close()
            raise sqlite3.DatabaseError("it has text that is no text") from error
        except BaseException:
            self._db.close()
            raise

    def _open(self) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        if self.path is not None:
            damage = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if damage != "ok":
                raise sqlite3.DatabaseError(damage)
            self._db.execute("PRAGMA journal_mode = WAL")
            # WAL with NORMAL survives a killed process whole; only a power cut may lose the last change.
            self._db.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            self._take_steps(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _take_steps(self, version: int) -> None:
        """Bring the tables from a schema version (0: there are none) to the one that this code knows."""
        if version not in (0, *STEPS):
            raise UnknownSchema(f"schema {version}; this version knows schema {SCHEMA_VERSION}")
        for number, statements in STEPS.items():
            if number > version:
                for statement in statements.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {number}")

    def close(self) -> None:
        """Close the file. The database can't be used afterwards."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the changes made inside, or none of them. Transactions may be nested; the outermost one counts."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def clear(self) -> None:
        """Empty every table."""
        with self.transaction():
            for table in TABLE_NAMES:
                self._db.execute(f"DELETE FROM {table}")

    def checkpoint(self) -> None:
        """Move what is committed from the log into the file itself, so that a log that is cut off costs little.

        Where another process or a full disk is in the way it stays in the log, and counts all the same.
        """
        with contextlib.suppress(sqlite3.OperationalError):
            self._one("PRAGMA wal_checkpoint(PASSIVE)")

    def revision(self) -> tuple[int, int]:
        """A value that differs once anything changed, in this process or another: what was read before may be stale."""
        return self._one("PRAGMA data_version")[0], self._db.total_changes

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        with self._lock, _damage_named():
            return self._db.execute(sql, values).fetchone()

    def _all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, _damage_named():
            return self._db.execute(sql, values).fetchall()

    def _made(self, make: Callable[[sqlite3.Row], object], sql: str, *values: object) -> tuple:
        """What *make* makes of each row.

        Raises:
            Damaged: it can make nothing of one.
        """
        rows = self._all(sql, *values)
        try:
            return tuple(make(row) for row in rows)
        except (KeyError, TypeError, ValueError) as error:
            raise Damaged("it has a row that can't be read") from error

    def _look_up(self, make: Callable[[sqlite3.Row], object], sql: str, *values: object) -> tuple:
        """What *make* makes of each row, from memory where nothing changed since. It has to be immutable: many share it."""
        with self._lock:
            if self._db.in_transaction:
                # What a transaction reads may be taken back with it.
                return self._made(make, sql, *values)
            # Before the rows: a change in between then counts as one that is still to be seen.
            found = self._lookups.get((sql, values), self.revision())
            if found is None:
                found = self._made(make, sql, *values)
                # Where nothing is found, anybody's text was asked for: there is no end to those.
                if found:
                    self._lookups.keep((sql, values), found)
            return found

    def _look_up_one(self, make: Callable[[sqlite3.Row], object], sql: str, *values: object):
        """What ``_look_up`` finds first, or None."""
        return next(iter(self._look_up(make, sql, *values)), None)

    def _change(self, sql: str, *values: object) -> int:
        """Run one statement in a transaction; returns how many rows it touched."""
        with self.transaction():
            return self._db.execute(sql, values).rowcount

    def _insert(self, table: str, **columns: object) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        self._change(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values())

    def _insert_value(self, table: str, value: object, **more: object) -> None:
        self._insert(table, **dataclasses.asdict(value), **more)


@contextlib.contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        # SQLite's own sentence quotes the text, and that may be anything.
        if str(error).startswith("Could not decode"):
            raise Damaged("it has text that is no text") from None
        raise
