"""The protocol of a connection, with an end to every wait: for bytes, for a request's last one, for who reads an answer.

uvicorn itself waits for a client as long as that keeps its connection open, except between two requests.
"""

import asyncio
from http import HTTPStatus

import h11

from .limits import Limits
from .resettable import ResettableProtocol
from .room import Room
from .strict_http import StrictConnection

# What a client that was refused may send on: it reads its answer only when it has sent everything (RFC 9112 section 9.6).
_FAREWELL_BYTES = 1024 * 1024
_SENTENCES = {
    400: "This is not HTTP/1.1, or it can be read in two ways. Send one header a line, and the body's length once.",
    408: "The request took too long to arrive. Send it in one go.",
    413: "The request's body is too long for this practice tenant.",
    431: "The request has too many headers, or too long ones, for this practice tenant.",
    501: "The practice tenant knows no transfer coding but chunked.",
}


class GuardedProtocol(ResettableProtocol):
    """One connection, from when it was accepted to when it is gone.

    Args:
        limits: what its client may ask.
        room: who else is connected.
    """

    def __init__(self, *arguments: object, limits: Limits, room: Room, **options: object):
        super().__init__(*arguments, **options)
        self.conn = StrictConnection(limits, self._whole)
        self.accepting: asyncio.Task | None = None
        self._limits = limits
        self._room = room
        self._accepted = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._refused_bytes: int | None = None
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
        if self._refused_bytes is not None:
            self._refused_bytes += len(data)
            if self._refused_bytes > _FAREWELL_BYTES:
                self.transport.abort()
            return
        # A byte that asks for nothing yet begins a request as well.
        self._begin()
        super().data_received(data)

    def on_response_complete(self) -> None:
        """An answer was written."""
        self._room.waits(self)
        super().on_response_complete()
        if self.transport.is_closing():
            # It stays until the client has read its answer, which may take as long as a request.
            self._abort_in(seconds=self._limits.seconds)
        elif self.conn.trailing_data[0]:
            self._begin()

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

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser refused."""
        self._refuse(self.conn.refusal)

    def leave(self) -> None:
        """Close at once, to make room for somebody else."""
        if self.transport is not None:
            self.transport.abort()
        elif self.accepting is not None:
            self.accepting.cancel()
        self._forget()

    def _begin(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._limits.seconds, self._too_slow)

    def _whole(self) -> None:
        self._end_deadline()
        if self.cycle.response_complete:
            # It was answered before its end, so uvicorn's time for the next request is over already.
            self._begin()
        else:
            self._room.works(self)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.flow.read_paused:
            # The bytes are here; it is the application that hasn't read them.
            self._begin()
        elif self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self._close()
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Answer, unless an answer is on its way already; then read nothing any more, and close."""
        self._refused_bytes = 0
        self._end_deadline()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._write(status)
        # Closing while bytes arrive would reset the connection, and the client would never see why.
        self.flow.resume_reading()
        self._deadline = self.loop.call_later(self._limits.farewell_seconds, self._close)

    def _write(self, status: int) -> None:
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        reason, sentence = HTTPStatus(status).phrase.encode(), _SENTENCES[status].encode()
        headers.append((b"content-length", str(len(sentence)).encode()))
        for event in (
            h11.Response(status_code=status, headers=headers, reason=reason),
            h11.Data(data=sentence),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
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
