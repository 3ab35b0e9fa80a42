"""The daemon under test: the learner's script, its process, its finished jobs, its log."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course.registration import KEYS
from course.shared_file import persistently

NOTEBOOKS = Path(__file__).resolve().parents[2]
FIRST = NOTEBOOKS / "scripts" / "first_daemon.py"
_MY_DAEMON = "my_daemon.py"
JOBS_FILE = "jobs.jsonl"
_SECONDS_TO_END = 10

# The tenant runs on this computer with its own certificate authority, so settings for the internet are left out.
_FOR_THE_INTERNET = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"})


@dataclass(frozen=True, kw_only=True)
class Job:
    """A finished job: its number, how many users it counted, and when it was done (seconds since the epoch)."""

    number: int
    users: int
    at: float


class DaemonProcess:
    """A daemon script and what belongs to it.

    Args:
        script: the Python file.
        folder: an empty folder for settings, jobs, cache and log.
        ca_certificate: the file that says which certificate authority to trust.
    """

    def __init__(self, script: Path, folder: Path, ca_certificate: Path):
        self.script = script
        self.settings_file = folder / "settings.env"
        self.folder = folder / "daemon"
        self.folder.mkdir()
        self.log_file = folder / "daemon.log"
        self._environment = _environment(ca_certificate)
        self._process: subprocess.Popen | None = None

    def write_settings(self, settings: Mapping[str, str]) -> None:
        """Replace the settings file, all of it or none of it: the daemon may be reading."""
        text = "".join(f"{name}='{value}'\n" for name, value in settings.items())
        replace_file(self.settings_file, text)

    def start(self) -> None:
        """Start the script; what it prints is added to its log."""
        command = [sys.executable, str(self.script), str(self.settings_file), str(self.folder)]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def kill(self) -> None:
        """Kill the process at once, without a chance to clean up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_SECONDS_TO_END)

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """All that it printed."""
        return self.log_file.read_text("utf-8", errors="replace") if self.log_file.exists() else ""

    def jobs(self) -> list[Job]:
        """The finished jobs, in the order in which they were written down; a line that is no job is left out."""
        file = self.folder / JOBS_FILE
        lines = file.read_text("utf-8", errors="replace").splitlines() if file.exists() else []
        return [job for line in lines if (job := _job(line))]

    def other_files(self) -> list[Path]:
        """What else it keeps in its folder: its cache, wherever it has put it."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != JOBS_FILE)


def replace_file(path: Path, text: str) -> None:
    """Write a file that only its owner reads, all of it or none of it."""
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    persistently(lambda: os.replace(new, path))


def _job(line: str) -> Job | None:
    try:
        values = json.loads(line)
        return Job(number=int(values["job"]), users=int(values["users"]), at=float(values["at"]))
    except (ValueError, KeyError, TypeError):
        return None


def _environment(ca_certificate: Path) -> dict[str, str]:
    # The environment wins over a settings file, and the drill's settings are its own.
    removed = _FOR_THE_INTERNET | set(KEYS)
    kept = {name: value for name, value in os.environ.items() if name.upper() not in removed}
    return kept | {"REQUESTS_CA_BUNDLE": str(ca_certificate), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def my_daemon() -> Path:
    """The path of ``my_daemon.py``. The file is made where there is none, and never overwritten.

    It is beside the notebooks, or in the folder that ``COURSE_WORK`` names.
    """
    folder = Path(os.environ.get("COURSE_WORK") or NOTEBOOKS)
    path = folder / _MY_DAEMON
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(FIRST.read_text("utf-8"), encoding="utf-8")
    return path
