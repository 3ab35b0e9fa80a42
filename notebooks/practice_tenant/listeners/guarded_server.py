"""uvicorn's server, with the project's acceptors in place of asyncio's servers."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from .acceptor import Acceptor
from .guarded import GuardedProtocol
from .limits import Limits
from .room import Room


class GuardedServer(uvicorn.Server):
    """Serves on bound sockets.

    Args:
        limits: what a client may ask.
        room: who is connected, also to other servers of this process.
    """

    def __init__(self, config: uvicorn.Config, limits: Limits, room: Room):
        super().__init__(config)
        self._limits = limits
        self._room = room

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Two servers share one process: serve() decides what a signal means, and in a kernel the kernel does.
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. uvicorn's own way has no setting for TLS's time-outs, and takes connections until no file is left."""
        await self.lifespan.startup()
        self.servers = [
            Acceptor(bound, self.config.ssl, protocol=self._protocol, limits=self._limits, room=self._room)
            for bound in sockets or []
        ]
        self.started = True

    def _protocol(self) -> GuardedProtocol:
        return GuardedProtocol(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            limits=self._limits,
            room=self._room,
        )
