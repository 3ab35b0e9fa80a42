"""A connection's requests, read by llhttp: what is too large, or can be read in two ways, is refused.

llhttp itself refuses folded fields, two lengths, a length beside chunks, and line ends other than CR LF (RFC 9112
sections 2.2, 5.2 and 6.3): a server in front of this one may have read those differently.
"""

from enum import Enum, auto

import httptools

from .limits import Limits
from .resettable import ResettableProtocol


class Stage(Enum):
    """How much of a request has arrived."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class Refusal(Exception):
    """A request that isn't read further. ``status`` is the HTTP status that says why."""

    def __init__(self, status: int):
        super().__init__(status)
        self.status = status


class StrictProtocol(ResettableProtocol):
    """Reads requests within limits; what follows from that is for a subclass to do.

    Args:
        limits: how much a request may hold.

    Attributes:
        stage: how much of the request that is read now has arrived.
    """

    def __init__(self, *arguments: object, limits: Limits, **options: object):
        super().__init__(*arguments, **options)
        self.stage = Stage.NOTHING
        self._limits = limits
        self._head_bytes = self._body_bytes = 0
        # Bytes of a head that came in pieces: llhttp tells of a field only when it has its end.
        self._waiting_bytes = 0
        self._completed = 0

    def began(self) -> None:
        """The first byte of a request came."""

    def whole(self) -> None:
        """The last byte of a request came."""

    def refuse(self, status: int) -> None:
        """The request that is read now is refused; nothing after it is read."""

    def data_received(self, data: bytes) -> None:
        """Read what the client sent."""
        self._unset_keepalive_if_required()
        completed = self._completed
        try:
            self._feed(data)
            if self.stage is Stage.HEAD and completed == self._completed:
                self._waiting_bytes += len(data)
                self._check_head(self._waiting_bytes)
        except (httptools.HttpParserError, Refusal) as error:
            # llhttp hides what its callbacks raise in an error of its own.
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
                # No other protocol is spoken here, so what follows is the next request (RFC 9110 section 7.8).
                data = data[upgrade.args[0] :]

    def on_message_begin(self) -> None:
        """llhttp saw the beginning of a request."""
        self.stage = Stage.HEAD
        self._head_bytes = self._body_bytes = self._waiting_bytes = 0
        super().on_message_begin()
        self.began()

    def on_url(self, url: bytes) -> None:
        """llhttp read (a part of) the request's target."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """llhttp read a header field, or a trailer after the last chunk (RFC 9112 section 7.1.2)."""
        self._count_head(len(name) + len(value) + len(b": \r\n"))
        if self.stage is Stage.BODY:
            # The application has its headers already, and trailers must not become some.
            return
        if len(self.headers) >= self._limits.headers:
            raise Refusal(431)
        if name.lower() == b"transfer-encoding" and value.lower() != b"chunked":
            raise Refusal(501)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """llhttp read the end of a head."""
        fields = dict(self.headers)
        # RFC 9112, section 6.1: chunks in HTTP/1.0 are a sign of request smuggling. Section 3.2: only a proxy is told
        # more than a path.
        if self.parser.get_http_version() not in ("1.0", "1.1") or not self.url.startswith(b"/") or b"#" in self.url:
            raise Refusal(400)
        if b"transfer-encoding" in fields and self.parser.get_http_version() == "1.0":
            raise Refusal(400)
        self._check_body(int(fields.get(b"content-length", 0)))
        super().on_headers_complete()
        self.stage = Stage.BODY

    def on_body(self, body: bytes) -> None:
        """llhttp read a part of a body."""
        self._body_bytes += len(body)
        self._check_body(self._body_bytes)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """llhttp read the end of a request."""
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
