"""One HTTP connection, with a time limit on every wait: for a request, and for the client to read its answer.

uvicorn limits only the wait between two requests.
"""

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import Callable
from http import HTTPStatus

from ..fault_middleware import RESET
from .limits import Limits, OpenConnections
from .strict_http import Stage, StrictProtocol

# struct linger: on, for 0 seconds. Closing then sends RST and drops unsent bytes (POSIX, SO_LINGER).
_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

# How much a refused client may still send. It reads its answer only after the whole request (RFC 9112 section 9.6).
_FAREWELL_BYTES = 1024 * 1024
_SENTENCES = {
    400: (
        "This is not HTTP/1.1, not one of its methods, or it can be read in two ways. Send a path, one header a line, and "
        "the body's length once."
    ),
    408: "The request took too long to arrive. Send it in one go.",
    413: "The request's body is too long for this practice tenant.",
    431: "The request has too many headers, or too long ones, for this practice tenant.",
    501: "The practice tenant knows no transfer coding but chunked.",
}


class Connection(StrictProtocol):
    """One connection, from its acceptance to its end.

    The scope of each request has a function under ``RESET`` in its ``extensions``, which resets the connection.

    Args:
        limits: what the client may ask for.
        connections: all open connections; this one adds itself.

    Attributes:
        accepting: the task of the TLS handshake, while it runs.
    """

    def __init__(self, *arguments: object, limits: Limits, connections: OpenConnections, **options: object):
        super().__init__(*arguments, limits=limits, **options)
        self.app = _resettable(self.app, self._reset)
        self.accepting: asyncio.Task | None = None
        self._connections = connections
        self._accepted = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        # Requests without a complete answer. A client may pipeline the next one (RFC 9112 section 9.3.2).
        self._unanswered = 0
        self._refusal: int | None = None
        self._refused_bytes = 0
        connections.add(self)

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Start the time limit of the first request; over TLS the handshake is done."""
        super().connection_made(transport)
        self._deadline = self.loop.call_at(self._accepted + self._limits.seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        # uvicorn lets this timer run on after a reset. It would keep the connection, and its TLS buffers, in memory.
        self._unset_keepalive_if_required()
        self._forget()

    def data_received(self, data: bytes) -> None:
        """Read bytes of the client; after a refusal, drop them."""
        if self._refusal is not None:
            self._refused_bytes += len(data)
            if self._refused_bytes > _FAREWELL_BYTES:
                self.transport.abort()
            return
        # Even a first byte that llhttp skips begins a request.
        self.began()
        super().data_received(data)

    def began(self) -> None:
        """Start the time limit of a request at its first byte."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._limits.seconds, self._too_slow)

    def on_headers_complete(self) -> None:
        """Count a request that now waits for its answer."""
        super().on_headers_complete()
        self._unanswered += 1
        if self._connections.ending:
            self.cycle.keep_alive = False

    def whole(self) -> None:
        """End the time limit of a request that arrived completely."""
        self._end_deadline()
        if self._unanswered:
            self._connections.mark_busy(self)
        else:
            # The answer came before the request's end, so uvicorn's timer for the next request has run out already.
            self.began()

    def on_response_complete(self) -> None:
        """Close, wait for the next request, or answer a refused one that follows."""
        self._unanswered -= 1
        if not self._unanswered:
            self._connections.mark_idle(self)
        super().on_response_complete()
        if self.transport.is_closing():
            # The client may take as long to read its answer as to send a request.
            self._abort_in(seconds=self._limits.seconds)
        elif self._refusal is not None and not self._earlier():
            self._answer_refusal()

    def pause_writing(self) -> None:
        """Limit the time in which the client doesn't read."""
        super().pause_writing()
        self._abort_in(self._limits.seconds)

    def resume_writing(self) -> None:
        """End that limit."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._abort_in(None)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, and abort if the client doesn't."""
        super().timeout_keep_alive_handler()
        self._abort_in(self._limits.farewell_seconds)

    def refuse(self, status: int) -> None:
        """Read no more requests; answer the refused one after the pipelined ones before it."""
        self._refusal = status
        self._end_deadline()
        if not self._earlier():
            self._answer_refusal()

    def evict(self) -> None:
        """Close at once, to make room for another connection."""
        if self.transport is not None:
            self.transport.abort()
        elif self.accepting is not None:
            self.accepting.cancel()
        self._forget()

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._earlier():
            # The application causes the delay: it hasn't answered the earlier requests.
            self.began()
        elif self.stage is Stage.NOTHING:
            self._close()
        else:
            self.refuse(408)

    def _earlier(self) -> int:
        """The number of requests before the current one without a complete answer."""
        reading = self.stage is Stage.BODY and not self.cycle.response_complete
        return self._unanswered - reading

    def _answer_refusal(self) -> None:
        # In the middle of a body, the application may have begun its answer.
        if self.stage is not Stage.BODY or not self.cycle.response_started:
            self._write(self._refusal)
        if self.stage is Stage.BODY and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        # Closing while bytes arrive would reset the connection before the client reads its answer.
        self.flow.resume_reading()
        self._deadline = self.loop.call_later(self._limits.farewell_seconds, self._close)

    def _write(self, status: int) -> None:
        sentence = _SENTENCES[status].encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(sentence)}\r\n"
            "cache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + sentence)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _close(self) -> None:
        self._deadline = None
        self.transport.close()
        self._abort_in(self._limits.farewell_seconds)

    def _abort_in(self, seconds: float | None) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
        self._stuck = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)

    def _reset(self) -> None:
        connection = self.transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # the socket may be closed already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()

    def _forget(self) -> None:
        self._connections.remove(self)
        self._end_deadline()
        if self.transport is not None:
            self._abort_in(None)


def _resettable(app: Callable, reset: Callable[[], None]) -> Callable:
    async def resettable(scope: dict, receive: Callable, send: Callable) -> None:
        scope.setdefault("extensions", {})[RESET] = reset
        await app(scope, receive, send)

    return resettable
