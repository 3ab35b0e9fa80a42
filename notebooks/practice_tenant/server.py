"""Serves the tenant in a daemon thread of this process (``start``), or in the foreground (``serve``).

HTTPS for the authorization server and the API, plain HTTP for the pages of a browser; both on loopback only.
"""

import asyncio
import logging
import secrets
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from .app import PracticeTenant
from .directory.confidential import Confidential
from .directory.seed import SeededValues
from .hosts import RUN_HEADER
from .listeners.connection import Connection
from .listeners.limits import Limits, OpenConnections, connections_allowed, raise_file_limit
from .listeners.listener import CannotListen, Server, bind
from .listeners.tls import TlsIdentity
from .state import State, open_state


@dataclass(frozen=True, kw_only=True)
class RunningTenant:
    """Connection details of a running tenant. Its secrets are given to code that names one, and not shown.

    Attributes:
        https_port, http_port: its ports on 127.0.0.1.
        ca_certificate: PEM text of the certificate authority of this run.
        face_header: name and value of the header that requests under the clouds' names need.
        seeded: the registration values a learner starts with.
        notices: sentences to show, such as the new name of a damaged state file.
        portal_url: the app registrations in a browser, with this run's key; None if the pages have no key.
        control_token: the token of the control API (``control``).
    """

    https_port: int
    http_port: int
    ca_certificate: str
    face_header: tuple[str, str] = Confidential()
    seeded: SeededValues
    notices: tuple[str, ...] = ()
    portal_url: str | None = Confidential(default=None)
    control_token: str = Confidential(default="")


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """Bound sockets and the application that answers on them."""

    app: PracticeTenant
    identity: TlsIdentity
    https: list[socket.socket]
    http: list[socket.socket]
    run_token: str = field(repr=False)
    pages_key: str = field(repr=False)
    control_token: str = field(repr=False)
    state: State
    limits: Limits = field(default_factory=Limits)

    @property
    def https_port(self) -> int:
        """The port of the HTTPS listener."""
        return self.https[0].getsockname()[1]

    @property
    def http_port(self) -> int:
        """The port of the pages."""
        return self.http[0].getsockname()[1]

    def running(self) -> RunningTenant:
        """Connection details for clients."""
        return RunningTenant(
            https_port=self.https_port,
            http_port=self.http_port,
            ca_certificate=self.identity.ca_certificate,
            face_header=(RUN_HEADER, self.run_token),
            seeded=self.state.seeded,
            notices=self.state.notices,
            portal_url=f"http://localhost:{self.http_port}/{self.pages_key}/portal" if self.pages_key else None,
            control_token=self.control_token,
        )


_running: RunningTenant | None = None
_starting = threading.Lock()


def start(home: str | Path | None = None) -> RunningTenant:
    """Start the tenant in this process, on free ports; it ends with the process. Starting again is a no-op.

    Args:
        home: the state folder; only the first call uses it. None means ``PRACTICE_TENANT_HOME``, or the platform's
            folder for such files.
    """
    global _running
    with _starting:
        if _running is None:
            listeners = listen(open_state(Path(home) if home else None), private=True)
            _run_in_thread(listeners)
            _running = listeners.running()
        return _running


def listen(
    state: State,
    *,
    https_port: int = 0,
    http_port: int = 0,
    private: bool = False,
    clock: Callable[[], float] = time.time,
    limits: Limits | None = None,
) -> Listeners:
    """Bind the listeners; port 0 takes a free one.

    Args:
        private: whether the pages are for this run's owner only. Their paths then have a key, and the password of the
            practice users stands beside its field.
        limits: None for the defaults, which are enough for people and programs.

    Raises:
        PortTaken: a requested port is in use.
        CannotListen: the system refuses a socket for another reason.
    """
    https = bind(https_port)
    try:
        http = bind(http_port)
    except CannotListen:
        for bound in https:
            bound.close()
        raise
    run_token, control_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    pages_key = secrets.token_urlsafe(16) if private else ""
    app = PracticeTenant(
        state.directory,
        https_port=https[0].getsockname()[1],
        http_port=http[0].getsockname()[1],
        run_token=run_token,
        control_token=control_token,
        pages_key=pages_key,
        clock=clock,
        **({"password_hint": f"Every practice user's password is {state.seeded.user_password}"} if private else {}),
    )
    state.directory.database.serve()
    # The certificates follow the computer's clock, not the tenant's: TLS clients compare with theirs.
    identity = TlsIdentity(time.time())
    return Listeners(
        app=app,
        identity=identity,
        https=https,
        http=http,
        run_token=run_token,
        pages_key=pages_key,
        control_token=control_token,
        state=state,
        limits=limits or Limits(),
    )


def serve(listeners: Listeners, ready: Callable[[], None]) -> None:
    """Answer in the foreground until Ctrl-C, SIGTERM or the terminal's end; calls *ready* once requests are answered."""
    raise_file_limit(listeners.limits)
    servers = _servers(listeners)

    def stop(*_: object) -> None:
        for server in servers:
            server.should_exit = True

    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup has the tenant go on after the terminal's end.
        if number and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            signal.signal(number, stop)
    asyncio.run(_serve(servers, listeners, ready))


def _servers(listeners: Listeners) -> list[uvicorn.Server]:
    limits = listeners.limits
    connections = OpenConnections(connections_allowed(limits))
    common = {
        "app": listeners.app,
        "http": Connection,
        "ws": "none",
        "lifespan": "off",
        # uvicorn would otherwise reconfigure the logging of the learner's kernel.
        "log_config": None,
        "access_log": False,
        "server_header": False,
        # A loopback listener has no proxy in front of it, so no header may name the client.
        "proxy_headers": False,
        "timeout_graceful_shutdown": 2,
        "timeout_keep_alive": limits.idle_seconds,
    }

    def context() -> ssl.SSLContext:
        return listeners.identity.at(time.time())

    return [Server(uvicorn.Config(**common), limits, connections, chosen) for chosen in (context, None)]


async def _serve(servers: list[uvicorn.Server], listeners: Listeners, ready: Callable[[], None]) -> None:
    running = [
        asyncio.create_task(server.serve(sockets=sockets))
        for server, sockets in zip(servers, (listeners.https, listeners.http), strict=True)
    ]
    while not all(server.started for server in servers):
        if done := [task for task in running if task.done()]:
            await done[0]
            raise RuntimeError("A listener of the practice tenant stopped while it started.")
        await asyncio.sleep(0.001)
    ready()
    await asyncio.gather(*running)


def _run_in_thread(listeners: Listeners) -> None:
    ready, failed = threading.Event(), []
    # logging prints records without a handler, here into a learner's notebook. logging.basicConfig() still shows them.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())

    def run() -> None:
        try:
            asyncio.run(_serve(_servers(listeners), listeners, ready.set))
        except Exception as error:  # noqa: BLE001 - start() raises it in the caller's thread
            failed.append(error)
        finally:
            ready.set()

    threading.Thread(target=run, name="practice-tenant", daemon=True).start()
    ready.wait()
    if failed:
        raise failed[0]
