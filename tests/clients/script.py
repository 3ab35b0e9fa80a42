"""Running a script of the folder ``node`` in Node.js, and answering what it asks on the way."""

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.environment import ROOT
from tests.tenant.person import Person

FOLDER = Path(__file__).with_name("node")
_INSTALL = f"npm ci --ignore-scripts --prefix {FOLDER.relative_to(ROOT).as_posix()}"
_OLDEST_MAJOR = 20
_SECONDS = 60


class Settings(dict):
    """What a script is told first, as JSON can hold it. A failing test shows the names only: secrets are among them."""

    def __repr__(self) -> str:
        return f"Settings({', '.join(self)})"

    def __or__(self, more: dict) -> "Settings":
        return Settings({**self, **more})


# A script's name, what it is told, and the person who opens its pages; gives what the script ended with.
Run = Callable[..., dict]


class ScriptFailed(Exception):
    """A script ended without a result. The text is what it wrote to stderr."""


def why_not() -> str | None:
    """Why no script can run on this computer, and what to do about it; None if they can."""
    if shutil.which("node") is None:
        return f"There is no Node.js. Install version {_OLDEST_MAJOR} or newer, then run: {_INSTALL}"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < _OLDEST_MAJOR:
        return f"Node.js {version} is too old for the client libraries: version {_OLDEST_MAJOR} or newer is needed."
    if not (FOLDER / "node_modules").is_dir():
        return f"The client libraries for Node.js are not installed. Run: {_INSTALL}"
    return None


def run(name: str, settings: Settings, person: Person | None = None, *, ca: Path) -> dict:
    """The result of a script.

    Args:
        name: the script's file name, without its ending.
        settings: what it is told first. They go through stdin, because other users can read a command line.
        person: who opens the pages that it wants opened.
        ca: the file that vouches for the servers it talks to.

    Raises:
        ScriptFailed: it ended without a result, or took too long.
    """
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            ["node", str(FOLDER / f"{name}.mjs")],
            env=os.environ | {"NODE_EXTRA_CA_CERTS": str(ca)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        ) as process,
    ):
        overdue = threading.Timer(_SECONDS, process.kill)
        overdue.start()
        try:
            result = _converse(process, settings, person)
        finally:
            overdue.cancel()
            process.kill()
        if result is None:
            process.wait()
            errors.seek(0)
            raise ScriptFailed(errors.read())
        return result


def _converse(process: subprocess.Popen, settings: Settings, person: Person | None) -> dict | None:
    _tell(process, settings)
    for line in process.stdout:
        said = json.loads(line)
        if "result" in said:
            return said["result"]
        if "deviceCode" in said:
            person.approve({"user_code": said["deviceCode"]})
        else:
            _tell(process, person.sign_in(said["page"]).headers.get("Location"))
    return None


def _tell(process: subprocess.Popen, message: object) -> None:
    # A script that has failed reads nothing any more; what it wrote to stderr says why.
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
