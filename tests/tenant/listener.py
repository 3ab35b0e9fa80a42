"""Raw bytes to a real listener, without an HTTP client that would correct them, and its TLS records."""

import math
import secrets
import socket
import ssl

SECONDS = 10

TLS_1_0, TLS_1_1, TLS_1_2 = b"\x03\x01", b"\x03\x02", b"\x03\x03"
# RFC 8446 sections 5.1 and 6: kinds of records, and alerts.
ALERT, HANDSHAKE = 0x15, 0x16
FATAL_PROTOCOL_VERSION = b"\x02\x46"


def client_context(ca_certificate: str) -> ssl.SSLContext:
    """The strictest check of certificates that Python has (RFC 5280), with this authority alone."""
    context = ssl.create_default_context(cadata=ca_certificate)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def over_tls(port: int, context: ssl.SSLContext, request: bytes, *, name: str = "localhost") -> bytes:
    """The bytes that the HTTPS listener answers, until it closes the connection."""
    with (
        socket.create_connection(("127.0.0.1", port), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        secure.sendall(request)
        return _read(secure)


def over_tcp(port: int, request: bytes) -> bytes:
    """The bytes that a listener answers to bytes sent without TLS."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as plain:
        plain.sendall(request)
        return _read(plain)


def http_request(target: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    """An HTTP/1.1 request with these header lines only, and its end."""
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"{method} {target} HTTP/1.1", *headers, *length, "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def client_hello(version: bytes) -> bytes:
    """The first record of a TLS handshake (RFC 5246 section 7.4.1.2) by a client that knows no later version.

    Made by hand, because a current TLS library may refuse to send an old one.
    """
    # ECDHE-ECDSA with AES, in the form every version has and in the one of TLS 1.2; then RSA.
    suites = bytes.fromhex("c00ac009c02bc02f002f0035")
    curves = bytes.fromhex("000a00080006001700180019")
    points = bytes.fromhex("000b00020100")
    signatures = bytes.fromhex("000d000a0008040304010503 0203") if version == TLS_1_2 else b""
    extensions = curves + points + signatures
    hello = version + secrets.token_bytes(32) + b"\x00" + _sized(suites, 2) + b"\x01\x00" + _sized(extensions, 2)
    return bytes([HANDSHAKE]) + TLS_1_0 + _sized(b"\x01" + _sized(hello, 3), 2)


def first_record(port: int, sent: bytes) -> tuple[int, bytes] | None:
    """The type and content of the listener's first TLS record; None if it closes instead."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as plain:
        plain.sendall(sent)
        received = _read(plain, 5)
        return (received[0], _read(plain, int.from_bytes(received[3:], "big"))) if received else None


def _sized(content: bytes, size: int) -> bytes:
    return len(content).to_bytes(size, "big") + content


def _read(connection: socket.socket, most: float = math.inf) -> bytes:
    answer = b""
    try:
        while len(answer) < most and (received := connection.recv(int(min(most - len(answer), 65536)))):
            answer += received
    except (ConnectionResetError, ssl.SSLEOFError):
        # A listener may reset an unusable connection.
        pass
    return answer
