"""The tenant's listeners: a daemon thread in this process (``start``), or in the foreground (``serve``).

HTTPS for the authorization server and the API, plain HTTP for the pages a browser opens; both on loopback only.
"""

import asyncio
import logging
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvicorn

from .app import PracticeTenant
from .authority import signing, signing_process
from .directory.store import Directory
from .faces import RUN_HEADER
from .listeners import tls_buffers
from .listeners.guarded import GuardedProtocol
from .listeners.guarded_server import GuardedServer
from .listeners.limits import Limits, connections_allowed
from .listeners.room import Room
from .listeners.sockets import PortTaken, bind
from .listeners.tls import TlsIdentity, new_identity
from .running_tenant import RunningTenant
from .state import State, open_state


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """Bound sockets and what answers on them; ``new_app`` makes another that answers the same, on a directory.

    ``signer`` signs the tokens in a process of its own, once that is started.
    """

    app: PracticeTenant
    new_app: Callable[[Directory], PracticeTenant] = field(repr=False)
    identity: TlsIdentity
    https: list[socket.socket]
    http: list[socket.socket]
    run_token: str = field(repr=False)
    pages_key: str = field(repr=False)
    control_token: str = field(repr=False)
    state: State
    limits: Limits = field(default_factory=Limits)
    signer: signing_process.SigningProcess | None = None

    @property
    def https_port(self) -> int:
        """The port of the HTTPS listener."""
        return self.https[0].getsockname()[1]

    @property
    def http_port(self) -> int:
        """The port of the pages."""
        return self.http[0].getsockname()[1]

    def running(self) -> RunningTenant:
        """What clients are told."""
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
        home: the state folder, only looked at by the first call. None means ``PRACTICE_TENANT_HOME``, or the
            platform's place for such files.
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
    several: bool = False,
    clock: Callable[[], float] = time.time,
    limits: Limits | None = None,
) -> Listeners:
    """Bind the listeners; port 0 takes a free one.

    Args:
        private: whether the pages are for this run's owner: reached by a key in their path, and with the password of
            the practice users beside the field.
        several: whether several processes will answer (``workers``).
        limits: what a client may ask at most; None: what people and programs get by with.

    Raises:
        PortTaken: a port that was asked for is in use.
    """
    https = bind(https_port)
    try:
        http = bind(http_port)
    except PortTaken:
        for bound in https:
            bound.close()
        raise
    run_token, control_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    pages_key = secrets.token_urlsafe(16) if private else ""
    # A learner's kernel has one client at a time, and several workers have a core each already.
    signer = None if private or several or not signing_process.available() else signing_process.SigningProcess()
    new_app = partial(
        PracticeTenant,
        https_port=https[0].getsockname()[1],
        http_port=http[0].getsockname()[1],
        run_token=run_token,
        control_token=control_token,
        pages_key=pages_key,
        several=several,
        sign=signer or signing.here,
        clock=clock,
        **({"password_hint": f"Every practice user's password is {state.seeded.user_password}"} if private else {}),
    )
    # The certificates follow the computer's clock, not the tenant's: TLS clients compare with theirs.
    identity = new_identity(time.time())
    return Listeners(
        app=new_app(state.directory),
        new_app=new_app,
        identity=identity,
        https=https,
        http=http,
        run_token=run_token,
        pages_key=pages_key,
        control_token=control_token,
        state=state,
        limits=limits or Limits(),
        signer=signer,
    )


def serve(listeners: Listeners, ready: Callable[[], None]) -> None:
    """Answer in the foreground until Ctrl-C or SIGTERM; calls *ready* once requests are answered."""
    tls_buffers.keep_small()
    if listeners.signer is None:
        _serve_here(listeners, ready)
        return
    listeners.signer.start()
    try:
        _serve_here(listeners, ready)
    finally:
        listeners.signer.stop()


def _serve_here(listeners: Listeners, ready: Callable[[], None]) -> None:
    servers = _servers(listeners)

    def stop(*_: object) -> None:
        for server in servers:
            server.should_exit = True

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    asyncio.run(_serve(servers, listeners, ready))


def _servers(listeners: Listeners) -> list[uvicorn.Server]:
    limits = listeners.limits
    room = Room(connections_allowed(limits))
    common = {
        "app": listeners.app,
        "http": GuardedProtocol,
        "ws": "none",
        "lifespan": "off",
        # uvicorn would otherwise take over the logging of a kernel that is not its own.
        "log_config": None,
        "access_log": False,
        "server_header": False,
        # Nothing stands in front of a loopback listener, so no header may claim who the client is.
        "proxy_headers": False,
        "timeout_graceful_shutdown": 2,
        "timeout_keep_alive": limits.idle_seconds,
    }
    secure = uvicorn.Config(**common, ssl_context_factory=lambda *_: listeners.identity.context)
    return [GuardedServer(config, limits, room) for config in (secure, uvicorn.Config(**common))]


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
    # Where nothing handles a record, logging prints it: into a learner's notebook. logging.basicConfig() still shows it.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())

    def run() -> None:
        try:
            asyncio.run(_serve(_servers(listeners), listeners, ready.set))
        except Exception as error:  # noqa: BLE001 - start() raises it, in the thread that asked
            failed.append(error)
        finally:
            ready.set()

    threading.Thread(target=run, name="practice-tenant", daemon=True).start()
    ready.wait()
    if failed:
        raise failed[0]
