"""One request in process, and what may never come of it."""

import time

import httpx

from tests.conformance.clients import Headers, InProcess

SECONDS = 1.0


def answer(http: InProcess, method: str, path: str, *, headers: Headers = (), content: bytes = b"") -> httpx.Response:
    """The answer to a request; an exception that no handler caught reaches the test.

    Raises:
        AssertionError: the answer is an error of the server, or took more than a second.
    """
    # Of this process, all its threads included: other programs of the computer don't count.
    began = time.process_time()
    response = http.request(method, path, headers=headers, content=content)
    spent = time.process_time() - began
    assert response.status_code < 500, f"{response.status_code}: {response.text}"
    assert spent < SECONDS, f"{spent:.1f} seconds"
    return response
