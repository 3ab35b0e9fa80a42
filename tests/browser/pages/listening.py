"""A tenant of a test's own behind both of its listeners: in memory, and gone with the test."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from practice_tenant import server
from practice_tenant.server import Listeners
from practice_tenant.state import in_memory

SECONDS = 10


@contextmanager
def listening() -> Iterator[Listeners]:
    """A tenant that answers as ``serve`` does: its pages are for everybody on this computer."""
    listeners, ready = server.listen(in_memory()), threading.Event()
    servers = server._servers(listeners)
    thread = threading.Thread(target=lambda: asyncio.run(server._serve(servers, listeners, ready.set)))
    thread.start()
    try:
        assert ready.wait(SECONDS)
        yield listeners
    finally:
        for running in servers:
            running.should_exit = True
        thread.join(SECONDS)
        listeners.state.directory.close()
