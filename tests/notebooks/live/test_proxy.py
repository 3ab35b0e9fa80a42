"""The stand-in for the internet answers for two host names, and reaches nothing but the tenant."""

import http.client
import json
import socket
import ssl
from pathlib import Path

import pytest

from tests.notebooks.live.proxy import HOSTS, Carried, ConnectProxy
from tests.notebooks.live.served import ServedTenant

pytestmark = pytest.mark.slow

DISCOVERY = "/practice.example/v2.0/.well-known/openid-configuration"


def through(proxy: ConnectProxy, target: str, authority: Path | None = None) -> http.client.HTTPSConnection:
    """A client that asks the proxy for a tunnel to `target` ("host:port") when it sends its first request."""
    context = ssl.create_default_context(cafile=authority)
    connection = http.client.HTTPSConnection("127.0.0.1", proxy.port, context=context, timeout=10)
    host, _, port = target.rpartition(":")
    connection.set_tunnel(host, int(port))
    return connection


def sent_in_plain(proxy: ConnectProxy, request: str) -> str:
    """The status line that the proxy answers to a request without a tunnel."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        client.sendall(request.encode())
        return client.makefile("r", encoding="latin-1").readline().strip()


def test_the_tenant_answers_under_the_clouds_names(connect_proxy: ConnectProxy, authority: Path):
    connect_proxy.carried.clear()
    login, graph = (through(connect_proxy, f"{host}:443", authority) for host in HOSTS)
    login.request("GET", f"{DISCOVERY}?appid=any")
    issuer = json.loads(login.getresponse().read())["issuer"]
    graph.request("GET", "/v1.0/users")
    refusal = json.loads(graph.getresponse().read())
    login.close(), graph.close()
    assert issuer.startswith("https://login.microsoftonline.com/")
    assert refusal["error"]["code"] == "InvalidAuthenticationToken"
    assert connect_proxy.carried == [
        Carried(method="GET", host=HOSTS[0], path=DISCOVERY, status=200),
        Carried(method="GET", host=HOSTS[1], path="/v1.0/users", status=401),
    ]


def test_a_tunnel_carries_one_request_after_the_other(connect_proxy: ConnectProxy, authority: Path):
    connection = through(connect_proxy, f"{HOSTS[0]}:443", authority)
    connect_proxy.asked.clear()
    for form, status in (("grant_type=client_credentials", 400), ("", 400)):
        connection.request("POST", "/practice.example/oauth2/v2.0/token", form)
        answer = connection.getresponse()
        assert answer.status == status and json.loads(answer.read())["error_codes"]
    connection.close()
    assert connect_proxy.asked == [f"{HOSTS[0]}:443"]


@pytest.mark.parametrize(
    "target",
    [
        "example.com:443",
        "login.microsoftonline.com.example.com:443",
        "login.microsoftonline.us:443",
        "login.microsoftonline.com:8443",
        "LOGIN.microsoftonline.com:443",
        "192.0.2.1:443",
        "localhost:443",
    ],
)
def test_every_other_host_is_refused(connect_proxy: ConnectProxy, authority: Path, target: str):
    connection = through(connect_proxy, target, authority)
    with pytest.raises(OSError, match="Tunnel connection failed: 403"):
        connection.request("GET", "/")
    connection.close()
    assert connect_proxy.asked[-1] == target


def test_not_even_the_tenant_is_reached_under_its_own_address(connect_proxy: ConnectProxy, tenant: ServedTenant):
    connection = through(connect_proxy, f"127.0.0.1:{tenant.https_port}")
    with pytest.raises(OSError, match="Tunnel connection failed: 403"):
        connection.request("GET", "/")
    connection.close()


@pytest.mark.parametrize("url", ["http://login.microsoftonline.com/", "http://example.com/", "/"])
def test_a_request_without_a_tunnel_is_refused(connect_proxy: ConnectProxy, url: str):
    request = f"GET {url} HTTP/1.1\r\nHost: login.microsoftonline.com\r\nConnection: close\r\n\r\n"
    assert sent_in_plain(connect_proxy, request).startswith("HTTP/1.1 421 ")


def test_a_tunnel_is_for_its_own_host_only(connect_proxy: ConnectProxy, authority: Path):
    connection = through(connect_proxy, f"{HOSTS[0]}:443", authority)
    connection.request("GET", "/v1.0/users", headers={"Host": HOSTS[1]})
    assert connection.getresponse().status == 421
    connection.close()


def test_a_client_that_does_not_know_the_test_authority_refuses_it(connect_proxy: ConnectProxy):
    connection = through(connect_proxy, f"{HOSTS[0]}:443")
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", DISCOVERY)
    connection.close()


def test_the_proxy_connects_to_the_tenant_and_to_nothing_else(
    connect_proxy: ConnectProxy, tenant: ServedTenant, authority: Path, monkeypatch: pytest.MonkeyPatch
):
    reached = []
    connect = socket.socket.connect

    def noting(self, address):
        reached.append(address)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noting)
    for target in (f"{HOSTS[0]}:443", f"{HOSTS[1]}:443", "example.com:443", "192.0.2.1:443"):
        connection = through(connect_proxy, target, authority)
        try:
            connection.request("GET", "/", headers={"X-Forwarded-Host": "example.com"})
            connection.getresponse().read()
        except OSError as refused:
            assert "403" in str(refused)
        connection.close()
    assert set(reached) == {("127.0.0.1", connect_proxy.port), ("127.0.0.1", tenant.https_port)}
    assert reached.count(("127.0.0.1", tenant.https_port)) == 2
