"""A JupyterHub of the tests' own, as a workshop has one, on free ports of this computer.

Anybody who knows the password is let in, under any name, and gets a JupyterLab in which jupyter-server-proxy runs. The
users share the computer, its loopback ports and the user account that runs the tests: no account is made.
"""

import json
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from tests.browser import chromium
from tests.browser.server import Server, copy_course, prepare_environment
from tests.environment import ROOT

# The browser resolves this name to 127.0.0.1, and no other. So "localhost" is not the hub's computer to it: as for a
# person at a hub somewhere else, and without TLS this is not a place to trust either, as in a local network.
NAME = "hub.example"
ONLY_THE_HUB = f"MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND"

FOLDER = Path(__file__).with_name("node")
PROXY = FOLDER / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
INSTALL = f"npm ci --ignore-scripts --prefix {FOLDER.relative_to(ROOT).as_posix()}"
PACKAGES = ("jupyterhub", "jupyter_server_proxy")

# No system hands these out by itself, so that no other process takes one between its choice and its use.
PORTS = range(20_000, 32_000)
SECONDS_TO_START = 60
SECONDS_TO_STOP = 60


@dataclass(frozen=True, kw_only=True)
class Hub:
    """A running JupyterHub.

    Attributes:
        address: where browsers find it; no slash at its end.
        password: what lets in anybody.
        course: the copy of the course that its JupyterLabs show.
        environment: what they and their kernels run in, besides what the hub sets.
    """

    address: str
    password: str = field(repr=False)
    course: Path
    environment: dict[str, str] = field(repr=False)

    def server(self, user: str) -> Server:
        """The JupyterLab of a user; the cookies of whoever logged in replace the token."""
        address = f"{self.address}/user/{user}/"
        return Server(address=address, token="", course=self.course, environment=self.environment)


def why_not() -> str | None:
    """Why no hub can be tested on this computer, and what to do about it; None if one can."""
    if sys.platform == "win32":
        return "JupyterHub doesn't run on Windows."
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        return f"Not installed: {', '.join(missing)}. Run: python -m pip install -r tests/requirements.txt"
    if chromium.find() is None:
        return f"There is no browser: none of {', '.join(chromium.NAMES)} is on PATH."
    if shutil.which("node") is None:
        return f"There is no Node.js, which the hub's proxy runs in. Install it, then run: {INSTALL}"
    if not PROXY.is_file():
        return f"The hub's proxy is not installed. Run: {INSTALL}"
    return None


@contextmanager
def running(folder: Path) -> Iterator[Hub]:
    """JupyterHub with everything it reads and writes below *folder*; it stops, with its users' servers, at the end.

    Raises:
        RuntimeError: it ended or said nothing for a minute; the text has its log.
    """
    course, environment, password = copy_course(folder), prepare_environment(folder), secrets.token_urlsafe()
    port, proxy_port, hub_port = free_ports(3)
    configuration = {
        "JupyterHub": {
            "bind_url": f"http://127.0.0.1:{port}",
            "hub_port": hub_port,
            "db_url": "sqlite://",
            "authenticator_class": "dummy",
            "spawner_class": "simple",
        },
        "Authenticator": {"allow_all": True},
        "DummyAuthenticator": {"password": password},
        "ConfigurableHTTPProxy": {"command": ["node", str(PROXY)], "api_url": f"http://127.0.0.1:{proxy_port}"},
        "SimpleLocalProcessSpawner": {"home_dir_template": str(folder / "home" / "{username}")},
        "Spawner": {
            "cmd": [sys.executable, "-m", "jupyterhub.singleuser"],
            # The tests' own user may be root, as in a container.
            "args": ["--allow-root", "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"],
            "default_url": "/lab",
            "notebook_dir": str(course),
            "environment": environment,
            "start_timeout": SECONDS_TO_START,
        },
    }
    path = folder / "jupyterhub_config.json"
    path.write_text(json.dumps(configuration), encoding="utf-8")
    log = folder / "jupyterhub.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", f"--config={path}"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            _wait_until_healthy(process, port, log)
            yield Hub(address=f"http://{NAME}:{port}", password=password, course=course, environment=environment)
        finally:
            process.terminate()
            process.wait(SECONDS_TO_STOP)


def free_ports(number: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    found: set[int] = set()
    while len(found) < number:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                found.add(port)
    return list(found)


def _wait_until_healthy(process: subprocess.Popen, port: int, log: Path) -> None:
    # Proxy variables of the environment are meant for the internet.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < until:
        try:
            with opener.open(f"http://127.0.0.1:{port}/hub/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterHub did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
