"""10,000 connections that nobody uses: the listener cuts them off, and whoever asks for something is answered."""

import contextlib
import socket
import ssl
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.environment import hermetic
from tests.notebooks.live.served import ServedTenant, served
from tests.tenant.listener import client_context, http_request, over_tls

IDLE = 10_000
LONGEST = 5  # seconds, half of the time after which a test's own connection gives up
METADATA = "/common/v2.0/.well-known/openid-configuration"


@pytest.fixture
def tenant(tmp_path) -> Iterator[ServedTenant]:
    """A tenant in a process of its own."""
    with served(hermetic(tmp_path)) as running:
        yield running


@pytest.fixture
def files() -> Iterator[int]:
    """As many files as this process may open: each connection is one, except on Windows, which has no such limit."""
    if sys.platform == "win32":
        yield IDLE + 500
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[1], IDLE + 500), before[1]))
    yield resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def seconds_to_an_answer(tenant: ServedTenant, context: ssl.SSLContext) -> float:
    began = time.monotonic()
    received = over_tls(tenant.https_port, context, http_request(METADATA, f"Host: localhost:{tenant.https_port}"))
    assert received.startswith(b"HTTP/1.1 200 "), received[:100]
    return time.monotonic() - began


def test_10_000_idle_connections_keep_nobody_out(tenant: ServedTenant, files: int):
    context = client_context(tenant.ca_certificate.read_text("ascii"))
    waited = []
    with ExitStack() as stack:
        for number in range(min(IDLE, files - 400)):
            with contextlib.suppress(ConnectionError):
                port = tenant.https_port if number % 2 else tenant.http_port
                stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            if number % 500 == 499:
                waited.append(seconds_to_an_answer(tenant, context))
        waited.append(seconds_to_an_answer(tenant, context))
    # On a computer that has other tests to run at the same time, one answer or another is late for their sake.
    assert statistics.median(waited) < 1 and max(waited) < LONGEST, waited
