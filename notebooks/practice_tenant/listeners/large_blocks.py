"""Memory for many connections, given back when they have gone."""

import sys

# mallopt(3): blocks of this size and more are mapped one by one, and given back one by one.
_M_MMAP_THRESHOLD = -3
_BYTES = 64 * 1024


def give_back() -> None:
    """Let glibc give large blocks back to the system when they are freed. Elsewhere nothing happens.

    asyncio has a quarter of a megabyte for each TLS connection. Of its own accord glibc takes such blocks from its heap
    once it has seen one of them freed, and keeps them there.
    """
    if sys.platform == "linux":
        import ctypes

        # musl has no such function, and needs none.
        set_option = getattr(ctypes.CDLL(None), "mallopt", None)
        if set_option is not None:
            set_option(_M_MMAP_THRESHOLD, _BYTES)
