"""Clients that send too much, too slowly, nothing, or what can be read in two ways. On real sockets."""

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from http.client import HTTPResponse

import pytest

from practice_tenant.listeners.limits import Limits, connections_allowed, raise_file_limit
from tests.children import run
from tests.tenant.limited import Limited, all_at_once, limited, seconds_until_cut
from tests.tenant.listener import SECONDS, http_request, over_tcp, over_tls

# Long enough for whoever keeps the rules on a busy computer, short enough for a test.
SHORT = Limits(seconds=0.8, farewell_seconds=0.2, connections=40)
# What a computer that does other things as well may add to a time-out.
GRACE = 2
FORM = "Content-Type: application/x-www-form-urlencoded"
TOKEN = "/common/oauth2/v2.0/token"
MOST = 64 * 1024


@pytest.fixture(scope="module")
def tenant() -> Iterator[Limited]:
    """A tenant whose time-outs are short."""
    with limited(SHORT) as running:
        yield running


def ask(tenant: Limited, target: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    """What the HTTPS listener answers to these headers, its Host beside them."""
    request = http_request(target, f"Host: localhost:{tenant.https_port}", *headers, method=method, body=body)
    return over_tls(tenant.https_port, tenant.context, request)


def status(received: bytes) -> int:
    return int(received.split()[1])


def assert_refused_and_closed(received: bytes, expected: int) -> None:
    """One answer, with this status, that says that it is the last. Whoever read so far has seen the connection end."""
    assert received.startswith(b"HTTP/1.1 %d " % expected), received[:300]
    assert received.count(b"HTTP/1.1 ") == 1, received
    head = received.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nconnection: close" in head
    assert b"\r\ncache-control: no-store" in head


def chunked(body: bytes, size: int = 16_000) -> bytes:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


@pytest.mark.statement(13)
@pytest.mark.parametrize("target", [TOKEN, "/graph/v1.0/applications"])
def test_a_body_of_64_kib_is_read(tenant: Limited, target: str):
    assert status(ask(tenant, target, FORM, method="POST", body=b"a" * MOST)) in (400, 401)


@pytest.mark.statement(13)
def test_chunks_of_64_kib_together_are_read(tenant: Limited):
    head = http_request(
        TOKEN, f"Host: localhost:{tenant.https_port}", FORM, "Transfer-Encoding: chunked", method="POST"
    )
    received = over_tls(tenant.https_port, tenant.context, head + chunked(b"a" * MOST))
    assert status(received) == 400


@pytest.mark.statement(13)
@pytest.mark.parametrize("length", [MOST + 1, 10**9, 10**19])
def test_a_longer_body_is_refused_before_it_is_sent(tenant: Limited, length: int):
    received = ask(tenant, TOKEN, FORM, f"Content-Length: {length}", method="POST")
    assert_refused_and_closed(received, 413)
    assert tenant.serves() < 1


@pytest.mark.statement(13)
def test_chunks_that_are_longer_together_are_refused(tenant: Limited):
    head = http_request(
        TOKEN, f"Host: localhost:{tenant.https_port}", FORM, "Transfer-Encoding: chunked", method="POST"
    )
    received = over_tls(tenant.https_port, tenant.context, head + chunked(b"a" * (MOST + 1)))
    assert_refused_and_closed(received, 413)


async def reads_everything(scope: dict, receive: object, send: object) -> None:
    """An application that takes any body."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


@pytest.fixture(scope="module")
def greedy() -> Iterator[Limited]:
    """Listeners before an application that knows no limits."""
    with limited(SHORT, reads_everything) as running:
        yield running


@pytest.mark.statement(13)
@pytest.mark.parametrize("size", [1000, 16_000, MOST])
def test_the_listener_counts_chunks_together(greedy: Limited, size: int):
    head = http_request("/", "Host: localhost", "Transfer-Encoding: chunked", method="POST")
    assert status(over_tcp(greedy.http_port, head + chunked(b"a" * MOST, size))) == 200
    assert_refused_and_closed(over_tcp(greedy.http_port, head + chunked(b"a" * (MOST + 1), size)), 413)


@pytest.mark.statement(13)
def test_each_body_is_counted_by_itself(greedy: Limited):
    request = http_request("/", "Host: localhost", method="POST", body=b"a" * 40_000)
    first = request.replace(b"Connection: close\r\n", b"")
    assert over_tcp(greedy.http_port, first + request).count(b"HTTP/1.1 200 ") == 2


@pytest.mark.statement(13)
def test_a_client_that_sends_a_little_more_first_still_reads_its_answer(tenant: Limited):
    assert_refused_and_closed(ask(tenant, TOKEN, FORM, method="POST", body=b"a" * 500_000), 413)


@pytest.mark.statement(13)
def test_reading_stops(tenant: Limited):
    head = http_request("/", f"Host: localhost:{tenant.http_port}", "Transfer-Encoding: chunked", method="POST")
    sent = 0
    with tenant.connected("http") as connection, contextlib.suppress(ConnectionError):
        connection.sendall(head)
        while sent < 64 * 1024 * 1024:
            sent += connection.send(chunked(b"a" * MOST)[: -len(b"0\r\n\r\n")])
    # What was read, and what the system keeps for both sides.
    assert sent < 32 * 1024 * 1024
    assert tenant.serves() < 1


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
TWO_READINGS = {
    "length and chunks": ("HTTP/1.1", "Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    "chunks and length": ("HTTP/1.1", "Transfer-Encoding: chunked\r\nContent-Length: 5", b"0\r\n\r\n"),
    "two lengths": ("HTTP/1.1", "Content-Length: 5\r\nContent-Length: 6", b"a=b&c="),
    "one length twice": ("HTTP/1.1", "Content-Length: 5\r\ncontent-length: 5", b"a=b&c"),
    "a list of lengths": ("HTTP/1.1", "Content-Length: 5, 5", b"a=b&c"),
    "a length with a sign": ("HTTP/1.1", "Content-Length: +5", b"a=b&c"),
    "a length with a space": ("HTTP/1.1", "Content-Length : 5", b"a=b&c"),
    "a folded header": ("HTTP/1.1", "X-Folded: a\r\n Content-Length: 5", b""),
    "a folded length": ("HTTP/1.1", "Content-Length:\r\n\t5", b"a=b&c"),
    "chunks in HTTP/1.0": ("HTTP/1.0", "Transfer-Encoding: chunked", b"0\r\n\r\n"),
    "other bytes where a chunk ends": ("HTTP/1.1", "Transfer-Encoding: chunked", b"3\r\na=bXX0\r\n\r\n"),
    "chunks twice": ("HTTP/1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    "a bare CR": ("HTTP/1.1", "X-Bare: a\rContent-Length: 5", b""),
}


@pytest.mark.statement(14)
@pytest.mark.parametrize("case", TWO_READINGS)
def test_a_length_with_two_readings_is_refused_and_the_connection_closed(tenant: Limited, case: str):
    version, headers, body = TWO_READINGS[case]
    head = f"POST / {version}\r\nHost: localhost:{tenant.http_port}\r\n{FORM}\r\n{headers}\r\n\r\n"
    assert_refused_and_closed(over_tcp(tenant.http_port, head.encode() + body + SMUGGLED), 400)


@pytest.mark.statement(14)
@pytest.mark.parametrize("coding", ["gzip, chunked", "xchunked", "gzip"])
def test_a_transfer_coding_it_does_not_know_is_refused_and_the_connection_closed(tenant: Limited, coding: str):
    head = f"POST / HTTP/1.1\r\nHost: localhost:{tenant.http_port}\r\n{FORM}\r\nTransfer-Encoding: {coding}\r\n\r\n"
    assert_refused_and_closed(over_tcp(tenant.http_port, head.encode() + b"0\r\n\r\n" + SMUGGLED), 501)


BEGUN = {
    "nothing": b"",
    "half a request line": b"GET /common",
    "half a header": b"GET / HTTP/1.1\r\nHost: local",
    "half a body": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf",
    "half a chunk": b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf",
}


def cut_off(connected: AbstractContextManager[socket.socket], at_once: bytes, drip: bytes = b"") -> float:
    """How many seconds a client is kept that sends this and no more."""
    with connected as connection:
        connection.sendall(at_once)
        return seconds_until_cut(connection, drip)


@pytest.mark.statement(15)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_client_that_falls_silent_is_cut_off(tenant: Limited, scheme: str):
    waits = [partial(cut_off, tenant.connected(scheme), begun) for begun in BEGUN.values()]
    kept = dict(zip(BEGUN, all_at_once(waits), strict=True))
    assert SHORT.seconds / 2 < min(kept.values()) <= max(kept.values()) < SHORT.seconds + GRACE, kept


@pytest.mark.statement(15)
def test_a_client_that_never_ends_its_handshake_is_cut_off(tenant: Limited):
    half_a_record = b"\x16\x03\x01\x02\x00\x01"
    waits = [
        partial(cut_off, socket.create_connection(("127.0.0.1", tenant.https_port), SECONDS), begun)
        for begun in (b"", half_a_record)
    ]
    assert max(all_at_once(waits)) < SHORT.seconds + GRACE


@pytest.mark.statement(15)
def test_a_client_that_sends_byte_by_byte_is_cut_off(tenant: Limited):
    waits = []
    for scheme in ("http", "https"):
        head = f"POST / HTTP/1.1\r\nHost: localhost:{tenant.port(scheme)}\r\nContent-Length: 100\r\n\r\n".encode()
        for at_once, drip in ((b"", head), (head, b"a" * 100)):
            waits.append(partial(cut_off, tenant.connected(scheme), at_once, drip))
    assert max(all_at_once(waits)) < SHORT.seconds + GRACE


@pytest.mark.statement(15)
def test_a_second_request_that_falls_silent_is_cut_off(tenant: Limited):
    with tenant.connected("http") as connection:
        request = f"GET / HTTP/1.1\r\nHost: localhost:{tenant.http_port}\r\n\r\n".encode()
        connection.sendall(request)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(request[:20])
        assert seconds_until_cut(connection) < SHORT.seconds + GRACE


@pytest.mark.statement(15)
def test_who_is_too_slow_is_told(tenant: Limited):
    assert_refused_and_closed(over_tcp(tenant.http_port, b"GET / HTTP/1.1\r\n"), 408)


@pytest.mark.statement(15)
def test_a_connection_that_was_used_stays_open_between_two_requests(tenant: Limited):
    with tenant.connected() as connection:
        for pause in (SHORT.seconds * 1.2, 0):
            connection.sendall(f"GET /common/nowhere HTTP/1.1\r\nHost: localhost:{tenant.https_port}\r\n\r\n".encode())
            answer = HTTPResponse(connection)
            answer.begin()
            assert (answer.status, answer.will_close) == (404, False)
            answer.read()
            time.sleep(pause)


@pytest.mark.statement(15)
def test_nobody_waits_for_clients_that_are_silent_or_slow(tenant: Limited):
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(socket.create_connection(("127.0.0.1", tenant.https_port), SECONDS))
            stack.enter_context(tenant.connected()).sendall(b"G")
            stack.enter_context(tenant.connected("http")).sendall(BEGUN["half a body"])
        assert tenant.serves() < 1


@pytest.mark.statement(15)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_more_idle_clients_than_there_is_room_for_keep_nobody_out(scheme: str):
    limits = Limits(connections=40)
    with limited(limits) as tenant, contextlib.ExitStack() as stack:
        began = time.monotonic()
        crowd = [
            stack.enter_context(socket.create_connection(("127.0.0.1", tenant.port(scheme)), SECONDS))
            for _ in range(3 * limits.connections)
        ]
        # Whoever came first is gone, long before anybody's time is over. All have been let in when the last of these is.
        for early in crowd[: -limits.connections]:
            seconds_until_cut(early)
        assert tenant.serves() < 1
        assert time.monotonic() - began < limits.seconds / 2


async def takes_a_while(scope: dict, receive: object, send: object) -> None:
    """An application that needs half a second."""
    await asyncio.sleep(0.5)
    await answers_at_length(scope, receive, send)


async def answers_at_length(scope: dict, receive: object, send: object) -> None:
    """An application that answers with more than the system keeps for a client."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a" * 32 * 1024 * 1024})


@pytest.mark.statement(15)
def test_a_crowd_does_not_cut_off_who_is_being_answered():
    with limited(SHORT, takes_a_while) as tenant, contextlib.ExitStack() as stack:
        connection = stack.enter_context(tenant.connected("http"))
        connection.sendall(http_request("/", "Host: localhost"))
        for _ in range(2 * SHORT.connections):
            stack.enter_context(socket.create_connection(("127.0.0.1", tenant.http_port), SECONDS))
        assert connection.recv(17) == b"HTTP/1.1 200 OK\r\n"


@pytest.mark.statement(15)
# Over TLS asyncio doesn't tell that what was written at once is stuck; a kept connection then ends with its idle time.
@pytest.mark.parametrize(("scheme", "afterwards"), [("http", "close"), ("http", "keep-alive"), ("https", "close")])
def test_a_client_that_does_not_read_its_answer_is_cut_off(scheme: str, afterwards: str):
    with limited(SHORT, answers_at_length) as tenant, tenant.connected(scheme) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: {afterwards}\r\n\r\n".encode())
        assert connection.recv(17) == b"HTTP/1.1 200 OK\r\n"
        until = time.monotonic() + SHORT.seconds + GRACE
        while tenant.connections() and time.monotonic() < until:
            time.sleep(0.02)
        received = 0
        with contextlib.suppress(OSError):
            while more := len(connection.recv(1024 * 1024)):
                received += more
        assert 0 < received < 32 * 1024 * 1024


@pytest.mark.statement(15)
def test_ten_seconds_are_the_most_for_everybody():
    limits = Limits()
    assert limits.seconds + 2 * limits.farewell_seconds <= 10
    assert 200 < connections_allowed(Limits(connections=300)) <= 300


def test_windows_select_takes_512_sockets(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert connections_allowed(Limits()) < 512 - 32
    assert connections_allowed(SHORT) == SHORT.connections
    raise_file_limit(Limits())


LOWERED = """
import resource, sys
from practice_tenant.listeners.limits import Limits, connections_allowed, raise_file_limit
resource.setrlimit(resource.RLIMIT_NOFILE, tuple(map(int, sys.argv[1:3])))
print(connections_allowed(Limits()))
raise_file_limit(Limits())
print(connections_allowed(Limits()))
"""

if sys.platform != "win32":

    @pytest.mark.parametrize(
        ("soft", "hard", "before", "after"), [(256, 4096, 128, 2000), (256, 512, 128, 384), (64, 64, 32, 32)]
    )
    def test_a_low_limit_of_files_leaves_room_for_other_files_and_is_raised_where_it_may_be(
        tmp_path, soft, hard, before, after
    ):
        """256 is what macOS gives at first."""
        assert run(LOWERED, tmp_path, str(soft), str(hard)).split() == [str(before), str(after)]

    def test_macos_may_refuse_to_raise_it(monkeypatch):
        import resource

        def refuse(*_):
            raise ValueError("current limit exceeds maximum limit")

        monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
        monkeypatch.setattr(resource, "setrlimit", refuse)
        raise_file_limit(Limits())
        assert connections_allowed(Limits()) == 128


@pytest.mark.statement(97)
def test_an_oversized_token_is_refused_fast(tenant: Limited):
    began = time.monotonic()
    assert_refused_and_closed(ask(tenant, "/graph/v1.0/users", f"Authorization: Bearer {'a' * 300_000}"), 431)
    assert time.monotonic() - began < 1
    assert tenant.serves() < 1


@pytest.mark.statement(97)
def test_a_token_that_is_as_long_as_a_head_may_be_is_no_token(tenant: Limited):
    began = time.monotonic()
    received = ask(tenant, "/graph/v1.0/users", f"Authorization: Bearer {'a.' * 30_000}")
    assert status(received) == 401
    assert b"InvalidAuthenticationToken" in received
    assert time.monotonic() - began < 1


@pytest.mark.statement(97)
@pytest.mark.parametrize("header", ["X-{}: a", "X: a", "Authorization: Bearer a"])
def test_a_thousand_headers_are_refused_fast(tenant: Limited, header: str):
    began = time.monotonic()
    received = ask(tenant, "/graph/v1.0/users", *(header.format(number) for number in range(1000)))
    assert_refused_and_closed(received, 431)
    assert time.monotonic() - began < 1


@pytest.mark.statement(97)
def test_a_head_that_arrives_at_once_may_not_be_longer_than_one_that_does_not(greedy: Limited):
    fields = [f"X-{number}: {'a' * 1000}" for number in range(90)]
    assert_refused_and_closed(over_tcp(greedy.http_port, http_request("/", "Host: localhost", *fields)), 431)


@pytest.mark.statement(97)
def test_a_target_is_part_of_the_head(greedy: Limited):
    assert_refused_and_closed(over_tcp(greedy.http_port, http_request(f"/{'a' * MOST}", "Host: localhost")), 431)


@pytest.mark.statement(97)
def test_a_head_without_an_end_is_refused_fast(tenant: Limited):
    assert_refused_and_closed(over_tcp(tenant.http_port, b"GET / HTTP/1.1\r\nX: " + b"a" * 300_000), 431)


@pytest.mark.statement(97)
def test_a_browsers_headers_are_taken(tenant: Limited):
    received = ask(tenant, "/graph/v1.0/users", *(f"X-{number}: {'a' * 500}" for number in range(80)))
    assert status(received) == 401


@pytest.mark.statement(14)
@pytest.mark.parametrize(
    "spoiled",
    [b"NO HTTP AT ALL\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost : b\r\n\r\n"],
    ids=["no HTTP", "a bad header"],
)
def test_what_came_before_is_answered_first(tenant: Limited, spoiled: bytes):
    request = f"GET / HTTP/1.1\r\nHost: localhost:{tenant.http_port}\r\n\r\n".encode()
    received = over_tcp(tenant.http_port, request * 3 + spoiled)
    assert [int(answer[:3]) for answer in received.split(b"HTTP/1.1 ")[1:]][:3] == [200, 200, 200]
    assert_refused_and_closed(received[received.rindex(b"HTTP/1.1 ") :], 400)


@pytest.mark.statement(14)
def test_http_0_9_is_not_spoken(greedy: Limited):
    assert_refused_and_closed(over_tcp(greedy.http_port, b"GET /\r\n\r\n"), 400)


@pytest.mark.statement(14)
def test_a_trailer_is_no_header():
    seen = {}

    async def app(scope: dict, receive: object, send: object) -> None:
        await reads_everything(scope, receive, send)
        seen["headers"] = [name for name, _ in scope["headers"]]

    with limited(SHORT, app) as running:
        head = http_request("/", "Host: localhost", "Transfer-Encoding: chunked", method="POST")
        received = over_tcp(running.http_port, head + b"1\r\na\r\n0\r\nAuthorization: Bearer a\r\n\r\n")
    assert status(received) == 200
    assert seen["headers"] == [b"host", b"transfer-encoding", b"connection"]


@pytest.mark.statement(14)
@pytest.mark.parametrize("target", ["https://login.microsoftonline.com/common", "*", "/#a"])
def test_a_target_that_is_no_path_is_refused(tenant: Limited, target: str):
    request = http_request(target, f"Host: localhost:{tenant.http_port}")
    assert_refused_and_closed(over_tcp(tenant.http_port, request), 400)


@pytest.mark.statement(15)
def test_another_protocol_is_not_begun(tenant: Limited):
    request = http_request("/", f"Host: localhost:{tenant.http_port}", "Upgrade: h2c", "Connection: Upgrade")
    received = over_tcp(tenant.http_port, request.replace(b"Connection: close\r\n", b"") + request)
    assert received.count(b"HTTP/1.1 200 ") == 2
