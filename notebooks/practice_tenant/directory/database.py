"""The SQLite file under the directory: opening it, transactions, statements, and a cache of results.

WAL lets readers continue while one process writes. Every change is one transaction, so a killed process leaves the file
as it was before.
"""

import contextlib
import dataclasses
import os
import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path

from .schema import SCHEMA_VERSION, STEPS, TABLE_NAMES

# How long to wait for another process: while the file is opened, and while an event loop stands still meanwhile.
_OPENING_SECONDS = 5
_SERVING_SECONDS = 0.25

# About five results for each app that requests tokens, a kilobyte or two each.
_MOST_CACHED = 4096

Make = Callable[[sqlite3.Row], object]


class UnknownSchema(Exception):
    """Another version of the practice tenant wrote the file."""


class Damaged(Exception):
    """SQLite's quick check finds the file damaged; the text says where."""


class Gone(sqlite3.OperationalError):
    """The file was removed or replaced while it was in use; what is written now reaches no other process."""


class Database:
    """One SQLite database for several threads and processes.

    Args:
        path: the file, or None to keep everything in memory.

    Raises:
        Damaged: the quick check fails.
        sqlite3.OperationalError: the file can't be used now.
        UnknownSchema: this version doesn't know the file's schema.

    A method that reads or changes something raises sqlite3.OperationalError too; ``Gone`` is one.
    """

    def __init__(self, path: Path | None = None):
        self.path = path
        self._serving = self._waited_in_vain = False
        self._file: os.stat_result | None = None
        self._lock = threading.RLock()
        self._cache: dict[Hashable, tuple] = {}
        self._cached_at: tuple[int, int] | None = None
        self._seen: int | None = None
        self._connection = sqlite3.connect(
            path or ":memory:", timeout=_OPENING_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        try:
            self._open()
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        self.row("PRAGMA foreign_keys = ON")
        if self.path is not None:
            self._check()
            self.row("PRAGMA journal_mode = WAL")
            # WAL with NORMAL survives a killed process whole; only a power cut may lose the last change.
            self.row("PRAGMA synchronous = NORMAL")
        with self.transaction():
            self._take_steps(self.row("PRAGMA user_version")[0])
        if self.path is not None:
            self._file = self.path.stat()

    def _check(self) -> None:
        try:
            found = self.row("PRAGMA quick_check(1)")[0]
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            # SQLite's message may quote the file, so it can fail to decode.
            raise Damaged("file is not a database" if isinstance(error, UnicodeDecodeError) else str(error)) from error
        if found != "ok":
            raise Damaged(found)

    def _take_steps(self, version: int) -> None:
        """Upgrade the tables from a schema version (0: there are none) to this code's."""
        if version not in (0, *STEPS):
            raise UnknownSchema(f"schema {version}; this version knows schema {SCHEMA_VERSION}")
        for number, statements in STEPS.items():
            if number > version:
                for statement in statements.split(";"):
                    self.row(statement)
                self.row(f"PRAGMA user_version = {number}")

    def close(self) -> None:
        """Close the file. The database can't be used afterwards."""
        self._connection.close()

    def serve(self) -> None:
        """Wait a moment only for other processes from now on: an event loop asks, and every client waits with it."""
        with self._lock:
            self._serving = True
            self._wait(_SERVING_SECONDS)

    def _wait(self, seconds: float) -> None:
        self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _execute(self, sql: str, values: tuple) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except sqlite3.OperationalError as error:
            # Sixteen clients that wait one after the other would wait for seconds: only the first one does.
            if self._serving and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                self._waited_in_vain = True
                self._wait(0)
            raise

    def _require_file(self) -> None:
        if self._file is None:
            return
        try:
            same = os.path.samestat(self._file, os.stat(self.path))
        except OSError:
            same = False
        if not same:
            raise Gone(f"{self.path} was removed or replaced meanwhile. Restart the kernel, or serve")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all of the changes inside, or none. Transactions nest; the outermost one counts."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._require_file()
            self.row("BEGIN IMMEDIATE")
            if self._waited_in_vain:
                self._waited_in_vain = False
                self._wait(_SERVING_SECONDS)
            try:
                yield
                self.row("COMMIT")
            except BaseException:
                # On a full disk SQLite has rolled back itself.
                if self._connection.in_transaction:
                    self.row("ROLLBACK")
                raise

    def clear(self) -> None:
        """Empty every table."""
        with self.transaction():
            for table in TABLE_NAMES:
                self.row(f"DELETE FROM {table}")

    def checkpoint(self) -> None:
        """Move committed changes from the log into the file, so a truncated log loses little.

        Another process or a full disk may prevent it. The changes then stay in the log and remain valid.
        """
        with contextlib.suppress(sqlite3.OperationalError):
            self.row("PRAGMA wal_checkpoint(PASSIVE)")

    # Reading

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query's result."""
        with self._lock:
            return self._execute(sql, values).fetchone()

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query's result."""
        with self._lock:
            return self._execute(sql, values).fetchall()

    def objects(self, make: Make, sql: str, *values: object) -> list:
        """The rows of a query's result, as objects."""
        return [make(row) for row in self.rows(sql, *values)]

    def first(self, make: Make, sql: str, *values: object):
        """The first row of a query's result as an object, or None."""
        row = self.row(sql, *values)
        return None if row is None else make(row)

    # The cache: PRAGMA data_version changes with every commit of another connection, total_changes with each own change.

    def cached(self, make: Make, sql: str, *values: object) -> tuple:
        """As ``objects``, from the cache until anything changes. Callers share the objects, so they are immutable."""
        with self._lock:
            if self._connection.in_transaction:
                # A rollback would undo these rows.
                return tuple(self.objects(make, sql, *values))
            # Read before the rows, so a change by another process in between evicts them.
            revision = self.revision()
            if revision != self._cached_at or len(self._cache) >= _MOST_CACHED:
                self._cache.clear()
                self._cached_at = revision
            found = self._cache.get((sql, values))
            if found is None:
                found = tuple(self.objects(make, sql, *values))
                # Empty results aren't cached: requests can name endlessly many missing objects.
                if found:
                    self._cache[sql, values] = found
            return found

    def first_cached(self, make: Make, sql: str, *values: object):
        """As ``first``, from the cache."""
        return next(iter(self.cached(make, sql, *values)), None)

    def revision(self) -> tuple[int, int]:
        """A value that differs once this process or another changed anything."""
        with self._lock:
            version = self._seen
            if version is None:
                self._require_file()
                version = self.row("PRAGMA data_version")[0]
            return version, self._connection.total_changes

    @contextlib.contextmanager
    def one_revision(self) -> Iterator[None]:
        """Check once for changes of other processes; a check costs a tenth of a token request."""
        with self._lock:
            outer, self._seen = self._seen, self.revision()[0]
            try:
                yield
            finally:
                self._seen = outer

    # Writing

    def change(self, sql: str, *values: object) -> int:
        """Run one statement in a transaction; returns how many rows it touched."""
        with self.transaction():
            return self._execute(sql, values).rowcount

    def insert(self, table: str, **columns: object) -> None:
        """Add a row."""
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        self.change(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values())

    def insert_value(self, table: str, value: object, **more: object) -> None:
        """Add a row that has a column for each field of a dataclass, and *more*."""
        self.insert(table, **dataclasses.asdict(value), **more)
