"""uvicorn's HTTP protocol, with one thing more that an application may do to a connection: reset it."""

import contextlib
import socket
import struct
import sys

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..front import RESET

# struct linger: on, for 0 seconds. Closing then sends RST and drops what is on its way (POSIX, SO_LINGER).
_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class ResettableProtocol(HttpToolsProtocol):
    """Puts a function that resets the connection under ``RESET`` into the ``extensions`` of each request's scope."""

    def __init__(self, *arguments: object, **options: object):
        super().__init__(*arguments, **options)
        answer = self.app

        async def app(scope: dict, receive: object, send: object) -> None:
            scope.setdefault("extensions", {})[RESET] = self._reset
            await answer(scope, receive, send)

        self.app = app

    def _reset(self) -> None:
        connection = self.transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # it may be closed already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()
