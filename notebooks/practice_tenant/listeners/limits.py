"""Limits of a listener: time, size and number of connections, and which connection to evict at the last one."""

import contextlib
import sys
from dataclasses import dataclass
from typing import Protocol

# Files that stay free for everything else in this process.
_OTHER_FILES = 128
# On Windows, select() takes 512 sockets, and Jupyter's kernels have an event loop that calls it.
_MOST_ON_WINDOWS = 448


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a listener waits for a client, and how much it reads.

    Attributes:
        seconds: time for the TLS handshake and the first request together, for each later request from its first byte
            to its last, and for a client to read on while an answer is stuck.
        idle_seconds: how long a used connection stays open for the next request.
        farewell_seconds: how long a refused client may go on sending before its connection is aborted.
        headers: header fields of a request.
        head_bytes: length of request line and header fields together.
        body_bytes: length of a request's body; the authority's forms have the same limit.
        connections: connections of both listeners together, where the system lets a process have so many
            (``connections_allowed``). 200 people with a browser and a program each fit in.
    """

    seconds: float = 8
    # Longer than the pauses between two polls of a client, and no multiple of them. A connection that closes just as a
    # client uses it again fails a POST, which must not be sent twice.
    idle_seconds: float = 33
    farewell_seconds: float = 1
    headers: int = 100
    head_bytes: int = 64 * 1024
    body_bytes: int = 64 * 1024
    connections: int = 2000


def connections_allowed(limits: Limits) -> int:
    """How many connections this process can keep: without a free file descriptor it could accept none at all."""
    if sys.platform == "win32":
        return min(limits.connections, _MOST_ON_WINDOWS)
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return limits.connections
    return min(limits.connections, max(files - _OTHER_FILES, files // 2))


def raise_file_limit(limits: Limits) -> None:
    """Let this process open as many files as its connections want, where it may: macOS gives 256 at first."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # macOS refuses more than the system's own limit, whatever the hard one says.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Evictable(Protocol):
    """A connection, as far as ``OpenConnections`` knows it."""

    def evict(self) -> None:
        """Close at once."""


class OpenConnections:
    """The open connections of this process, at most *most*.

    Evicts the oldest connection that has sent nothing, else the one that is idle for longest. A connection whose
    request is being answered stays.

    Attributes:
        ending: the server stops, so each connection closes after its next answer.
    """

    def __init__(self, most: int):
        self.ending = False
        self._most = most
        # Dictionaries keep the order: of arrival, or of the last answer.
        self._new: dict[Evictable, None] = {}
        self._idle: dict[Evictable, None] = {}
        self._busy: dict[Evictable, None] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._idle) + len(self._busy)

    def make_room(self) -> bool:
        """Evict a connection if the limit is reached; returns whether there is room for one more."""
        if len(self) < self._most:
            return True
        evicted = next(iter(self._new or self._idle), None)
        if evicted is None:
            return False
        self.remove(evicted)
        evicted.evict()
        return True

    def add(self, connection: Evictable) -> None:
        """Add a connection that has sent nothing yet."""
        self._new[connection] = None

    def mark_busy(self, connection: Evictable) -> None:
        """Note that its request is being answered."""
        self.remove(connection)
        self._busy[connection] = None

    def mark_idle(self, connection: Evictable) -> None:
        """Note that its request was answered."""
        self.remove(connection)
        self._idle[connection] = None

    def remove(self, connection: Evictable) -> None:
        """Forget a connection."""
        for kept in (self._new, self._idle, self._busy):
            kept.pop(connection, None)
