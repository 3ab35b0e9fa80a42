"""HTTP/1.1 as nobody should write it: requests that are cut, damaged, joined, chunked wrongly, or no requests at all."""

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.faults.fuzz.inputs import damages
from tests.tenant.clients import FORM

_METADATA = "/common/v2.0/.well-known/openid-configuration"
_TOKEN = "/common/oauth2/v2.0/token"
_BODY = b"grant_type=client_credentials&client_id=a&client_secret=b&scope=c"

# What means something to a parser of HTTP, or meant something to one that was attacked (RFC 9112 section 11).
_FRAGMENTS = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b" ",
    b"\t",
    b":",
    b"%",
    b"//",
    b"http://[::1",
    b"HTTP/1.0",
    b"HTTP/9.9",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"Host: evil.example\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Transfer-Encoding:\x0bchunked\r\n",
    b"Expect: 100-continue\r\n",
    b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQ\r\n",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: YQ==\r\nSec-WebSocket-Version: 13\r\n",
    b"Connection: close\r\n",
    b" folded\r\n",
    b"x: y\r\n" * 150,
    b"a" * 70_000,
)
_SIZES = (b"0", b"1", b"5", b"00005", b"0x5", b"-5", b"+5", b"5 ", b"", b"g", b"5;a=b", b"f" * 17, b"5;" + b"a" * 300)
_ENDS = (b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"", b"XX")


@cache
def whole(port: int) -> SearchStrategy[bytes]:
    """A request that keeps the rules, whatever it asks for."""
    return st.sampled_from(
        [
            _request("GET", "/", port),
            _request("GET", _METADATA, port),
            _request("GET", "/graph/v1.0/users", port, "Authorization: Bearer a.b.c"),
            _request("POST", _TOKEN, port, f"Content-Type: {FORM}", body=_BODY),
            _request("POST", _TOKEN, port, f"Content-Type: {FORM}", "Transfer-Encoding: chunked") + _chunked(_BODY),
            _request("OPTIONS", _TOKEN, port, "Origin: http://localhost:3000"),
        ]
    )


@cache
def anything(port: int) -> SearchStrategy[bytes]:
    """Bytes that a client may send, mostly nearly a request, and perhaps several."""
    places = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(_FRAGMENTS)), min_size=1, max_size=3)
    joined = st.lists(whole(port), min_size=1, max_size=4).map(b"".join)
    return st.one_of(
        st.binary(max_size=200),
        st.builds(_inserted, joined, places),
        st.builds(lambda content, damage: damage.of(content), joined, damages()),
        st.builds(lambda content, end: content[: int(end * len(content))], joined, st.floats(0, 1)),
        st.lists(st.tuples(st.sampled_from(_SIZES), st.binary(max_size=8), st.sampled_from(_ENDS)), max_size=4).map(
            lambda chunks: _oddly_chunked(port, chunks)
        ),
    )


def _request(method: str, target: str, port: int, *headers: str, body: bytes = b"") -> bytes:
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"{method} {target} HTTP/1.1", f"Host: localhost:{port}", *headers, *length, "", ""]
    return "\r\n".join(lines).encode() + body


def _chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def _oddly_chunked(port: int, chunks: list[tuple[bytes, bytes, bytes]]) -> bytes:
    head = _request("POST", _TOKEN, port, f"Content-Type: {FORM}", "Transfer-Encoding: chunked")
    return head + b"".join(size + end + content + end for size, content, end in chunks)


def _inserted(content: bytes, places: list[tuple[float, bytes]]) -> bytes:
    for place, piece in places:
        at = int(place * len(content))
        content = content[:at] + piece + content[at:]
    return content
