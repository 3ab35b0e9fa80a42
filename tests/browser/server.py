"""A JupyterLab of the tests' own: a copy of the course, its own settings and state, a free port."""

import json
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.environment import ROOT, hermetic

SECONDS_TO_START = 60
SECONDS_TO_STOP = 10

# What a test has to know beforehand; everything else is as JupyterLab comes.
SETTINGS = {
    # No question about news, and none fetched.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell is in the page, also where it isn't on the screen.
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running JupyterLab. `course` is the copy that it serves, `environment` what its kernels run in."""

    address: str
    token: str = field(repr=False)
    course: Path
    environment: dict[str, str] = field(repr=False)


@contextmanager
def running(folder: Path, **changed: str) -> Iterator[Server]:
    """JupyterLab with everything it reads and writes below `folder`; it stops, with its kernels, at the end.

    Args:
        changed: variables of the environment that are to be others.

    Raises:
        RuntimeError: it ended or said nothing for a minute; the text has its log.
    """
    course, token = copy_course(folder), secrets.token_urlsafe()
    environment = prepare_environment(folder) | {"JUPYTER_TOKEN": token} | changed
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"),
        f"--ServerApp.root_dir={course}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
    ]
    log = folder / "jupyterlab.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=course, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            address = _address(process, Path(environment["JUPYTER_RUNTIME_DIR"]), log)
            yield Server(address=address, token=token, course=course, environment=environment)
        finally:
            process.terminate()
            process.wait(SECONDS_TO_STOP)


def copy_course(folder: Path) -> Path:
    """A copy of what a learner's JupyterLab shows of the repository; its root is returned."""
    course = folder / "course"
    for name in ("notebooks", "images"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return course


def prepare_environment(folder: Path) -> dict[str, str]:
    """What JupyterLab and its kernels run in: state folders below `folder`, and `SETTINGS`."""
    environment = hermetic(folder / "state")
    for name, values in SETTINGS.items():
        path = Path(environment["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    return environment


def _address(process: subprocess.Popen, runtime: Path, log: Path) -> str:
    """What the server writes about itself as soon as it listens."""
    until = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < until:
        for path in runtime.glob("jpserver-*.json"):
            if (text := path.read_text(encoding="utf-8")).rstrip().endswith("}"):
                return json.loads(text)["url"]
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
