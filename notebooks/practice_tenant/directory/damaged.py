"""Telling that a state file is damaged from everything else that goes wrong with it."""

import sqlite3
from collections.abc import Callable

Row = sqlite3.Row | dict

_NO_TEXT = "it has text that is no text"

# Of the errors that may as well say that the file can't be used now: the tables are others than they should be, and the
# file ends too early.
_DAMAGE_CODES = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_IOERR_SHORT_READ)


class Damaged(sqlite3.OperationalError):
    """The file holds something that was never written to it; the text says where."""


def unusable(error: sqlite3.OperationalError) -> str:
    """A sentence that says why the file can't be used now; empty if another process only holds it for a moment."""
    if isinstance(error, Damaged):
        return (
            f"The practice tenant's state file is damaged ({error}). Restart the kernel, or stop serve, then run "
            "python -m practice_tenant reset: it keeps the file under another name and starts afresh."
        )
    return "" if "locked" in str(error) else f"The practice tenant can't use its state file: {error}."


def made_of(make: Callable[[Row], object], row: Row, named: str = "a row"):
    """What *make* makes of a row.

    Raises:
        Damaged: nothing can be made of it. It is all that *make* is given, so it is not what was written.
    """
    try:
        return make(row)
    except Exception as error:
        # What it says may quote the row.
        raise Damaged(f"{named} can't be read") from error


class Named:
    """Around what SQLite does with the file: what it raises because the file is damaged is raised as ``Damaged``."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and (damage := _damage(error)):
            raise Damaged(damage) from error


def _damage(error: BaseException) -> str:
    """What is damaged; empty if nothing is."""
    if isinstance(error, UnicodeDecodeError):
        # Even what SQLite says about a damaged file quotes it.
        return _NO_TEXT
    if isinstance(error, sqlite3.OperationalError):
        if isinstance(error, Damaged):
            return ""
        # Text that can't be decoded is not SQLite's error but Python's, and its sentence quotes the text.
        code = getattr(error, "sqlite_errorcode", None)
        return _NO_TEXT if code is None else str(error) if code in _DAMAGE_CODES else ""
    # A row that is too long, an inner contradiction, and the plain class: no database, or a malformed one.
    damaged = type(error) in (sqlite3.DataError, sqlite3.InternalError, sqlite3.DatabaseError)
    return str(error) if damaged else ""
