"""Writes an answer's head together with the first bytes of its body: one TLS record and one packet, not two."""

import asyncio

# 100 Continue is no answer yet (RFC 9110 section 15.2).
_INTERIM = b"HTTP/1.1 1"


class AnswerWriter:
    """Stands between uvicorn, which writes a head when it has one, and the transport of one connection."""

    def __init__(self, transport: asyncio.Transport):
        self._transport = transport
        self._head = b""
        self._begun = False

    def write(self, data: bytes) -> None:
        """Write a head, or a part of a body."""
        if self._begun or data.startswith(_INTERIM):
            self._transport.write(self._head + data)
            self._head = b""
        else:
            self._head, self._begun = data, True

    def end(self) -> None:
        """The answer is complete, also without a body."""
        self._flush()
        self._begun = False

    def close(self) -> None:
        """Close the connection when everything is written."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""
