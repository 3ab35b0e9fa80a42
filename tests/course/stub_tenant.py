"""A server that stands in for the practice tenant: it notes what reaches it and answers as a test wants."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from practice_tenant import SeededValues
from practice_tenant.directory.seed import SECRET_NAMES
from practice_tenant.listeners.tls import TlsIdentity

RUN_TOKEN = "canary-of-this-run"


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came over TLS."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server answers; ``closes`` ends the connection without saying so."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    closes: bool = False


@dataclass(kw_only=True)
class StubTenant:
    """Where it listens, as ``practice_tenant.start()`` tells it, and what it saw."""

    https_port: int
    ca_certificate: str
    face_header: tuple[str, str] = ("X-Practice-Tenant-Run", RUN_TOKEN)
    seeded: SeededValues = field(default_factory=lambda: SeededValues(**dict.fromkeys(SECRET_NAMES, "canary-secret")))
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Answer] = lambda received: Answer()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tenant: StubTenant

    def handle_error(self, request: socket.socket, client_address: tuple) -> None:
        # A client that ends the handshake or the connection is what some tests are about.
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        received = Received(
            method=self.command, target=self.path, headers=dict(self.headers.items()), body=self.rfile.read(length)
        )
        self.server.tenant.received.append(received)
        answer = self.server.tenant.answer(received)
        self.send_response(answer.status)
        for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = answer.closes

    do_GET = do_POST = do_CONNECT = _serve

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stub_tenant() -> Iterator[StubTenant]:
    """A stand-in that listens on a free port of this computer."""
    identity = TlsIdentity(time.time())
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.tenant = StubTenant(https_port=server.server_port, ca_certificate=identity.ca_certificate)
        server.socket = identity.context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        with _running(server):
            yield server.tenant


@contextmanager
def stub_proxy() -> Iterator[StubTenant]:
    """A stand-in for a proxy, on plain HTTP: it notes each CONNECT and refuses it."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.tenant = StubTenant(https_port=server.server_port, ca_certificate="")
        server.tenant.answer = lambda received: Answer(status=403, closes=True)
        with _running(server):
            yield server.tenant


@contextmanager
def _running(server: _Server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
