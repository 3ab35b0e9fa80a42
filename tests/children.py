"""Other Python processes: they find the course as a kernel does, and their state is in the test's folder."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.environment import ROOT, hermetic

NOTEBOOKS = ROOT / "notebooks"
SECONDS = 60


def tenant_folder(folder: Path) -> Path:
    """The practice tenant's state folder in a process that starts with this folder."""
    return folder / "tenant"


def ended(*arguments: str, folder: Path, **options: object) -> subprocess.CompletedProcess:
    """The output and exit status of a process, within a minute."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=NOTEBOOKS,
        env=hermetic(folder),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
        **options,
    )


def run(code: str, folder: Path, *arguments: str) -> str:
    """The output of a process, which must succeed within a minute."""
    done = ended("-c", code, *arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def running(*arguments: str, folder: Path, **options: object) -> Iterator[subprocess.Popen]:
    """A process with pipes; killed at the end if it still runs."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    process = subprocess.Popen([sys.executable, *arguments], cwd=NOTEBOOKS, env=hermetic(folder), **pipes, **options)
    with process:
        try:
            yield process
        finally:
            process.kill()
