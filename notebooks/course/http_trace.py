"""The wire trace: what was sent and answered, with the secrets taken out first.

`course.transport` records each attempt of a request. The wire trace shows them; exercises and notebooks count them.
"""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

# A body without a Content-Type may be a form too.
_FORM = re.compile(r"[\w.%+-]+=[^\s&]*(&[\w.%+-]+=[^\s&]*)*")
_PART = re.compile(
    r'^Content-Disposition:[ \t]*form-data;[^\r\n]*?\bname="?([^";\r\n]*)"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)(?=\r?\n--)',
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
LONGEST_BODY = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One attempt of one request and its answer, already redacted.

    Attributes:
        number: 1 for the first attempt of the trace.
        request_body: form fields or JSON members; None without a body.
        status: the HTTP status; None if no answer came, then ``error`` says why.
        response_body: the parsed JSON, or the text; None for an empty answer, and for one that the program hasn't read.
        milliseconds: from sending the request to having the answer's headers.
        attempt: 2 and more for a request that the session sends again by itself.
        waited: the seconds that the session waited before this attempt.
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
    attempt: int = 1
    waited: float = 0.0

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
    """Exchanges, the oldest first.

    No lock guards them: a lock that another thread holds during a fork stays locked in the child. Each step is one
    operation of a list or a counter.
    """

    def __init__(self) -> None:
        self._entries: list[list[Exchange]] = []
        self._numbers = itertools.count(1)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges since the last ``clear``."""
        return tuple(entry[0] for entry in tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def __getitem__(self, index):
        return self.exchanges[index]

    def __repr__(self) -> str:
        return f"<Trace of {len(self)} requests>"

    def clear(self) -> None:
        """Forget what was sent so far; the numbers go on."""
        self._entries.clear()

    def add(self, **values: object) -> list[Exchange]:
        """Keep an exchange, numbered; returns its entry, for ``complete``."""
        entry = [Exchange(number=next(self._numbers), **values)]
        self._entries.append(entry)
        return entry

    @staticmethod
    def complete(entry: list[Exchange], **values: object) -> None:
        """Add what became known later, such as the body."""
        entry[0] = replace(entry[0], **values)


def parsed_body(body: object, content_type: str) -> object | None:
    """A request's or answer's body as JSON, form fields or text. A stream, or what is too long, is left out."""
    if not body:
        return None
    if not isinstance(body, bytes | str):
        return "(a stream)"
    if len(body) > LONGEST_BODY:
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
