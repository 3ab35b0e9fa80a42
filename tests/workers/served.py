"""The process that starts the workers of `tenant.py`: `python -m tests.workers.served <folder> <how many>`.

They answer as those of `serve --workers` do, except that each test has a tenant of its own: a request to `/test` says
whose, and what time it is there. Nothing in memory goes from one test to the next.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.responses import PlainTextResponse

from practice_tenant.app import PracticeTenant
from practice_tenant.directory.store import Directory
from practice_tenant.server import listen
from practice_tenant.state import open_state
from practice_tenant.workers import serve_with_workers

PATH = "/test"


class TestsTenant:
    """The tenant of the test that asked last, as an ASGI application on a directory."""

    def __init__(self, directory: Directory):
        self._directory = directory
        self._test = ""
        self._now = 0.0
        self._app: Callable | None = None

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request; those to `PATH` with the ID of this process."""
        answer = self._app
        if scope["type"] == "http" and scope["path"] == PATH:
            self._begin(**dict(parse_qsl(scope["query_string"].decode())))
            answer = PlainTextResponse(str(os.getpid()))
        await answer(scope, receive, send)

    def _begin(self, *, test: str, now: str, **options: str) -> None:
        self._now = float(now)
        if test != self._test:
            self._test = test
            self._app = PracticeTenant(
                self._directory, https_port=8443, http_port=8400, several=True, clock=lambda: self._now, **options
            )


def main(folder: str, count: str) -> bool:
    """Serve until the process is told to stop; prints the ports and the certificate authority once all answer."""
    listeners = replace(listen(open_state(Path(folder)), several=True), new_app=TestsTenant)
    ports = {"https_port": listeners.https_port, "http_port": listeners.http_port}
    told = json.dumps(ports | {"ca_certificate": listeners.identity.ca_certificate})

    def ready() -> None:
        print(told, flush=True)
        threading.Thread(target=_stop_with_starter, daemon=True).start()

    return serve_with_workers(listeners, int(count), ready)


def _stop_with_starter() -> None:
    # Whoever started this process holds the other end of its standard input, also until they are killed.
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
