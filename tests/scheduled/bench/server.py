"""A server that gives tokens, as a process of its own: the practice tenant here, others in `peers.py`."""

import base64
import json
import os
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import psutil

from tests.environment import hermetic
from tests.notebooks.live.served import served

OURS = "practice tenant"
GRAPH_DEFAULT = "https://graph.microsoft.com/.default"

_SECONDS_TO_START, _SECONDS_TO_STOP = 60, 10
_SECONDS_BETWEEN_TRIES = 0.002


@dataclass(frozen=True, kw_only=True)
class Answering:
    """A server that answers.

    Attributes:
        forms: a file with the forms of token requests, one a line.
        authorization: the header that goes with them, if there is one.
        ca: what vouches for its certificate; None over plain HTTP.
    """

    metadata_url: str
    token_url: str
    forms: Path
    process_id: int
    authorization: str | None = field(default=None, repr=False)
    ca: Path | None = None

    def memory(self) -> float:
        """Resident, MB (a million bytes)."""
        return resident(psutil.Process(self.process_id))

    def work(self) -> float:
        """For how many seconds its process was on a core so far."""
        return sum(psutil.Process(self.process_id).cpu_times()[:2])

    def require_token(self) -> None:
        """Raises RuntimeError unless it answers the first form with a JWT signed with RS256, as all of them shall."""
        [form, *_] = self.forms.read_text("ascii").splitlines()
        headers = {"Authorization": self.authorization} if self.authorization else {}
        request = urllib.request.Request(self.token_url, form.encode(), headers)
        with urllib.request.urlopen(request, context=self._context()) as answer:
            token = json.load(answer)["access_token"]
        header = token.partition(".")[0]
        algorithm = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["alg"]
        if algorithm != "RS256":
            raise RuntimeError(f"{self.token_url} signs with {algorithm}; only RS256 can be compared.")

    def read_metadata(self) -> None:
        """Have one request answered."""
        with urllib.request.urlopen(self.metadata_url, context=self._context()) as answer:
            answer.read()

    def _context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca) if self.ca else None


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that can be started, each time on a port of its own; or why it can't be.

    Attributes:
        start: starts it; given is whatever answers until the end.
        missing: why there is nothing to start or to measure; empty if there is.
        version: of what is started.
    """

    name: str
    start: Callable[[], AbstractContextManager[Answering]]
    missing: str = ""
    version: str = ""


def each(servers: tuple[Server, ...], measure: Callable[[Server], dict[str, float]]) -> tuple[dict, tuple[Server, ...]]:
    """What is measured of each server that is there, and the servers: one that failed meanwhile says why."""
    measured: dict[str, float] = {}
    for server in servers:
        if server.missing:
            continue
        try:
            measured |= measure(server)
        except (RuntimeError, OSError) as problem:
            servers = without(servers, server, problem)
    return measured, servers


def without(servers: tuple[Server, ...], failed: Server, problem: Exception) -> tuple[Server, ...]:
    """The servers after one of them failed, which says why from now on. The practice tenant's problem is raised."""
    if failed.name == OURS:
        raise problem
    told = replace(failed, missing=f"failed: {' '.join(str(problem).split())}")
    return tuple(told if server.name == failed.name else server for server in servers)


def practice_tenant(folder: Path) -> Server:
    """`python -m practice_tenant serve` over HTTPS, with its state in a folder."""
    return Server(name=OURS, start=partial(started, folder))


@contextmanager
def started(folder: Path, forms: Iterable[Mapping[str, str]] = ()) -> Iterator[Answering]:
    """The practice tenant with the state of a folder. Without forms, its seeded daemon asks by client credentials."""
    # As the others: without the guard that the tests load into each Python, which costs every start and connection.
    environment = {name: value for name, value in hermetic(folder).items() if name != "PYTHONPATH"}
    with served(environment) as tenant:
        base = f"https://localhost:{tenant.https_port}/{tenant.seeded.tenant_id}"
        daemon = client_credentials(tenant.seeded.client_id, tenant.seeded.client_secret)
        yield Answering(
            metadata_url=f"{base}/v2.0/.well-known/openid-configuration",
            token_url=f"{base}/oauth2/v2.0/token",
            forms=write_forms(folder / "forms", forms or [daemon]),
            process_id=tenant.process_id,
            ca=tenant.ca_certificate,
        )


def client_credentials(client_id: str, client_secret: str, scope: str = GRAPH_DEFAULT) -> dict[str, str]:
    """The form of a request with the client credentials grant."""
    return {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "scope": scope,
    }


def write_forms(path: Path, forms: Iterable[Mapping[str, str]]) -> Path:
    """The forms in a file: on a command line any user of the machine could read the secrets."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.writelines(urlencode(form) + "\n" for form in forms)
    return path


@contextmanager
def process(command: list[str], folder: Path, environment: Mapping[str, str], port: int) -> Iterator[int]:
    """The ID of a process that listens on a port of 127.0.0.1, and is stopped at the end.

    Raises:
        RuntimeError: it ended, or didn't listen in time; the text has what it said.
    """
    log = folder / "log"
    with (
        log.open("wb") as file,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=subprocess.STDOUT) as running,
    ):
        try:
            until = time.monotonic() + _SECONDS_TO_START
            while not _listens(port):
                if running.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{command[0]} does not listen: {log.read_text('utf-8', 'replace')[-1000:]}")
                time.sleep(_SECONDS_BETWEEN_TRIES)
            yield running.pid
        finally:
            running.terminate()
            running.wait(_SECONDS_TO_STOP)


def resident(process: psutil.Process) -> float:
    """The resident memory of a process, MB (a million bytes)."""
    return process.memory_info().rss / 1e6


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
