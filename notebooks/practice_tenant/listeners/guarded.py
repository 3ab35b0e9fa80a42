"""The protocol of a connection, with an end to every wait: for bytes, for a request's last one, for who reads an answer.

uvicorn itself waits for a client as long as that keeps its connection open, except between two requests.
"""

import asyncio
from http import HTTPStatus

from .limits import Limits
from .room import Room
from .strict_http import Stage, StrictProtocol

# What a client that was refused may send on: it reads its answer only when it has sent everything (RFC 9112 section 9.6).
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


class GuardedProtocol(StrictProtocol):
    """One connection, from when it was accepted to when it is gone.

    Args:
        limits: what its client may ask.
        room: who else is connected.
    """

    def __init__(self, *arguments: object, limits: Limits, room: Room, **options: object):
        super().__init__(*arguments, limits=limits, **options)
        self.accepting: asyncio.Task | None = None
        self._room = room
        self._accepted = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        # Requests whose answer isn't complete. A client may send the next one before (RFC 9112 section 9.3.2).
        self._unanswered = 0
        self._refusal: int | None = None
        self._refused_bytes = 0
        room.came(self)

    def connection_made(self, transport: asyncio.Transport) -> None:
        """It is open, and over TLS the handshake is done."""
        super().connection_made(transport)
        self._deadline = self.loop.call_at(self._accepted + self._limits.seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, by whichever side."""
        super().connection_lost(exc)
        # uvicorn lets it run on after a reset: until then it keeps the connection, and TLS a quarter of a megabyte with it.
        self._unset_keepalive_if_required()
        self._forget()

    def data_received(self, data: bytes) -> None:
        """The client sent something."""
        if self._refusal is not None:
            self._refused_bytes += len(data)
            if self._refused_bytes > _FAREWELL_BYTES:
                self.transport.abort()
            return
        # A byte that asks for nothing yet begins a request as well.
        self.began()
        super().data_received(data)

    def began(self) -> None:
        """A request has its time from its first byte on."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._limits.seconds, self._too_slow)

    def on_headers_complete(self) -> None:
        """A head was read; its request is answered, or waits for that."""
        super().on_headers_complete()
        self._unanswered += 1

    def whole(self) -> None:
        """A request was read to its end."""
        self._end_deadline()
        if self._unanswered:
            self._room.works(self)
        else:
            # It was answered before its end, so uvicorn's time for the next request is over already.
            self.began()

    def on_response_complete(self) -> None:
        """An answer was written."""
        self._unanswered -= 1
        if not self._unanswered:
            self._room.waits(self)
        super().on_response_complete()
        if self.transport.is_closing():
            # It stays until the client has read its answer, which may take as long as a request.
            self._abort_in(seconds=self._limits.seconds)
        elif self._refusal is not None and not self._earlier():
            self._answer_refusal()

    def pause_writing(self) -> None:
        """The client doesn't read its answer."""
        super().pause_writing()
        self._abort_in(self._limits.seconds)

    def resume_writing(self) -> None:
        """The client reads on."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._abort_in(None)

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came after the last answer."""
        super().timeout_keep_alive_handler()
        self._abort_in(self._limits.farewell_seconds)

    def refuse(self, status: int) -> None:
        """Read nothing any more; answer when those requests are answered that came before."""
        self._refusal = status
        self._end_deadline()
        if not self._earlier():
            self._answer_refusal()

    def leave(self) -> None:
        """Close at once, to make room for somebody else."""
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
            # It is the application that hasn't answered what came before.
            self.began()
        elif self.stage is Stage.NOTHING:
            self._close()
        else:
            self.refuse(408)

    def _earlier(self) -> int:
        """How many requests before the one that is being read are not answered yet."""
        reading = self.stage is Stage.BODY and not self.cycle.response_complete
        return self._unanswered - reading

    def _answer_refusal(self) -> None:
        # In the middle of a body the application may have begun to answer; otherwise nothing was written since.
        if self.stage is not Stage.BODY or not self.cycle.response_started:
            self._write(self._refusal)
        if self.stage is Stage.BODY and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        # Closing while bytes arrive would reset the connection, and the client would never see why.
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

    def _forget(self) -> None:
        self._room.left(self)
        self._end_deadline()
        if self.transport is not None:
            self._abort_in(None)
