"""Connection pools that record each attempt of each request, and the pool that leads to the practice tenant.

A session's retries are made inside urllib3's pool, and so are its waits for Retry-After:
https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html#urllib3.util.Retry
"""

import functools
import re
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3 import exceptions as urllib3

from .http_trace import LONGEST_BODY

if TYPE_CHECKING:
    from practice_tenant import RunningTenant

    from .transport import Network

_PORTS = {"http": 80, "https": 443}
_attempt = threading.local()


@functools.cache
def observing(kind: type) -> type:
    """A kind of connection pool that records each attempt."""
    return type(kind.__name__, (Attempts, kind), {})


class Attempts:
    """What `observing` adds to a pool. `network` records."""

    network: "Network"
    # Whether it leads elsewhere than the URL says; then `origin` is where, and `added_headers` go with each request.
    carried = False
    origin = ""
    added_headers: Mapping[str, str] = MappingProxyType({})

    def urlopen(self, method: str, url: str, body=None, headers=None, *arguments, **options):
        """Send a request; urllib3 calls this again for each further attempt."""
        _attempt.recorded = False
        if self.carried:
            # Where a proxy for plain HTTP is set, requests gives the whole URL.
            url = re.sub(r"^https?://[^/?#]*", "", url) or "/"
        try:
            return super().urlopen(method, url, body, headers, *arguments, **options)
        except Exception as error:
            # A proxy that refuses to connect, for example: no attempt was made then.
            if not _attempt.recorded:
                self._record(method, url, headers, body, error=name_of(error))
            raise

    def _make_request(self, conn, method: str, url: str, body=None, headers=None, retries=None, **options):
        number = len(getattr(retries, "history", ())) + 1
        started = time.perf_counter()
        again = {"attempt": number, "waited": started - getattr(_attempt, "ended", started) if number > 1 else 0.0}
        sent = headers
        if self.carried:
            added = {name.lower() for name in self.added_headers}
            sent = {name: value for name, value in headers.items() if name.lower() not in added} | self.added_headers
        try:
            response = super()._make_request(conn, method, url, body=body, headers=sent, retries=retries, **options)
        except Exception as error:
            self._record(method, url, headers, body, error=name_of(error), **again)
            raise
        finally:
            _attempt.ended = time.perf_counter()
        answered = self._record(
            *(method, url, headers, body),
            status=response.status,
            response_headers=dict(response.headers),
            milliseconds=(_attempt.ended - started) * 1000,
            **again,
        )
        _listen(response, answered)
        return response

    def _record(self, method: str, url: str, headers, body, **values) -> Callable[[bytes, int], None]:
        _attempt.recorded = True
        if "://" not in url:
            host = f"[{self.host}]" if ":" in self.host else self.host
            port = "" if self.port in (None, _PORTS.get(self.scheme)) else f":{self.port}"
            url = (self.origin or f"{self.scheme}://{host}{port}") + url
        return self.network.record(method, url, headers, body, **values)


def tenant_pool(tenant: "RunningTenant", origin: str, adapter: HTTPAdapter) -> HTTPSConnectionPool:
    """Connections to a practice tenant for requests to one origin; it keeps as many as the adapter would."""
    pool = observing(HTTPSConnectionPool)(
        "127.0.0.1",
        tenant.https_port,
        maxsize=getattr(adapter, "_pool_maxsize", 10),
        block=getattr(adapter, "_pool_block", False),
        # The certificate authority of this run, whatever `verify` says.
        ssl_context=ssl.create_default_context(cadata=tenant.ca_certificate),
        server_hostname="localhost",
        assert_hostname="localhost",
    )
    pool.carried, pool.origin = True, origin
    pool.added_headers = {"Host": urlsplit(origin).netloc, **dict([tenant.face_header])}
    return pool


def name_of(error: Exception) -> str:
    """The name of the exception that requests makes of urllib3's."""
    reason = getattr(error, "reason", None) if isinstance(error, urllib3.MaxRetryError) else error
    names = (
        (urllib3.ProxyError, "ProxyError"),
        ((ssl.SSLError, urllib3.SSLError), "SSLError"),
        (urllib3.NewConnectionError, "ConnectionError"),
        (urllib3.ConnectTimeoutError, "ConnectTimeout"),
        (urllib3.ReadTimeoutError, "ReadTimeout"),
        ((urllib3.HTTPError, OSError), "ConnectionError"),
    )
    return next((name for kinds, name in names if isinstance(reason, kinds)), type(error).__name__)


def _listen(response, answered: Callable[[bytes, int], None]) -> None:
    """Have `answered` called when the program reads an answer: its body, cut off after the longest kept, and its length."""
    kind, itself = type(response), weakref.ref(response)

    def stream(*arguments, **options) -> Iterator[bytes]:
        return _heard(kind.stream(itself(), *arguments, **options), answered)

    def drain_conn() -> None:
        # urllib3 reads an answer to its end that it doesn't hand on, before it tries again.
        with suppress(urllib3.HTTPError, OSError):
            list(stream(decode_content=True))
        kind.drain_conn(itself())

    response.stream, response.drain_conn = stream, drain_conn


def _heard(chunks: Iterator[bytes], answered: Callable[[bytes, int], None]) -> Iterator[bytes]:
    kept, length = bytearray(), 0
    try:
        for chunk in chunks:
            length += len(chunk)
            kept += chunk[: max(0, LONGEST_BODY + 1 - len(kept))]
            yield chunk
    finally:
        answered(bytes(kept), length)
