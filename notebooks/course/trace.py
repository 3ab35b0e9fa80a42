"""What was really sent and answered, in order, with everything secret taken out before it is kept.

The wire trace shows these; exercises and notebooks count them.
"""

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

MASK = "****"

# Form fields, JSON members and headers whose value opens something, or identifies one run.
_SECRET_NAMES = frozenset(
    {
        *("client_secret", "client_assertion", "assertion", "password", "secrettext", "code_verifier"),
        *("refresh_token", "device_code", "authorization", "proxy-authorization", "cookie", "set-cookie"),
        *("x-api-key", "ocp-apim-subscription-key", "x-practice-tenant-run"),
    }
)
# In a request, and in a redirect's URL, a code is redeemed for tokens; in an API's answer it names an error.
_REQUEST_NAMES = _SECRET_NAMES | {"code"}
_TOKEN_NAMES = frozenset({"access_token", "id_token", "id_token_hint", "token"})
_URL_NAMES = frozenset({"location", "referer"})
_USER = re.compile(r"(?<=://)[^/@]*@")
# What was sent without a Content-Type may be a form all the same.
_FORM = re.compile(r"[\w.%+-]+=[^\s&]*(&[\w.%+-]+=[^\s&]*)*")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
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


def redact(value: object, name: str = "", *, answer: bool = False) -> object:
    """A copy of a JSON value with secrets replaced by ``****`` and tokens shortened to ``eyJ…``.

    Args:
        value: what was sent or answered.
        name: the field it stood in.
        answer: whether it was answered rather than sent.
    """
    lowered = name.lower()
    if value is None:
        return None
    if lowered == "client_assertion":
        return _assertion(str(value))
    if lowered in (_SECRET_NAMES if answer else _REQUEST_NAMES):
        return MASK
    if lowered in _TOKEN_NAMES:
        return "eyJ…" if str(value).startswith("eyJ") else MASK
    if isinstance(value, Mapping):
        return {key: redact(item, str(key), answer=answer) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, name, answer=answer) for item in value]
    if isinstance(value, bool | int | float):
        return value
    if lowered in _URL_NAMES:
        return redact_url(str(value))
    return _JWT.sub("eyJ…", str(value))


def _assertion(value: str) -> object:
    """The header of a client assertion, which only says how it is signed; the rest could be sent again."""
    header = value.partition(".")[0]
    try:
        decoded = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except ValueError:
        return MASK
    return {"header": decoded, "payload": MASK, "signature": MASK} if isinstance(decoded, dict) else MASK


def redact_url(url: str) -> str:
    """A URL without the user's name and password, and with secret values in its query and fragment replaced."""
    base, hash_mark, fragment = url.partition("#")
    base, question_mark, query = base.partition("?")
    base = _JWT.sub("eyJ…", _USER.sub("", base))
    return f"{base}{question_mark}{_redact_pairs(query)}{hash_mark}{_redact_pairs(fragment)}"


def _redact_pairs(text: str) -> str:
    if "=" not in text:
        return _JWT.sub("eyJ…", text)
    return "&".join(f"{key}={redact(value, key)}" for key, value in parse_qsl(text, keep_blank_values=True))


def parsed_body(body: bytes | str | None, content_type: str) -> object | None:
    """A request's or answer's body as JSON, form fields or text; what is too long is left out."""
    if not body:
        return None
    if len(body) > _LONGEST_BODY:
        return f"({len(body)} bytes)"
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if "x-www-form-urlencoded" in content_type or _FORM.fullmatch(text):
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
