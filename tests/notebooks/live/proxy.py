"""A proxy that stands in for the internet: two of the cloud's host names lead to a served practice tenant.

A client that has only heard of ``HTTPS_PROXY`` and ``REQUESTS_CA_BUNDLE`` then takes the practice tenant for the cloud.
It opens tunnels (CONNECT, RFC 9110 section 9.3.6), ends TLS inside them itself, and passes the requests on. Every other
host is refused, so it connects to the tenant on this computer or to nothing.
"""

import contextlib
import http.client
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from tests.notebooks.live.certificates import Certificates
from tests.notebooks.live.served import ServedTenant

HOSTS = ("login.microsoftonline.com", "graph.microsoft.com")
_TIMEOUT = 30  # seconds
# They are about one connection, and there are two (RFC 9110 section 7.6.1); the length is written anew.
_NOT_PASSED_ON = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A request that the tenant answered in the cloud's place. `path` is without the query."""

    method: str
    host: str
    path: str
    status: int


class ConnectProxy(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1.

    Attributes:
        asked: the target of each CONNECT as it came, refused ones included.
        carried: the requests that came through the tunnels, in order of their answers.
    """

    daemon_threads = True

    def __init__(self, tenant: ServedTenant, certificates: Certificates):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.tenant = tenant
        self.certificates = certificates
        self.tenants_context = ssl.create_default_context(cafile=tenant.ca_certificate)
        self.asked: list[str] = []
        self.carried: list[Carried] = []

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def url(self) -> str:
        """The value for ``HTTPS_PROXY``."""
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def running(tenant: ServedTenant, certificates: Certificates) -> Iterator[ConnectProxy]:
    """A proxy that answers in a thread until the end of the block."""
    with ConnectProxy(tenant, certificates) as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()


class _Connection(BaseHTTPRequestHandler):
    """One client's connection: first its CONNECT, then the requests inside the tunnel."""

    server: ConnectProxy
    protocol_version = "HTTP/1.1"
    timeout = _TIMEOUT
    tunnel: str | None = None

    def do_CONNECT(self) -> None:
        self.server.asked.append(self.path)
        host, _, port = self.path.partition(":")
        if self.tunnel or host not in HOSTS or port != "443":
            self.send_error(403, f"Only {' and '.join(HOSTS)} can be reached")
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        try:
            self.request = self.server.certificates.context.wrap_socket(self.request, server_side=True)
        except OSError:
            # The client doesn't trust the certificate, or went away: it knows, and there is nobody else to tell.
            self.close_connection = True
            return
        # From here on the streams are the tunnel's.
        self.setup()
        self.tunnel = host
        self.close_connection = False

    def carry(self) -> None:
        """Pass a request of the tunnel on to the tenant, and its answer back."""
        if self.tunnel is None or self.headers.get_all("Host") != [self.tunnel]:
            self.send_error(421, "Requests go through a tunnel, to the host that it is for")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_PASSED_ON}
        tenant = http.client.HTTPSConnection(
            "127.0.0.1", self.server.tenant.https_port, context=self.server.tenants_context, timeout=_TIMEOUT
        )
        with contextlib.closing(tenant):
            tenant.request(self.command, self.path, body or None, headers | dict([self.server.tenant.face_header]))
            answer = tenant.getresponse()
            self._pass_back(answer, answer.read())

    def _pass_back(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        path = self.path.partition("?")[0]
        carried = Carried(method=self.command, host=self.tunnel, path=path, status=answer.status)
        self.server.carried.append(carried)
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _NOT_PASSED_ON:
                self.send_header(name, value)
        if answer.status != 204:  # RFC 9110 section 8.6: no length where there is no content
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = carry

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        if self.tunnel:
            self.request.close()

    def log_message(self, *_: object) -> None:
        """Nothing: tests ask `asked` and `carried`."""
