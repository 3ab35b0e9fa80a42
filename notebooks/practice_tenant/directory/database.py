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


class Damaged(Exception):
    """SQLite finds the file damaged; the text says where."""


class Database:
    """One SQLite database that several threads and processes may use at once.

    Args:
        path: the file, or None to keep everything in memory.

    Raises:
        Damaged: SQLite's quick check fails.
        sqlite3.OperationalError: it can't be used now.
        UnknownSchema: it has a schema this version doesn't know.
    """

    def __init__(self, path: Path | None = None):
        self.path = path
        self._lock = threading.RLock()
        self._lookups = Lookups()
        self._seen: int | None = None
        self._db = sqlite3.connect(
            path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._db.row_factory = sqlite3.Row
        try:
            self._open()
        except BaseException:
            self._db.close()
            raise

    def _open(self) -> None:
        self._one("PRAGMA foreign_keys = ON")
        if self.path is not None:
            self._check()
            self._one("PRAGMA journal_mode = WAL")
            # WAL with NORMAL survives a killed process whole; only a power cut may lose the last change.
            self._one("PRAGMA synchronous = NORMAL")
        with self.transaction():
            self._take_steps(self._one("PRAGMA user_version")[0])

    def _check(self) -> None:
        try:
            found = self._one("PRAGMA quick_check(1)")[0]
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            # SQLite may quote the file in what it says, and that may be no text.
            raise Damaged("file is not a database" if isinstance(error, UnicodeDecodeError) else str(error)) from error
        if found != "ok":
            raise Damaged(found)

    def _take_steps(self, version: int) -> None:
        """Bring the tables from a schema version (0: there are none) to the one that this code knows."""
        if version not in (0, *STEPS):
            raise UnknownSchema(f"schema {version}; this version knows schema {SCHEMA_VERSION}")
        for number, statements in STEPS.items():
            if number > version:
                for statement in statements.split(";"):
                    self._one(statement)
                self._one(f"PRAGMA user_version = {number}")

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
            self._one("BEGIN IMMEDIATE")
            try:
                yield
                self._one("COMMIT")
            except BaseException:
                # Where the file is damaged, or its disk full, SQLite has taken it back itself.
                if self._db.in_transaction:
                    self._one("ROLLBACK")
                raise

    def clear(self) -> None:
        """Empty every table."""
        with self.transaction():
            for table in TABLE_NAMES:
                self._one(f"DELETE FROM {table}")

    def checkpoint(self) -> None:
        """Move what is committed from the log into the file itself, so that a log that is cut off costs little.

        Where another process or a full disk is in the way it stays in the log, and counts all the same.
        """
        with contextlib.suppress(sqlite3.OperationalError):
            self._one("PRAGMA wal_checkpoint(PASSIVE)")

    def revision(self) -> tuple[int, int]:
        """A value that differs once anything changed, in this process or another: what was read before may be stale."""
        return self._data_version(), self._db.total_changes

    @contextlib.contextmanager
    def one_look(self) -> Iterator[None]:
        """Whether another process changed anything is looked for once: what is read inside is of one moment."""
        with self._lock:
            outer, self._seen = self._seen, self._data_version()
            try:
                yield
            finally:
                self._seen = outer

    def _data_version(self) -> int:
        return self._one("PRAGMA data_version")[0] if self._seen is None else self._seen

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def _all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _made(self, make: Callable[[sqlite3.Row], object], sql: str, *values: object) -> tuple:
        """What *make* makes of each row."""
        return tuple(make(row) for row in self._all(sql, *values))

    def _made_one(self, make: Callable[[sqlite3.Row], object], sql: str, *values: object):
        """What *make* makes of the row, or None."""
        row = self._one(sql, *values)
        return None if row is None else make(row)

    def _look_up(self, make: Callable[[sqlite3.Row], object], sql: str, *values: object) -> tuple:
        """What ``_made`` gives, from memory where nothing changed since. It has to be immutable: many share it."""
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
