"""Files that only their owner reads, replaced in one step.

Windows refuses to replace, rename or remove a file that another program has open, so these are tried again for a second.
"""

import contextlib
import errno
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)


def write(path: Path, text: str) -> None:
    """Replace a file, all of it or none of it.

    Raises OSError: the folder can't be written, or another program has the file open.
    """
    # mkstemp makes the file 0600 before anything is in it.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        persistently(lambda: os.replace(temporary, path))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def remove(path: Path) -> None:
    """Remove a file if there is one; one that another program has open may stay."""
    with contextlib.suppress(OSError):
        persistently(lambda: path.unlink(missing_ok=True))


def remove_leftovers(path: Path) -> None:
    """Remove what processes that were killed in ``write`` left; for a caller that no other process writes beside."""
    for leftover in path.parent.glob(f"{path.name}.*.tmp"):
        remove(leftover)


def persistently(change: Callable[[], object]) -> None:
    """Rename, replace or remove a file; again for a second where another program has it open."""
    for seconds in _PAUSES:
        try:
            change()
            return
        except PermissionError:
            time.sleep(seconds)
    try:
        change()
    except PermissionError as error:
        reason = f"{error.strerror or 'not allowed'}; another program may have it open"
        raise PermissionError(errno.EACCES, reason) from None
