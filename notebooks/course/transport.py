"""The hook in requests' transport: where Microsoft's hosts lead to in this process, and the wire trace of it.

Cells call MSAL and requests as their documentation does. Both send through ``requests.adapters.HTTPAdapter``, so the hook
stands there. In practice it connects Microsoft's hosts to the practice tenant, over real TLS; it leaves requests to this
computer alone, and refuses every other host. Live, it only records. Retries and time-outs stay the caller's.

A practice ``Registration`` leads this process to the practice tenant, and ``Registration.load()`` to what ``.env`` says.
A session that ``session`` made has a network of its own, which wins.
"""

import functools
import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter, Retry

from .clouds import CLOUDS, CUSTOMER_HOSTS, WORLDWIDE
from .connections import observing, tenant_pool
from .http_trace import Trace, parsed_body
from .redaction import NOTHING_KNOWN, Redaction

if TYPE_CHECKING:
    from urllib3 import HTTPConnectionPool

    from practice_tenant import RunningTenant

# Every name the practice tenant answers to; one more has the tenant's ID in it.
CLOUD_HOSTS = frozenset(host for cloud in CLOUDS for host in (*cloud.logins, cloud.graphs[0])) | set(CUSTOMER_HOSTS)
# Azure's instance metadata service, which issues a managed identity's tokens: plain HTTP at a link-local address. In
# practice the practice tenant answers in its place.
METADATA = "http://169.254.169.254"
# For the course's own sessions. Another session waits for as long as its program says.
TIMEOUT_SECONDS = 30

_ANSWERED = ", ".join((WORLDWIDE.logins[0], WORLDWIDE.graphs[0], *CUSTOMER_HOSTS))
_SHORT_SECRET = 8

# What the process shares. requests' module holds it, so that a reload or a second import of this module finds it again.
_state = vars(requests.adapters).setdefault(
    "_course", SimpleNamespace(network=None, trace=Trace(), scoped=None, listener=None, secrets={})
)
trace: Trace = _state.trace
"""What this process has sent; checks and cases have traces of their own."""


class HostRefused(requests.exceptions.ConnectionError):
    """The hook doesn't send this request; the message says why, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: where our code stood says nothing to a learner."""
        return [str(self)]


@dataclass(frozen=True, kw_only=True)
class Network:
    """Where requests lead to, and how they are recorded. As it stands: to Microsoft, as without the hook.

    Attributes:
        redaction: knows the secrets.
        trace: where to record; None: in the trace of the process.
        blocked: why nothing may be sent, in sentences; empty: everything may.
    """

    redaction: Redaction = NOTHING_KNOWN
    trace: Trace | None = None
    blocked: str = ""

    carries = False

    def pool(self, adapter: HTTPAdapter, request: requests.PreparedRequest) -> "HTTPConnectionPool | None":
        """The connections for a request; None: the adapter's own. Raises HostRefused."""
        if self.blocked:
            self.refuse(request, HostRefused(self.blocked, request=request))
        return None

    def refuse(self, request: requests.PreparedRequest, error: requests.RequestException) -> NoReturn:
        """Raise an error in place of an answer, and record it."""
        self.record(request.method, request.url, request.headers, request.body, error=type(error).__name__)
        raise error

    def record(self, method: str, url: str, headers, body, *, status=None, response_headers=None, **values) -> Callable:
        """Record an attempt. Returns what records its answer's body later."""
        redaction = Redaction(secrets=tuple({**_state.secrets, **dict.fromkeys(self.redaction.secrets)}))
        headers, answered = dict(headers or {}), dict(response_headers or {})
        parsed = parsed_body(body, _content_type(headers))
        trace = current_trace() if self.trace is None else self.trace
        entry = trace.add(
            method=method,
            url=redaction.url(url),
            request_headers=redaction.value(headers),
            request_body=redaction.value(parsed if isinstance(parsed, dict | None) else {"body": parsed}),
            status=status,
            response_headers=redaction.value(answered, answer=True),
            **values,
        )
        listener = _state.listener

        def record_body(body: bytes, length: int) -> None:
            parsed = parsed_body(body, _content_type(answered)) if length == len(body) else f"({length} bytes)"
            Trace.complete(entry, response_body=redaction.value(parsed, answer=True))
            if listener is not None:
                listener(url, status, body)

        return record_body


def _content_type(headers: dict[str, str]) -> str:
    return next((str(value) for name, value in headers.items() if name.lower() == "content-type"), "")


@dataclass(frozen=True, kw_only=True)
class Practice(Network):
    """A practice tenant on this computer."""

    tenant: "RunningTenant"

    carries = True

    def pool(self, adapter: HTTPAdapter, request: requests.PreparedRequest) -> "HTTPConnectionPool":
        """The tenant's connections for this adapter and host."""
        super().pool(adapter, request)
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.hostname}"
        cloud = origin.removeprefix("https://") in CLOUD_HOSTS | {f"{self.tenant.seeded.tenant_id}.ciamlogin.com"}
        if not (cloud and parts.port in (None, 443)) and not (origin == METADATA and parts.port in (None, 80)):
            asked = NOTHING_KNOWN.url(f"{parts.scheme}://{parts.netloc}")
            sentences = (
                f"Practice mode doesn't send anything to {asked}. The practice tenant answers https requests for "
                f"{_ANSWERED}, the national clouds' counterparts of the first two, and {METADATA}. "
                "Check the URL, or set COURSE_MODE=live in .env to use a real tenant."
            )
            self.refuse(request, HostRefused(sentences, request=request))
        # A forked child must not use its parent's connections: the process is part of the key.
        key = (os.getpid(), self.tenant.https_port, self.tenant.ca_certificate, origin)
        pools = vars(adapter).setdefault("course_pools", {})
        return pools.get(key) or pools.setdefault(key, tenant_pool(self.tenant, origin, adapter))

    def __deepcopy__(self, memo: dict) -> "Practice":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(
            "A session of the practice tenant's own can't be pickled: the pickle would hold the tenant's secrets."
        )


def is_this_computer(host: str) -> bool:
    """Whether a host is this computer, by its address or its name (RFC 6761 section 6.3)."""
    if host in ("localhost", socket.gethostname().lower()) or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def lead(network: Network, *, decided: bool = True) -> None:
    """Lead this process to a network. Idempotent.

    Args:
        network: where to.
        decided: whether the learner has chosen the mode now. Otherwise live doesn't take the place of practice: no
            credential of the practice tenant may go to the cloud.
    """
    _install()
    before = _state.network
    if not decided and not network.carries and before is not None and before.carries and not before.blocked:
        return
    _state.network = network
    # What another registration calls a secret stays one. A short one may be a word elsewhere.
    _state.secrets |= {secret: None for secret in network.redaction.secrets if len(secret.value) >= _SHORT_SECRET}


@contextmanager
def scope(
    network: Network | None = None, *, listener: Callable[[str, int, bytes], None] | None = None
) -> Iterator[Trace]:
    """Give this process another trace, and perhaps another network, for a while: for a check or a case.

    Not for this thread alone: a check starts threads.

    Args:
        network: None: the same as before, unless `lead` is called meanwhile.
        listener: called with URL, status and body of each answer that is read, secrets included.
    """
    _install()
    before = _state.network, _state.scoped, _state.listener
    _state.network, _state.scoped, _state.listener = network or _state.network, Trace(), listener
    try:
        yield _state.scoped
    finally:
        _state.network, _state.scoped, _state.listener = before


def current_trace() -> Trace:
    """The trace of the check or case that runs, else the learner's."""
    return _state.trace if _state.scoped is None else _state.scoped


def session(network: Network) -> "TenantSession":
    """A session with a network of its own, which wins over the process's."""
    _install()
    return TenantSession(network)


class TenantSession(requests.Session):
    """What `session` makes. `trace` is where its requests are recorded."""

    def __init__(self, network: Network):
        super().__init__()
        # In practice, proxy and CA variables and netrc don't count: they are meant for the internet.
        self.trust_env = not network.carries
        adapter = _TenantAdapter(network)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    @property
    def trace(self) -> Trace:
        """Where its requests are recorded."""
        own = self.get_adapter("https://").course_network.trace
        return current_trace() if own is None else own

    def send(self, request: requests.PreparedRequest, **options) -> requests.Response:
        """Send a request. Waits at most 30 seconds for an answer unless told otherwise."""
        if options.get("timeout") is None:
            options["timeout"] = TIMEOUT_SECONDS
        return super().send(request, **options)


class _TenantAdapter(HTTPAdapter):
    __attrs__: ClassVar = [*HTTPAdapter.__attrs__, "course_network"]

    def __init__(self, network: Network):
        self.course_network = network
        # A kept-alive connection may have been closed meanwhile. But an answer with Retry-After is an answer.
        super().__init__(max_retries=Retry(1, respect_retry_after_header=False))


class _Plain(HTTPAdapter):
    """Another adapter without what it changes about connections. Retries, headers and responses stay that adapter's."""

    __slots__ = ("_adapter",)

    def __init__(self, adapter: HTTPAdapter):
        self.__dict__ = adapter.__dict__
        self._adapter = adapter

    def add_headers(self, request: requests.PreparedRequest, **options) -> None:
        self._adapter.add_headers(request, **options)

    def build_response(self, req: requests.PreparedRequest, resp) -> requests.Response:
        return self._adapter.build_response(req, resp)


# The methods of HTTPAdapter, each with the original as its first argument


def _send(original: Callable, adapter: HTTPAdapter, request: requests.PreparedRequest, *arguments, **options):
    network = _network_for(adapter, request)
    plain = network is not None and network.carries and not isinstance(adapter, _Plain)
    return original(_Plain(adapter) if plain else adapter, request, *arguments, **options)


def _get_connection(original: Callable, adapter: HTTPAdapter, request: requests.PreparedRequest, *arguments, **options):
    network = _network_for(adapter, request)
    if network is None:
        return original(adapter, request, *arguments, **options)
    pool = network.pool(adapter, request)
    if pool is None:
        pool = original(adapter, request, *arguments, **options)
        if not hasattr(pool, "carried"):
            # The class, not an attribute: a pool that refers to itself outlives its session.
            pool.__class__ = observing(type(pool))
    pool.network = network
    return pool


def _cert_verify(original: Callable, adapter: HTTPAdapter, conn, *arguments, **options) -> None:
    # At the practice tenant's connections, `verify` and `cert` don't count, nor whether their files are there.
    if not getattr(conn, "carried", False):
        original(adapter, conn, *arguments, **options)


def _close(original: Callable, adapter: HTTPAdapter) -> None:
    for (process, *_), pool in vars(adapter).pop("course_pools", {}).items():
        if process == os.getpid():
            pool.close()
    original(adapter)


def _network_for(adapter: HTTPAdapter, request: requests.PreparedRequest) -> Network | None:
    """None: the hook leaves the request alone."""
    parts = urlsplit(request.url)
    if parts.scheme not in ("http", "https") or is_this_computer(parts.hostname or ""):
        return None
    return vars(adapter).get("course_network") or _state.network


_METHODS = {
    "send": _send,
    "get_connection_with_tls_context": _get_connection,
    "cert_verify": _cert_verify,
    "close": _close,
}


def _install() -> None:
    """Hook the methods. Idempotent: an earlier hook, of this module before a reload too, is replaced."""
    for name, function in _METHODS.items():
        found = getattr(HTTPAdapter, name)
        original = found.__wrapped__ if getattr(found, "hook", None) is found else found
        # A mock of another package wins. The other methods do without `send`.
        if original.__module__ == "requests.adapters":
            setattr(HTTPAdapter, name, _hooked(function, original))


def _hooked(function: Callable, original: Callable) -> Callable:
    @functools.wraps(original)
    def method(self: HTTPAdapter, *arguments, **options):
        return function(original, self, *arguments, **options)

    method.hook = method
    return method
