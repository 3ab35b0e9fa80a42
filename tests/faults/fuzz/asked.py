"""One request in process, and what may never come of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.tenant.clients import Headers, InProcess

SECONDS = 1.0


@contextmanager
def promptly() -> Iterator[None]:
    """What happens in the block takes no more than a second of the processor, whatever else the computer does.

    Raises:
        AssertionError: it took longer.
    """
    # Of this process, all its threads included: other programs of the computer don't count.
    began = time.process_time()
    yield
    spent = time.process_time() - began
    assert spent < SECONDS, f"{spent:.1f} seconds"


def answer(http: InProcess, method: str, path: str, *, headers: Headers = (), content: bytes = b"") -> httpx.Response:
    """The answer to a request; an exception that no handler caught reaches the test.

    Raises:
        AssertionError: the answer is an error of the server, or took more than a second.
    """
    with promptly():
        response = http.request(method, path, headers=headers, content=content)
    assert response.status_code < 500, f"{response.status_code}: {response.text}"
    return response
