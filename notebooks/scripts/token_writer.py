"""Put tokens into one cache file, as one of several processes that do so.

    python scripts/token_writer.py FILE plain|persisted NAME COUNT

It says "ready", and begins when it is sent a line. The tokens are made up: a
cache doesn't look into them.
"""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import msal
from msal_extensions import CrossPlatLock, FilePersistence, PersistedTokenCache

AUTHORITY = "https://login.microsoftonline.com/a-tenant"


def an_answer(name: str, number: int) -> dict:
    """What MSAL hands to its token cache after an answer.

    Each number is another scope, so another entry.
    """
    return {
        "client_id": name,
        "scope": [f"scope-{number}"],
        "token_endpoint": f"{AUTHORITY}/oauth2/v2.0/token",
        # As long as a real one.
        "response": {"access_token": "made up " * 200, "expires_in": 3600},
    }


def write_plainly(path: Path, answer: dict) -> None:
    """Read the whole file, add, write the whole file.

    What another process writes meanwhile is lost.
    """
    cache = msal.SerializableTokenCache()
    # Nobody has written yet, or somebody is half-way through.
    with suppress(FileNotFoundError, ValueError):
        cache.deserialize(path.read_text(encoding="utf-8"))
    cache.add(answer)
    path.write_text(cache.serialize(), encoding="utf-8")


def write_persisted(path: Path, answer: dict) -> None:
    """msal-extensions takes a lock, reads again what is new, and writes.

    It does so twice for one answer, and tells by the file's time whether there
    is something new. Where that time moves in steps (4 ms on many Linux
    systems), it can miss what was written in between. The lock around both
    leaves no in-between.
    """
    with CrossPlatLock(f"{path}.writers"):
        PersistedTokenCache(FilePersistence(str(path))).add(answer)


def tokens_in(path: Path) -> int:
    """How many access tokens a cache file holds; none if it can't be read."""
    try:
        return len(json.loads(path.read_text(encoding="utf-8"))["AccessToken"])
    except (FileNotFoundError, ValueError):
        return 0


def write_together(path: Path, way: str, processes: int, tokens: int) -> int:
    """Have so many processes write so many tokens each, at once.

    Returns how many are in the file then.
    """
    command = [sys.executable, __file__, str(path), way]
    pipes = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.DEVNULL,
        "text": True,
    }
    writers = [
        subprocess.Popen([*command, f"app-{number}", str(tokens)], **pipes)
        for number in range(processes)
    ]
    for writer in writers:
        writer.stdout.readline()
    for writer in writers:
        writer.stdin.write("begin\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
    return tokens_in(path)


if __name__ == "__main__":
    file, (way, name, count) = Path(sys.argv[1]), sys.argv[2:]
    write = {"plain": write_plainly, "persisted": write_persisted}[way]
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        write(file, an_answer(name, number))
