"""Less memory for each TLS connection."""

from asyncio import sslproto

# Two of TLS's records, of which each holds 16 KiB at most (RFC 8446 section 5.1). What is longer is read in several turns.
BYTES = 32 * 1024


def keep_small() -> None:
    """Let asyncio set aside as much for each TLS connection of this process as a request needs.

    Of its own accord it takes a quarter of a megabyte for each, and as much again for a moment whenever something is read.
    It has no setting for that, so this is for a process that does nothing but serve.
    """
    sslproto.SSLProtocol.max_size = BYTES
