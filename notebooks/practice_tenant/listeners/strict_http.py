"""Reads a connection's requests with llhttp, and refuses those that are too large or ambiguous.

llhttp itself refuses folded fields, two lengths, a length beside chunks, and line ends other than CR LF (RFC 9112
sections 2.2, 5.2 and 6.3). A server in front of this one may read those differently (request smuggling).
"""

from enum import Enum, auto

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .limits import Limits


class Stage(Enum):
    """How much of a request has arrived."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class Refusal(Exception):
    """Ends the reading of a request; ``status`` is the HTTP status of the answer."""

    def __init__(self, status: int):
        super().__init__(status)
        self.status = status


class StrictProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with limits and refusals; a subclass acts on ``began``, ``whole`` and ``refuse``.

    Args:
        limits: size limits of a request.

    Attributes:
        stage: how much of the current request has arrived.
    """

    def __init__(self, *arguments: object, limits: Limits, **options: object):
        super().__init__(*arguments, **options)
        self.stage = Stage.NOTHING
        self._limits = limits
        self._head_bytes = self._body_bytes = 0
        # Bytes of a head that arrived in pieces: llhttp reports a field only at its end.
        self._waiting_bytes = 0
        self._completed = 0

    def began(self) -> None:
        """Called at the first byte of a request."""

    def whole(self) -> None:
        """Called at the last byte of a request."""

    def refuse(self, status: int) -> None:
        """Called when the current request is refused; nothing after it is read."""

    def data_received(self, data: bytes) -> None:
        """Read bytes of the client."""
        self._unset_keepalive_if_required()
        completed = self._completed
        try:
            self._feed(data)
            if self.stage is Stage.HEAD and completed == self._completed:
                self._waiting_bytes += len(data)
                self._check_head(self._waiting_bytes)
        except (httptools.HttpParserError, Refusal) as error:
            # llhttp wraps what its callbacks raise.
            cause = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else error
            if not isinstance(cause, (httptools.HttpParserError, Refusal)):
                raise
            self.logger.warning("Invalid HTTP request received.")
            self.refuse(cause.status if isinstance(cause, Refusal) else 400)

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                # The server ignores an upgrade, so the next bytes are the next request (RFC 9110 section 7.8).
                data = data[upgrade.args[0] :]

    def on_message_begin(self) -> None:
        """llhttp callback: a request begins."""
        self.stage = Stage.HEAD
        self._head_bytes = self._body_bytes = self._waiting_bytes = 0
        super().on_message_begin()
        self.began()

    def on_url(self, url: bytes) -> None:
        """llhttp callback: the request's target, or a part of it."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """llhttp callback: a header field, or a trailer after the last chunk (RFC 9112 section 7.1.2)."""
        self._count_head(len(name) + len(value) + len(b": \r\n"))
        if self.stage is Stage.BODY:
            # Trailers must not become headers.
            return
        if len(self.headers) >= self._limits.headers:
            raise Refusal(431)
        if name.lower() == b"transfer-encoding" and value.lower() != b"chunked":
            raise Refusal(501)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """llhttp callback: the end of a head."""
        fields = dict(self.headers)
        # RFC 9112 section 6.1: chunks in HTTP/1.0 are a sign of request smuggling. Section 3.2: only a proxy gets more
        # than a path.
        if self.parser.get_http_version() not in ("1.0", "1.1") or not self.url.startswith(b"/") or b"#" in self.url:
            raise Refusal(400)
        if b"transfer-encoding" in fields and self.parser.get_http_version() == "1.0":
            raise Refusal(400)
        self._check_body(int(fields.get(b"content-length", 0)))
        super().on_headers_complete()
        self.stage = Stage.BODY

    def on_body(self, body: bytes) -> None:
        """llhttp callback: a part of a body."""
        self._body_bytes += len(body)
        self._check_body(self._body_bytes)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """llhttp callback: the end of a request."""
        self.stage = Stage.NOTHING
        self._completed += 1
        super().on_message_complete()
        self.whole()

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        self._check_head(self._head_bytes)

    def _check_head(self, size: int) -> None:
        if size > self._limits.head_bytes:
            raise Refusal(431)

    def _check_body(self, size: int) -> None:
        if size > self._limits.body_bytes:
            raise Refusal(413)
