"""What a client may ask of a listener at most: time, size, and how many of them there may be."""

import sys
from dataclasses import dataclass

# Files that are left to everything else that this process does.
_OTHER_FILES = 128


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a listener waits for a client, and how much it takes.

    Attributes:
        seconds: how long a client may take for the TLS handshake and its first request together, for each later
            request from its first byte to its last, and for reading on while an answer is stuck.
        idle_seconds: how long a connection that was used is kept open for the next request.
        farewell_seconds: how long a client that was refused may go on sending before its connection is gone.
        headers: how many header fields a request may have.
        head_bytes: how long request line and header fields may be together.
        body_bytes: how long a request's body may be. The forms of the authority allow as much.
        connections: how many connections both listeners keep at the same time. 200 people with a browser and a
            program each fit in.
    """

    seconds: float = 8
    # Longer than the pauses a client makes between two polls, and no multiple of them: a connection that closes
    # just when it is used again fails a POST, which nobody may send twice.
    idle_seconds: float = 33
    farewell_seconds: float = 1
    headers: int = 100
    head_bytes: int = 64 * 1024
    body_bytes: int = 64 * 1024
    connections: int = 2000


def connections_allowed(limits: Limits) -> int:
    """How many connections this process can keep: a process that has no file left to open accepts nobody at all."""
    if sys.platform == "win32":
        return limits.connections
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return limits.connections
    return min(limits.connections, max(files - _OTHER_FILES, files // 2))
