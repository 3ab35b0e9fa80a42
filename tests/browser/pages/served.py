"""The pages of a tenant of a test's own, on a real port: in memory, and gone with the test."""

import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import uvicorn

from practice_tenant import SeededValues
from practice_tenant.app import PracticeTenant
from practice_tenant.clouds import WORLDWIDE
from practice_tenant.directory import seed
from practice_tenant.directory.objects import User
from practice_tenant.directory.store import Directory
from practice_tenant.hosts import RUN_HEADER
from tests.tenant.clients import FORM, InProcess

SECONDS_TO_START = 10


@dataclass(frozen=True, kw_only=True)
class ServedPages:
    """Where the pages are, and what the tenant behind them knows.

    Attributes:
        key: the first part of the pages' path.
        login: the authorization server as an app reaches it.
        answered: status and path of everything that a browser was answered, in order.
    """

    port: int
    key: str = field(repr=False)
    directory: Directory
    seeded: SeededValues
    login: InProcess = field(repr=False)
    answered: list[tuple[int, str]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Scheme, host and port of the pages."""
        return f"http://localhost:{self.port}"

    def url(self, path: str) -> str:
        """A page's address."""
        return f"{self.origin}/{self.key}{path}"

    def post(self, endpoint: str, **form: str) -> dict:
        """What the authorization server answers to an app, at the ``token`` or the ``devicecode`` endpoint."""
        path = f"/{self.seeded.tenant_id}/oauth2/v2.0/{endpoint}"
        # In a thread of its own: this one has Playwright's event loop.
        with ThreadPoolExecutor(1) as thread:
            sent = thread.submit(
                self.login.request, "POST", path, headers=[("Content-Type", FORM)], content=urlencode(form).encode()
            )
            return sent.result().json()

    def user(self, label: str) -> User:
        """A practice user, such as ``learner``."""
        return self.directory.user(self.seeded.tenant_id, f"{label}@{self.seeded.tenant_domain}")


@contextmanager
def serving(key_columns: list[dict]) -> Iterator[ServedPages]:
    """A tenant whose pages answer over HTTP under a private key, until the end of the context.

    Args:
        key_columns: the signing keys, as ``first_keys`` makes them.

    Raises:
        RuntimeError: the listener didn't start.
    """
    seeded = SeededValues(**seed.new_secrets())
    directory = Directory()
    values = {name: getattr(seeded, name) for name in seed.SECRET_NAMES}
    seed.fill(directory, values, time.time(), key_columns)
    listener = socket.create_server(("127.0.0.1", 0))
    port, key, run_token = listener.getsockname()[1], secrets.token_urlsafe(16), secrets.token_urlsafe()
    app = PracticeTenant(
        directory,
        https_port=port,
        http_port=port,
        run_token=run_token,
        pages_key=key,
        password_hint=f"Every practice user's password is {seeded.user_password}",
    )
    answered = []

    async def kept(scope: dict, receive: Callable, send: Callable) -> None:
        async def keep(message: dict) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                answered.append((message["status"], scope["path"]))

        await app(scope, receive, keep)

    config = uvicorn.Config(kept, ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        login = InProcess(app=app, base_url=f"https://{WORLDWIDE.login}", headers=((RUN_HEADER, run_token),))
        yield ServedPages(port=port, key=key, directory=directory, seeded=seeded, login=login, answered=answered)
    finally:
        server.should_exit = True
        thread.join(SECONDS_TO_START)
        listener.close()
        directory.close()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("The pages' listener did not start.")
        time.sleep(0.005)
