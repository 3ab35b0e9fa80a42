"""The tenant's state folder: opening, seeding and resetting it.

Each person has one folder; ``PRACTICE_TENANT_HOME`` overrides it. It holds ``tenant.sqlite3`` with the directory, and
``seeded-secrets.json``, mode 0600, with the seed's random secrets. A damaged file is set aside under another name, never
emptied. Where the folder or the file can't be used, the tenant lives in memory. A notice says so in both cases.
"""

import contextlib
import itertools
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import private_file
from .directory import seed
from .directory.database import Damaged, UnknownSchema
from .directory.seed import SeededValues
from .directory.signing_keys import first_keys
from .directory.store import Directory

DATABASE = "tenant.sqlite3"
SECRETS = "seeded-secrets.json"
LOCK = "opening.lock"

Clock = Callable[[], float]

_WAIT_SECONDS = 20


class OpenElsewhere(Exception):
    """A file that should be set aside can't be renamed: Windows lets nobody while another program has it open."""


@dataclass(frozen=True, kw_only=True)
class State:
    """An open directory and its seeded values.

    Attributes:
        folder: the state folder; None in memory.
        notices: sentences to show.
    """

    directory: Directory
    seeded: SeededValues
    folder: Path | None
    notices: tuple[str, ...] = ()


def default_folder() -> Path:
    """This user's state folder: ``PRACTICE_TENANT_HOME``, or the platform's place for state files."""
    if chosen := os.environ.get("PRACTICE_TENANT_HOME"):
        return Path(chosen).expanduser()
    from platformdirs import user_state_path

    return user_state_path("msal-practice-tenant", appauthor=False)


def open_state(folder: Path | None = None, *, clock: Clock = time.time) -> State:
    """Open the tenant's state; make and seed it the first time.

    Args:
        folder: the state folder; None means ``default_folder()``.
        clock: the computer's clock, seconds since the epoch.
    """
    folder = folder or default_folder()
    notices: list[str] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_writable(folder)
        with _one_process_at_a_time(folder / LOCK):
            try:
                directory, seeded = _open(folder, clock)
            except Exception as error:
                if _file_may_be_sound(error):
                    raise
                # A file that SQLite finds sound may still hold rows that no version of this package wrote.
                notices.append(_set_aside(folder / DATABASE, error))
                directory, seeded = _open(folder, clock)
    except (OSError, sqlite3.OperationalError, OpenElsewhere) as error:
        return in_memory(clock=clock, notices=(*notices, _why_in_memory(folder, error)))
    return State(directory=directory, seeded=seeded, folder=folder, notices=tuple(notices))


def _why_in_memory(folder: Path, error: Exception) -> str:
    advice = "Stop that program, then restart this one."
    if isinstance(error, OpenElsewhere):
        why = f"{error}, and another program has it open, perhaps another notebook's kernel or serve"
    elif getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
        why = f"another program holds the state file in {folder}"
    else:
        why = f"its state folder {folder} can't be written ({getattr(error, 'strerror', None) or error})"
        advice = "Set PRACTICE_TENANT_HOME to a folder you can write."
    return f"The practice tenant runs in memory: {why}. What you register is gone when this process ends. {advice}"


def in_memory(*, clock: Clock = time.time, notices: tuple[str, ...] = ()) -> State:
    """A seeded directory that touches no disk."""
    directory, values = Directory(), seed.new_secrets()
    seed.fill(directory, values, clock())
    return State(directory=directory, seeded=SeededValues(**values), folder=None, notices=notices)


def reset(state: State, *, clock: Clock = time.time) -> SeededValues:
    """Forget everything and seed again, with new secrets and new keys.

    The file stays, so tenants that run on it in other processes see the new state at once.
    """
    values, keys = seed.new_secrets(), first_keys(int(clock()))
    with state.directory.transaction():
        state.directory.database.clear()
        seed.fill(state.directory, values, clock(), keys)
        if state.folder is not None:
            private_file.write(state.folder / SECRETS, json.dumps(values))
    return SeededValues(**values)


def _require_writable(folder: Path) -> None:
    # os.access doesn't see a read-only mount; only a real write fails.
    with tempfile.TemporaryFile(dir=folder):
        pass


@contextlib.contextmanager
def _one_process_at_a_time(path: Path) -> Iterator[None]:
    # SQLite doesn't wait when two processes switch a new file to WAL, and a damaged file may be set aside only once.
    # SQLite's lock works on every system and ends with the process that holds it.
    path.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _open(folder: Path, clock: Clock) -> tuple[Directory, SeededValues]:
    # It holds signing keys, so only its owner may read it from its first moment.
    (folder / DATABASE).touch(mode=0o600)
    directory = Directory(folder / DATABASE)
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(directory.close)
        seeded = _seed_if_new(directory, folder / SECRETS, clock)
        # A kernel never closes its file, so the log alone may hold even the seed until here.
        directory.database.checkpoint()
        on_failure.pop_all()
    return directory, seeded


def _file_may_be_sound(error: Exception) -> bool:
    """Whether a lock, a full disk or missing rights explain the error."""
    if isinstance(error, sqlite3.OperationalError):
        # SQLite's generic code is for a missing table. Text that isn't UTF-8 has no code.
        return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR
    return isinstance(error, OSError)


def _set_aside(path: Path, error: Exception) -> str:
    """Rename an unusable state file; returns the sentence about it.

    Raises:
        OpenElsewhere: another program has the file open, and the system doesn't rename open files.
    """
    if isinstance(error, UnknownSchema):
        reason = f"was written by another version ({error})"
    else:
        reason = f"is damaged ({error if isinstance(error, Damaged) else repr(error)})"
    kept = _free_name(path.with_name(f"{path.stem}-set-aside-{time.strftime('%Y%m%d-%H%M%S')}{path.suffix}"))
    try:
        for companion in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                _rename(path.with_name(path.name + companion), kept.with_name(kept.name + companion))
    except PermissionError as refused:
        raise OpenElsewhere(f"its state file {path} {reason}") from refused
    return (
        f"The practice tenant's state file {path} {reason}. It is kept as {kept.name}; "
        "a new one was made, so what you registered before has to be registered again."
    )


def _rename(path: Path, new: Path) -> None:
    private_file.persistently(lambda: path.rename(new))


def _free_name(path: Path) -> Path:
    # Two files may be set aside in one second, and the second rename would replace the first file.
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(name for name in itertools.chain([path], numbered) if not name.exists())


def _seed_if_new(directory: Directory, secrets_file: Path, clock: Clock) -> SeededValues:
    # Keys take a fifth of a second to make, so they are made before the transaction locks the file.
    keys = None if directory.tenants() else first_keys(int(clock()))
    with directory.transaction():
        # Secrets are written in a transaction only, so no other process writes them now.
        private_file.remove_leftovers(secrets_file)
        values = _read_private(secrets_file)
        if not directory.tenants():
            values = seed.new_secrets()
            private_file.write(secrets_file, json.dumps(values))
            seed.fill(directory, values, clock(), keys)
            return SeededValues(**values)
        seed.complete(directory)
        directory.forget_expired(clock())
        if not seed.holds_secrets(directory, values):
            values = seed.new_secrets()
            private_file.write(secrets_file, json.dumps(values))
            seed.set_secrets(directory, values, clock())
    return SeededValues(**values)


def _read_private(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text("utf-8"))
        kept = {name: str(values[name]) for name in seed.SECRET_NAMES}
        "".join(kept.values()).encode()  # JSON can say what no text can: half a character
        return kept
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
