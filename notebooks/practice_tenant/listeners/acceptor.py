"""Accepts connections, as long as there is room, and gives each its protocol."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable

from .guarded import GuardedProtocol
from .limits import Limits
from .room import Room

# When the computer can't give one more connection, it is asked again after this time.
_RETRY_SECONDS = 0.05


class Acceptor:
    """One socket that listens. asyncio's own server would take connections for as long as there are files to open.

    Args:
        listener: a socket that listens.
        context: TLS; None for plain HTTP.
        protocol: makes the protocol of a connection.
    """

    def __init__(
        self,
        listener: socket.socket,
        context: ssl.SSLContext | None,
        *,
        protocol: Callable[[], GuardedProtocol],
        limits: Limits,
        room: Room,
    ):
        listener.setblocking(False)
        self._listener = listener
        self._room = room
        self._protocol = protocol
        self._options = {"ssl": context}
        if context is not None:
            self._options |= {
                "ssl_handshake_timeout": limits.seconds,
                # How long a client may take to answer that TLS ends.
                "ssl_shutdown_timeout": limits.farewell_seconds,
            }
        self._opening: set[asyncio.Task] = set()
        self._loop = asyncio.get_running_loop()
        self._accepting = self._loop.create_task(self._accept())

    def close(self) -> None:
        """Accept nobody any more; whoever is connected stays."""
        self._accepting.cancel()

    async def wait_closed(self) -> None:
        """Wait until nobody is accepted any more."""
        await asyncio.wait([self._accepting])

    async def _accept(self) -> None:
        while True:
            try:
                accepted, _ = await self._loop.sock_accept(self._listener)
            except OSError:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if self._room.make_room():
                self._open(accepted)
            else:
                accepted.close()
            # However many wait to be accepted: those who were get their turn in between.
            await asyncio.sleep(0)

    def _open(self, accepted: socket.socket) -> None:
        protocol = self._protocol()
        task = self._loop.create_task(self._connect(accepted, protocol))
        protocol.accepting = task
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self, accepted: socket.socket, protocol: GuardedProtocol) -> None:
        try:
            # A client that spoils the handshake, or is too slow for it, is no fault of ours.
            with contextlib.suppress(OSError):
                await self._loop.connect_accepted_socket(lambda: protocol, accepted, **self._options)
        finally:
            protocol.accepting = None
            if protocol.transport is None:
                self._room.left(protocol)
