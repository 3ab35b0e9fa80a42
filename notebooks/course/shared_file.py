"""A small file that several processes read and save: one saves after the other, each in one step, and no read waits.

Windows refuses to replace, rename or remove a file that another program has open, so these are tried again for a second.
"""

import errno
import os
import random
import secrets
import select
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO, Any

_LOCK_SECONDS = 10
_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
# A password manager that offers a file as a named pipe answers at once.
_PIPE_SECONDS = 2


def read(path: Path, most: int) -> bytes:
    """A file's content, at most so many bytes of it; also that of a named pipe or a device.

    Raises:
        TimeoutError: no program has written into the pipe, or to its end.
        OSError: the file can't be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        return _read_pipe(path, most)
    with path.open("rb") as file:
        return file.read(most)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep out other processes and threads that want the same file's lock. It ends with the process that holds it.

    Raises OSError: the folder can't be written, or another process holds the lock for ten seconds.
    """
    lock_file = path.with_name(f"{path.name}.lock")
    while True:
        with persistently(lambda: lock_file.open("ab")) as handle:
            _acquire(handle, path)
            if not _is_still(lock_file, handle):
                # The process before removed the file between our two steps; another one may have a lock on a new file.
                continue
            try:
                yield
            finally:
                with suppress(OSError):
                    os.unlink(lock_file)
        if os.name == "nt":
            # There a file can be removed only when it is closed, and only if no other process has it open.
            with suppress(OSError):
                os.unlink(lock_file)
        return


def save(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace a file, all of it or none of it; for who holds its lock. Removes what killed processes left.

    Args:
        private: refuse a drive that can't keep a file to its owner.

    Raises:
        OSError: the file can't be replaced.
        RuntimeError: the drive can't keep it private.
    """
    for leftover in path.parent.glob(f"{escape(path.name)}.{'[0-9a-f]' * 8}.tmp"):
        with suppress(OSError):
            leftover.unlink()
    # In the same folder, because only there is replacing a file one step.
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with _opened(temporary, private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        persistently(lambda: os.replace(temporary, path))
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def persistently(change: Callable[[], Any]) -> Any:
    """Rename, replace or remove a file; again for a second where another program has it open."""
    for seconds in _PAUSES:
        try:
            return change()
        except PermissionError:
            time.sleep(seconds)
    try:
        return change()
    except PermissionError as error:
        reason = f"{error.strerror or 'not allowed'}; another program may have it open"
        raise PermissionError(errno.EACCES, reason) from None


def _read_pipe(path: Path, most: int) -> bytes:
    end = time.monotonic() + _PIPE_SECONDS
    # Without O_NONBLOCK, opening a named pipe waits for a program that writes. Windows has no pipes among its files.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    data = b""
    try:
        waits_for_a_writer = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        while time.monotonic() < end:
            select.select([descriptor], [], [], 0.05)
            with suppress(BlockingIOError):
                more = os.read(descriptor, most - len(data))
                data += more
                if len(data) == most or (not more and (data or not waits_for_a_writer)):
                    return data
                if not more:
                    time.sleep(0.02)
    finally:
        os.close(descriptor)
    raise TimeoutError(errno.ETIMEDOUT, "no program has written it to its end")


def _acquire(handle: IO[bytes], path: Path) -> None:
    import portalocker

    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            portalocker.lock(handle, portalocker.LOCK_EX | portalocker.LOCK_NB)
            return
        except portalocker.AlreadyLocked:
            if time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, f"another program keeps {path.name} locked") from None
            time.sleep(random.uniform(0.005, 0.02))
        except portalocker.LockException:
            # Some network drives know no locks. Saving there without one is better than not saving.
            return


def _is_still(path: Path, handle: IO[bytes]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle.fileno()))
    except FileNotFoundError:
        return False


def _opened(path: Path, private: bool) -> IO[bytes]:
    if private:
        # Restricts the file to its owner on Windows too, where a file mode does not.
        from jupyter_core.paths import secure_write

        return secure_write(str(path), binary=True)
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")
