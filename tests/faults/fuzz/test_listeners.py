"""Bytes on real sockets, in plain HTTP, inside TLS, and to the TLS listener without TLS."""

import contextlib
import logging
import re
import socket
import ssl
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice_tenant.listeners.limits import Limits
from tests.faults.fuzz.asked import promptly
from tests.faults.fuzz.inputs import damages, share
from tests.faults.fuzz.raw_bytes import anything, whole
from tests.tenant.limited import Limited, limited
from tests.tenant.listener import SECONDS, client_hello, http_request

# A client that sent half a request is cut off soon, so that many can be tried.
SHORT = Limits(seconds=0.3, idle_seconds=0.3, farewell_seconds=0.1)
# So many connections are open at once, and wait for that together.
AT_ONCE = 8
# The listener cuts off who goes on after a mistake, with or without TLS's own farewell.
CUT = (ConnectionError, ssl.SSLEOFError)
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@pytest.fixture(scope="module")
def impatient() -> Iterator[Limited]:
    """A tenant whose time-outs are short."""
    with limited(SHORT) as running:
        yield running


@pytest.fixture(scope="module")
def patient() -> Iterator[Limited]:
    """A tenant with the time-outs that people have: no connection of these tests should meet one."""
    with limited(Limits()) as running:
        yield running


@pytest.mark.parametrize("scheme", ["http", "https"])
@share(0.01, among=2)
@given(data=st.data())
def test_any_bytes(impatient: Limited, caplog: pytest.LogCaptureFixture, scheme: str, data: st.DataObject):
    inputs = data.draw(st.lists(anything(impatient.port(scheme)), min_size=1, max_size=AT_ONCE))
    with contextlib.ExitStack() as opened, promptly():
        connections = [opened.enter_context(impatient.connected(scheme)) for _ in inputs]
        for connection, content in zip(connections, inputs, strict=True):
            send(connection, content)
        for connection, content in zip(connections, inputs, strict=True):
            assert_harmless(read(connection), content)
    assert_well(impatient, caplog)


@share(0.005)
@given(content=st.binary(max_size=300) | st.builds(lambda damage: damage.of(client_hello(b"\x03\x03")), damages()))
def test_any_bytes_where_tls_should_begin(impatient: Limited, caplog: pytest.LogCaptureFixture, content: bytes):
    with socket.create_connection(("127.0.0.1", impatient.https_port), SECONDS) as connection, promptly():
        send(connection, content)
        # Nothing in plain HTTP, whatever was sent.
        assert b"HTTP/" not in read(connection)
    assert_well(impatient, caplog)


@pytest.mark.parametrize("scheme", ["http", "https"])
@share(0.02, among=2)
@given(data=st.data())
def test_requests_at_once_are_all_answered(
    patient: Limited, caplog: pytest.LogCaptureFixture, scheme: str, data: st.DataObject
):
    port = patient.port(scheme)
    requests = [*data.draw(st.lists(whole(port), max_size=4)), http_request("/", f"Host: localhost:{port}")]
    sent = b"".join(requests)
    places = data.draw(st.lists(st.integers(0, len(sent)), max_size=3).map(sorted))
    with patient.connected(scheme) as connection, promptly():
        for start, end in zip([0, *places], [*places, len(sent)], strict=True):
            send(connection, sent[start:end])
        assert len(STATUS.findall(read(connection))) == len(requests)
    assert_well(patient, caplog)


def send(connection: socket.socket, content: bytes) -> None:
    """Send what the listener takes."""
    with contextlib.suppress(*CUT):
        connection.sendall(content)


def read(connection: socket.socket) -> bytes:
    """What it answers until it closes, or cuts, the connection; a connection that stays open is a failure."""
    received = b""
    with contextlib.suppress(*CUT):
        while more := connection.recv(65536):
            received += more
    return received


def assert_harmless(received: bytes, content: bytes) -> None:
    """Answers, or silence, but no error of the server."""
    failed = {int(status) for status in STATUS.findall(received) if status >= b"500"}
    # 501 is what a transfer coding is answered that isn't known (RFC 9112 section 6.1).
    allowed = {501} if b"transfer-encoding" in content.lower() else set()
    assert failed <= allowed, (content, received)


def assert_well(tenant: Limited, caplog: pytest.LogCaptureFixture) -> None:
    """It answers somebody else, and nothing went wrong inside it."""
    assert tenant.serves() < SECONDS
    # uvicorn warns of each request that can't be read; an exception of ours it logs as an error.
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR], caplog.text


def test_a_fault_of_the_server_would_be_noticed(caplog: pytest.LogCaptureFixture):
    async def broken(scope: dict, receive: object, send: object) -> None:
        if "well-known" not in scope["path"]:
            raise ZeroDivisionError
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"{}"})

    with limited(SHORT, broken) as tenant, tenant.connected("http") as connection:
        send(connection, http_request("/", f"Host: localhost:{tenant.http_port}"))
        received = read(connection)
        with pytest.raises(AssertionError, match="HTTP/1.1 500"):
            assert_harmless(received, b"")
        with pytest.raises(AssertionError, match="ZeroDivisionError"):
            assert_well(tenant, caplog)
