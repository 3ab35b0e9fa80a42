"""A tenant of several workers, in place of the application that the conformance suite calls in its own process.

Each request goes over a real connection, to another worker than the one before.
"""

import contextlib
import itertools
import json
import os
import ssl
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx

from practice_tenant.app import PracticeTenant
from practice_tenant.state import DATABASE
from tests.environment import ROOT, hermetic

from .served import PATH

_TRIES = 400
_SECONDS = 60
_ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "notebooks")}


class Connection:
    """One connection to whichever worker takes it."""

    def __init__(self, base_url: str, context: ssl.SSLContext):
        self._base = httpx.URL(base_url)
        self._transport = httpx.HTTPTransport(verify=context, trust_env=False, limits=httpx.Limits(max_connections=1))

    def request(self, method: str, target: bytes, headers: list, content: bytes = b"") -> tuple[int, list, bytes]:
        """One request as it stands; status, headers and body of the answer."""
        url = self._base.copy_with(raw_path=target)
        timeout = httpx.Timeout(_SECONDS).as_dict()
        request = httpx.Request(method, url, headers=headers, content=content, extensions={"timeout": timeout})
        response = self._transport.handle_request(request)
        with contextlib.closing(response):
            return response.status_code, response.headers.raw, b"".join(response.stream)

    def close(self) -> None:
        """Close it."""
        self._transport.close()


@dataclass(kw_only=True)
class Workers:
    """The processes that answer.

    Attributes:
        file: their state file.
        https, http: base URLs of the two listeners.
        processes: the IDs of the workers.
    """

    file: Path
    https: str
    http: str
    processes: list[int]
    context: ssl.SSLContext = field(repr=False)
    _turns: Iterator[int] = field(default_factory=itertools.count, repr=False)
    _idle: dict = field(default_factory=lambda: defaultdict(list), repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def request(self, scheme: str, test: str, method: str, target: bytes, headers: list, content: bytes) -> tuple:
        """One request to the worker whose turn it is; *test* is the query of the request that says whose tenant."""
        with self._lock:
            wanted = self.processes[next(self._turns) % len(self.processes)]
        connection = self._connection(scheme, wanted, f"{PATH}?{test}".encode())
        answer = connection.request(method, target, headers, content)
        self._keep(scheme, wanted, connection)
        return answer

    def _connection(self, scheme: str, wanted: int, target: bytes) -> Connection:
        # Linux decides whose a new connection is, and one that was kept may have been closed in between.
        for _ in range(_TRIES):
            with self._lock:
                kept = self._idle[scheme, wanted]
                connection = kept.pop() if kept else None
            connection = connection or Connection(getattr(self, scheme), self.context)
            status, _, body = connection.request("GET", target, [(b"Host", b"localhost")])
            assert status == 200, body
            if int(body) == wanted:
                return connection
            self._keep(scheme, int(body), connection)
        raise AssertionError(f"No connection went to {wanted} of {self.processes}.")

    def _keep(self, scheme: str, process: int, connection: Connection) -> None:
        with self._lock:
            self._idle[scheme, process].append(connection)

    def close(self) -> None:
        """Close all connections."""
        for connection in itertools.chain(*self._idle.values()):
            connection.close()


@contextlib.contextmanager
def serving(folder: Path, count: int) -> Iterator[Workers]:
    """Workers in processes of their own, with their state in a folder."""
    command = [sys.executable, "-m", "tests.workers.served", str(folder), str(count)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, cwd=ROOT, env=hermetic(folder, _ENVIRONMENT), **pipes) as process:
        try:
            told = json.loads(process.stdout.readline())
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("utf-8")
            workers = Workers(
                file=folder / DATABASE,
                https=f"https://localhost:{told['https_port']}",
                http=f"http://localhost:{told['http_port']}",
                processes=[int(child) for child in children.split()],
                context=ssl.create_default_context(cadata=told["ca_certificate"]),
            )
            assert len(workers.processes) == count
            yield workers
            workers.close()
        finally:
            process.terminate()


class SharedTenant:
    """What the workers answer, as an ASGI application. All else is asked of *own*, which has the same directory.

    Args:
        own: the tenant of this process.
        workers: who answers.
        clock: seconds since the epoch, at all of them.
        options: what their tenants are made with, besides.
    """

    _numbers = itertools.count()

    def __init__(self, own: PracticeTenant, workers: Workers, clock: Callable[[], float], **options: str):
        self._own = own
        self._workers = workers
        self._clock = clock
        self._options = options | {"test": str(next(self._numbers))}

    def __getattr__(self, name: str) -> object:
        return getattr(self._own, name)

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request."""
        content, more = b"", True
        while more:
            message = await receive()
            content, more = content + message.get("body", b""), message.get("more_body", False)
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        status, headers, body = self._workers.request(
            scope["scheme"],
            urlencode(self._options | {"now": repr(float(self._clock()))}),
            scope["method"],
            target,
            scope["headers"],
            content,
        )
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
