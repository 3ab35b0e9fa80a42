"""The listeners: TLS, certificates, and a Host that nothing else can stand in for. On real sockets."""

import socket
import ssl
from functools import partial
from ipaddress import ip_network

import pytest
from cryptography import x509

from practice_tenant import RunningTenant
from tests.tenant.clients import InProcess
from tests.tenant.limited import all_at_once
from tests.tenant.listener import (
    ALERT,
    FATAL_PROTOCOL_VERSION,
    HANDSHAKE,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2,
    client_context,
    client_hello,
    first_record,
    http_request,
    over_tcp,
    over_tls,
)

EVIL = "evil.example"
METADATA = "/common/v2.0/.well-known/openid-configuration"
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def context(running: RunningTenant) -> ssl.SSLContext:
    """How a careful client checks the listener's certificate."""
    return client_context(running.ca_certificate)


@pytest.fixture
def answer(running: RunningTenant, context: ssl.SSLContext):
    """Sends bytes over TLS; gives the status and the whole answer."""

    def send(request: bytes) -> tuple[int, bytes]:
        received = over_tls(running.https_port, context, request)
        return int(received.split()[1]), received

    return send


def token_body(running: RunningTenant) -> bytes:
    seeded = running.seeded
    return (
        f"grant_type=client_credentials&client_id={seeded.client_id}&client_secret={seeded.client_secret}"
        "&scope=https://graph.microsoft.com/.default"
    ).encode()


@pytest.mark.statement(76)
def test_the_allowed_hosts_are_answered(running: RunningTenant, answer):
    for host in ("localhost", "LOCALHOST", "127.0.0.1", "[::1]"):
        status, received = answer(http_request(METADATA, f"Host: {host}:{running.https_port}"))
        assert status == 200
        assert f'"https://localhost:{running.https_port}/common/oauth2/v2.0/token"'.encode() in received


@pytest.mark.statement(76)
@pytest.mark.parametrize(
    "host",
    [
        EVIL,
        f"{EVIL}:{{port}}",
        f"localhost.{EVIL}:{{port}}",
        f"localhost:{{port}}.{EVIL}",
        f"localhost:{{port}}@{EVIL}",
        "localhost",
        "localhost:1",
        "localhost.:{port}",
        "",
        "login.microsoftonline.de",
        f"login.microsoftonline.com.{EVIL}",
    ],
)
def test_another_host_is_misdirected(running: RunningTenant, answer, host: str):
    status, received = answer(http_request(METADATA, f"Host: {host.format(port=running.https_port)}"))
    assert status in (400, 421)
    assert b"token_endpoint" not in received and EVIL.encode() not in received


@pytest.mark.statement(76)
def test_no_host_or_two_are_refused(running: RunningTenant, answer):
    own = f"Host: localhost:{running.https_port}"
    for headers in ((), (own, own), (own, f"Host: {EVIL}"), (f"Host: {EVIL}", own)):
        status, received = answer(http_request(METADATA, *headers))
        assert status == 400
        assert b"token_endpoint" not in received and EVIL.encode() not in received


@pytest.mark.statement(76)
def test_the_application_refuses_two_hosts_by_itself(login: InProcess):
    """The listener refuses them first; another server might not."""
    own = ("Host", "login.microsoftonline.com")
    for headers in ([own, own], [own, ("Host", EVIL)], [("Host", EVIL), own]):
        assert login.get(METADATA, headers=headers).status_code == 400
    assert login.get(METADATA, headers=[own]).status_code == 200


@pytest.mark.statement(76)
@pytest.mark.parametrize(
    "header",
    [
        f"X-Forwarded-Host: {EVIL}",
        f"X-Forwarded-Proto: http\r\nX-Forwarded-Server: {EVIL}\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /{EVIL}",
        f"Forwarded: host={EVIL};proto=http",
        f"X-Original-URL: https://{EVIL}/\r\nX-Rewrite-URL: https://{EVIL}/",
        f"Origin: https://{EVIL}\r\nReferer: https://{EVIL}/",
    ],
    ids=lambda header: header.partition(":")[0],
)
def test_no_header_shapes_the_metadata(running: RunningTenant, answer, header: str):
    own = f"Host: localhost:{running.https_port}"
    _, plain = answer(http_request(METADATA, own))
    status, received = answer(http_request(METADATA, own, header))
    assert status == 200
    assert received.partition(b"\r\n\r\n")[2] == plain.partition(b"\r\n\r\n")[2] != b""


@pytest.mark.statement(76)
def test_a_target_that_is_no_path_is_refused(running: RunningTenant, answer):
    targets = (f"https://{EVIL}{METADATA}", f"http://{EVIL}{METADATA}", f"{EVIL}:443", "*")
    own = f"Host: localhost:{running.https_port}"
    # The listener waits a second before it closes the connection of a request that it refused.
    for status, received in all_at_once([partial(answer, http_request(target, own)) for target in targets]):
        assert 400 <= status < 500
        assert b"token_endpoint" not in received and EVIL.encode() not in received


@pytest.mark.statement(76)
def test_the_clouds_names_are_for_who_holds_this_runs_token(running: RunningTenant, answer):
    host = "Host: login.microsoftonline.com"
    name, value = running.face_header
    for headers in ((), (f"{name}:",), (f"{name}: wrong",), (f"{name}: {value[:-1]}",)):
        status, received = answer(http_request(METADATA, host, *headers))
        assert status == 403
        assert b"token_endpoint" not in received
    status, received = answer(http_request(METADATA, host, f"{name}: {value}"))
    assert status == 200
    assert b'"https://login.microsoftonline.com/common/oauth2/v2.0/token"' in received


@pytest.mark.statement(79)
@pytest.mark.parametrize("version", [TLS_1_0, TLS_1_1], ids=["TLS 1.0", "TLS 1.1"])
def test_an_old_version_of_tls_is_refused(running: RunningTenant, version: bytes):
    # asyncio closes the connection before the alert that OpenSSL wrote is on its way.
    assert first_record(running.https_port, client_hello(version)) in (None, (ALERT, FATAL_PROTOCOL_VERSION))


@pytest.mark.statement(79)
def test_the_oldest_version_allowed_is_tls_1_2(running: RunningTenant):
    record = first_record(running.https_port, client_hello(TLS_1_2))
    assert record and record[0] == HANDSHAKE
    assert record[1][4:6] == TLS_1_2, "the version that the listener's hello chose"


@pytest.mark.statement(79)
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_the_certificate_is_this_computers_under_each_of_its_names(running: RunningTenant, context, name: str):
    received = over_tls(running.https_port, context, http_request("/", f"Host: {EVIL}"), name=name)
    assert received.startswith(b"HTTP/1.1 421 ")


@pytest.mark.statement(79)
@pytest.mark.parametrize("name", ["login.microsoftonline.com", "127.0.0.2", "::2", "sub.localhost"])
def test_the_certificate_is_nobody_elses(running: RunningTenant, context, name: str):
    with pytest.raises(ssl.SSLCertVerificationError):
        over_tls(running.https_port, context, http_request("/"), name=name)


@pytest.mark.statement(79)
def test_nobody_trusts_the_certificate_unasked(running: RunningTenant):
    with pytest.raises(ssl.SSLCertVerificationError):
        over_tls(running.https_port, ssl.create_default_context(), http_request("/"))


@pytest.mark.statement(79)
def test_the_authority_may_vouch_for_this_computer_only(running: RunningTenant):
    authority = x509.load_pem_x509_certificate(running.ca_certificate.encode())
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert {name.value for name in constraints.value.permitted_subtrees} == {
        *("localhost", ip_network("127.0.0.1/32"), ip_network("::1/128"))
    }
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)


@pytest.mark.statement(79)
def test_the_listeners_own_certificate_lasts_weeks(running: RunningTenant, context: ssl.SSLContext):
    with (
        socket.create_connection(("127.0.0.1", running.https_port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        leaf = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True))
    assert 30 <= (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days <= 90


@pytest.mark.statement(79)
def test_the_plain_listener_gives_no_token_and_no_data(running: RunningTenant):
    host = f"Host: localhost:{running.http_port}"
    target = f"/{running.seeded.tenant_id}/oauth2/v2.0/token"
    received = over_tcp(running.http_port, http_request(target, host, FORM, method="POST", body=token_body(running)))
    assert received.startswith(b"HTTP/1.1 404 ")
    assert b"access_token" not in received
    for path in ("/graph/v1.0/users", "/v1.0/users", METADATA, "/common/discovery/v2.0/keys"):
        assert over_tcp(running.http_port, http_request(path, host)).startswith(b"HTTP/1.1 404 "), path


@pytest.mark.statement(79)
def test_the_tls_listener_answers_nothing_in_plain_http(running: RunningTenant, answer):
    host = f"Host: localhost:{running.https_port}"
    target = f"/{running.seeded.tenant_id}/oauth2/v2.0/token"
    request = http_request(target, host, FORM, method="POST", body=token_body(running))
    assert b"HTTP/" not in over_tcp(running.https_port, request)
    status, received = answer(request)
    assert status == 200 and b"access_token" in received
