"""Keep MSAL's `http_cache` in a file between the runs of a program.

The cache holds Python objects, so the file is a pickle, and reading a pickle
can call whatever the file names. This reader knows one name, that of MSAL's
answers. Anything else, a damaged file and one of another MSAL are all the same
to it: it starts empty, which costs a request.

What is in the file is believed all the same: who can write it can send your app
to another token endpoint. So it belongs in a folder that only you can write.
"""

import os
import pickle
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ANSWER = ("msal.throttled_http_client", "NormalizedResponse")


class AnswersOnly(pickle.Unpickler):
    """https://docs.python.org/3/library/pickle.html#restricting-globals"""

    def find_class(self, module: str, name: str) -> type:
        if (module, name) != ANSWER:
            raise pickle.UnpicklingError(f"{module}.{name} is no answer")
        return super().find_class(module, name)


def load(path: Path) -> dict:
    """The cache in the file; an empty one if there is none that can be read."""
    try:
        with open(path, "rb") as file:
            cache = AnswersOnly(file).load()
    except Exception:
        return {}
    return cache if isinstance(cache, dict) else {}


def save(cache: dict, path: Path) -> None:
    """Write the cache for you alone (mode 0600), in one step.

    No reader ever sees half of it. Of two programs that save at once, the last
    one wins; the other asks again. Raises OSError if it can't be written.
    """
    remove_leftovers(path)
    handle, name = tempfile.mkstemp(".new", f"{path.name}.", path.parent)
    try:
        with open(handle, "wb") as file:
            pickle.dump(dict(cache), file)
        replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def replace(new: str, path: Path) -> None:
    """Put a file in another one's place.

    Windows refuses while another program reads the old one: try again a little
    later, for about a second.
    """
    for wait in (0.01, 0.05, 0.1, 0.3, 0.6):
        try:
            os.replace(new, path)
            return
        except PermissionError:
            time.sleep(wait)
    os.replace(new, path)


def remove_leftovers(path: Path) -> None:
    """Remove what programs left that were killed while they saved.

    A new file belongs to a program that saves at this moment.
    """
    for leftover in path.parent.glob(f"{path.name}.*.new"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > 60:
                leftover.unlink()
