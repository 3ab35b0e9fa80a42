"""h11's parser, stricter: it refuses what is too large and what another reader could understand differently."""

from collections.abc import Callable

import h11

from .limits import Limits


class StrictConnection(h11.Connection):
    """The server's side of one HTTP/1.1 connection.

    Args:
        limits: how much a request may hold.
        whole: called when a request has arrived to its last byte.

    Attributes:
        refusal: the HTTP status for what ``next_event`` refused last: 400, 413, 431 or 501.
    """

    def __init__(self, limits: Limits, whole: Callable[[], None]):
        super().__init__(h11.SERVER, max_incomplete_event_size=limits.head_bytes)
        self.refusal = 400
        self._limits = limits
        self._whole = whole
        self._body_bytes = 0

    def next_event(self) -> object:
        """What the client sent next.

        Raises:
            h11.RemoteProtocolError: it is refused.
        """
        before = self.trailing_data[0] if self.their_state is h11.IDLE else b""
        try:
            event = super().next_event()
            if isinstance(event, h11.Request):
                head = before[: len(before) - len(self.trailing_data[0])]
                self._check(event, head)
            elif isinstance(event, h11.Data):
                self._count(len(event.data))
        except h11.RemoteProtocolError as error:
            self.refusal = error.error_status_hint
            raise
        if isinstance(event, h11.EndOfMessage):
            self._whole()
        return event

    def _check(self, request: h11.Request, head: bytes) -> None:
        if len(request.headers) > self._limits.headers or len(head) > self._limits.head_bytes:
            raise h11.RemoteProtocolError("Too many headers, or too long ones.", error_status_hint=431)
        # h11 joins folded lines and takes a length that is repeated. RFC 9112, section 5.2 and 6.3, leaves that to a
        # server; one in front of this one may have chosen differently.
        lines = head.splitlines()[1:]
        if any(line.startswith((b" ", b"\t")) for line in lines):
            raise h11.RemoteProtocolError("A header field goes on in the next line.")
        lengths = [line for line in lines if line.partition(b":")[0].lower() == b"content-length"]
        if len(lengths) > 1 or any(b"," in line for line in lengths):
            raise h11.RemoteProtocolError("Two Content-Lengths.")
        # RFC 9112, section 6.1: chunks beside a length, and chunks in HTTP/1.0, are a sign of request smuggling.
        chunked = any(name == b"transfer-encoding" for name, _ in request.headers)
        if chunked and (lengths or request.http_version < b"1.1"):
            raise h11.RemoteProtocolError("Transfer-Encoding beside another length.")
        self._body_bytes = 0
        self._count(max((int(value) for name, value in request.headers if name == b"content-length"), default=0))
        self._body_bytes = 0

    def _count(self, size: int) -> None:
        self._body_bytes += size
        if self._body_bytes > self._limits.body_bytes:
            raise h11.RemoteProtocolError("The body is too long.", error_status_hint=413)
