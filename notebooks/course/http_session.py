"""The HTTP session that the learner gives to MSAL as ``http_client`` and uses for API calls, and the trace it keeps.

Live, it is a plain ``requests.Session`` that records what is sent. In practice it also carries the cloud's host names
to the practice tenant on this computer, over real TLS, and refuses every other host. The trace holds no secret:
``course.redaction`` takes them out first. The wire trace shows it; exercises and notebooks count its exchanges.
"""

import json
import re
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter, Retry

from .clouds import CLOUDS, CUSTOMER_HOSTS, WORLDWIDE
from .redaction import NOTHING_KNOWN, Redaction

# Every name the practice tenant answers to, and one more that has the tenant's ID in it.
CLOUD_HOSTS = frozenset(host for cloud in CLOUDS for host in (*cloud.logins, cloud.graphs[0])) | set(CUSTOMER_HOSTS)
# Azure's instance metadata service, which issues a managed identity's tokens: plain HTTP at a link-local address. In
# practice the practice tenant answers in its place.
METADATA = "http://169.254.169.254"
TIMEOUT_SECONDS = 30

# One more try, as MSAL's own session has: a kept-alive connection may have been closed meanwhile. But an answer with
# Retry-After is an answer: urllib3 would wait for so long, without a word, and keep it from the trace.
_ONE_MORE_TRY = Retry(1, respect_retry_after_header=False)

# A body without a Content-Type may be a form too.
_FORM = re.compile(r"[\w.%+-]+=[^\s&]*(&[\w.%+-]+=[^\s&]*)*")
_PART = re.compile(
    r'^Content-Disposition:[ \t]*form-data;[^\r\n]*?\bname="?([^";\r\n]*)"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)(?=\r?\n--)',
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_LONGEST_BODY = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer, already redacted.

    Attributes:
        number: 1 for the first request of the session.
        request_body: form fields or JSON members; None without a body.
        status: the HTTP status; None if no answer came, then ``error`` says why.
        response_body: the parsed JSON, or the text; None for an empty answer.
        milliseconds: from sending the request to having the answer.
    """

    number: int
    method: str
    url: str
    request_headers: dict[str, str]
    request_body: dict | None
    status: int | None
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: object | None = None
    milliseconds: float = 0.0
    error: str | None = None

    @property
    def host(self) -> str:
        """The host the client asked, as it wrote it."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path of the URL, without the query."""
        return urlsplit(self.url).path

    def __str__(self) -> str:
        return f"{self.method} {self.host}{self.path} -> {self.status or self.error}"


class Trace:
    """The exchanges of one HTTP session, the oldest first."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._count = 0
        self._lock = threading.Lock()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges since the last ``clear``."""
        return tuple(self._exchanges)

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def __getitem__(self, index):
        return self.exchanges[index]

    def __repr__(self) -> str:
        return f"<Trace of {len(self)} requests>"

    def clear(self) -> None:
        """Forget what was sent so far; the numbers go on."""
        with self._lock:
            self._exchanges.clear()

    def add(self, **values: object) -> None:
        """Keep an exchange, numbered."""
        with self._lock:
            self._count += 1
            self._exchanges.append(Exchange(number=self._count, **values))


class HostRefused(requests.exceptions.ConnectionError):
    """In practice mode nothing leaves this computer; the message names the host and says what to do."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: where our code stood says nothing to a learner."""
        return [str(self)]


class RecordingSession(requests.Session):
    """A ``requests.Session`` that keeps a redacted trace of each exchange in ``trace``.

    Args:
        redaction: takes the secrets out.
    """

    def __init__(self, redaction: Redaction = NOTHING_KNOWN):
        super().__init__()
        self.trace = Trace()
        self._redaction = redaction
        # Called for each answer in order, the redirects on the way included.
        self.hooks["response"].append(self._record_answer)

    def send(self, request: requests.PreparedRequest, **options) -> requests.Response:
        """Send a request and record it. Waits at most 30 seconds for an answer unless told otherwise."""
        if options.get("timeout") is None:
            options["timeout"] = TIMEOUT_SECONDS
        started = time.perf_counter()
        try:
            return super().send(request, **options)
        except requests.RequestException as error:
            if error.request is None or error.request is request:
                self._record(request, seconds=time.perf_counter() - started, error=type(error).__name__)
            raise

    def _record_answer(self, response: requests.Response, **options) -> None:
        body = None if options.get("stream") else response.content
        self._record(
            response.request,
            seconds=response.elapsed.total_seconds(),
            status=response.status_code,
            response_headers=self._redaction.value(dict(response.headers), answer=True),
            response_body=self._redaction.value(
                parsed_body(body, response.headers.get("Content-Type", "")), answer=True
            ),
        )

    def _record(self, request: requests.PreparedRequest, *, seconds: float, status: int | None = None, **answered):
        body = parsed_body(request.body, request.headers.get("Content-Type", ""))
        self.trace.add(
            method=request.method,
            url=self._redaction.url(request.url),
            request_headers=self._redaction.value(dict(request.headers)),
            request_body=self._redaction.value(body if isinstance(body, dict | None) else {"body": body}),
            status=status,
            milliseconds=seconds * 1000,
            **answered,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self.trace)} requests sent>"


class CarriedSession(RecordingSession):
    """The session of practice mode.

    Args:
        tenant: the running practice tenant (``practice_tenant.start()``).
        api_endpoint: a URL whose origin is carried as well, besides the cloud's own names.
        redaction: takes the secrets out of the trace.
    """

    def __init__(self, tenant, api_endpoint: str = "", redaction: Redaction = NOTHING_KNOWN):
        super().__init__(redaction)
        # Proxy and CA variables of the environment are meant for the internet; this session never goes there.
        self.trust_env = False
        adapter = _CarryingAdapter(tenant, {urlsplit(api_endpoint).netloc.lower()} - {""})
        self.mount("https://", adapter)
        self.mount("http://", adapter)


class _CarryingAdapter(HTTPAdapter):
    def __init__(self, tenant, own: set[str]):
        self._tenant = tenant
        self._hosts = CLOUD_HOSTS | own | {f"{tenant.seeded.tenant_id}.ciamlogin.com"}
        named = (WORLDWIDE.logins[0], WORLDWIDE.graphs[0], *CUSTOMER_HOSTS, *sorted(own - CLOUD_HOSTS))
        self._answered = f"{', '.join(named)}, the national clouds' counterparts of the first two"
        self._context = ssl.create_default_context(cadata=tenant.ca_certificate)
        super().__init__(max_retries=_ONE_MORE_TRY)

    def send(self, request, **options):
        parts = urlsplit(request.url)
        carried = parts.scheme == "https" and parts.netloc.lower() in self._hosts
        if not carried and f"{parts.scheme}://{parts.netloc}" != METADATA:
            raise HostRefused(
                f"Practice mode doesn't send anything to {NOTHING_KNOWN.url(f'{parts.scheme}://{parts.netloc}')}. "
                f"The practice tenant answers https requests for {self._answered}, and {METADATA}. "
                "Check the URL, or set COURSE_MODE=live in .env to use a real tenant.",
                request=request,
            )
        sent = request.copy()
        sent.headers["Host"] = parts.netloc.lower()
        name, value = self._tenant.face_header
        sent.headers[name] = value
        try:
            response = super().send(sent, **options)
        except requests.RequestException as error:
            # The request as the learner knows it, without what was added on the way.
            error.request = request
            raise
        response.request = request
        return response

    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        # The connection goes to this computer; the request keeps the URL and the Host that the learner wrote.
        return self.poolmanager.connection_from_host(
            "127.0.0.1",
            port=self._tenant.https_port,
            scheme="https",
            pool_kwargs={"ssl_context": self._context, "server_hostname": "localhost", "assert_hostname": "localhost"},
        )

    def cert_verify(self, conn, url, verify, cert):
        """Ignores ``verify``: the context trusts this run's certificate authority alone."""


def practice_session(tenant, api_endpoint: str = "", redaction: Redaction = NOTHING_KNOWN) -> CarriedSession:
    """The session for a running practice tenant."""
    return CarriedSession(tenant, api_endpoint, redaction)


def live_session(redaction: Redaction = NOTHING_KNOWN) -> RecordingSession:
    """The session for a real tenant: the environment's proxy and CA settings apply, as with MSAL's own."""
    session = RecordingSession(redaction)
    session.mount("https://", HTTPAdapter(max_retries=_ONE_MORE_TRY))
    return session


def parsed_body(body: object, content_type: str) -> object | None:
    """A request's or answer's body as JSON, form fields or text. A stream, or what is too long, is left out."""
    if not body:
        return None
    if not isinstance(body, bytes | str):
        return "(a stream)"
    if len(body) > _LONGEST_BODY:
        return f"({len(body)} bytes)"
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if "x-www-form-urlencoded" in content_type or _FORM.fullmatch(text.strip()):
        return dict(parse_qsl(text.strip(), keep_blank_values=True))
    if parts := _PART.findall(text):
        return dict(parts)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
