"""How requests reach the practice tenant: the cloud's names carried to this computer, every other host refused."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import requests

from course import http_session
from course.http_session import (
    CLOUD_HOSTS,
    METADATA,
    CarriedSession,
    HostRefused,
    RecordingSession,
    live_session,
    practice_session,
)
from practice_tenant import SeededValues
from practice_tenant.hosts import B2C_HOST, METADATA_HOST, cloud_faces, external_id_faces
from practice_tenant.listeners.tls import TlsIdentity
from tests.course.stub_tenant import RUN_TOKEN, Answer, StubTenant, stub_proxy, stub_tenant

LOGIN = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com"


@pytest.fixture
def tenant() -> Iterator[StubTenant]:
    """Where carried requests arrive."""
    with stub_tenant() as running:
        yield running


@pytest.fixture
def session(tenant) -> Iterator[CarriedSession]:
    """The session of practice mode."""
    with closing(practice_session(tenant)) as made:
        yield made


@pytest.fixture
def live() -> Iterator[RecordingSession]:
    """The session of live mode."""
    with closing(live_session()) as made:
        yield made


def test_the_names_that_are_carried_are_those_the_tenant_answers_to():
    with_the_id = {f"{SeededValues.tenant_id}.ciamlogin.com"}
    assert cloud_faces(8400).keys() | external_id_faces(8400).keys() | {B2C_HOST} == CLOUD_HOSTS | with_the_id
    assert f"http://{METADATA_HOST}" == METADATA


@pytest.mark.parametrize("host", [*sorted(CLOUD_HOSTS), f"{SeededValues.tenant_id}.ciamlogin.com"])
def test_a_cloud_host_is_carried_with_its_name_and_the_header_of_the_run(host, session, tenant):
    response = session.post(f"https://{host}/a/b?c=d%20e", data={"f": "g"}, headers={"X-Own": "kept"})
    [received] = tenant.received
    assert (received.method, received.target, received.body) == ("POST", "/a/b?c=d%20e", b"f=g")
    assert received.headers["Host"] == host
    assert received.headers["X-Own"] == "kept"
    assert received.headers["X-Practice-Tenant-Run"] == RUN_TOKEN
    assert response.url == f"https://{host}/a/b?c=d%20e"


def test_the_metadata_service_of_a_machine_is_carried_over_tls_though_it_is_asked_over_http(session, tenant):
    url = "http://169.254.169.254/metadata/identity/oauth2/token?resource=api%3A%2F%2FAzureADTokenExchange"
    response = session.get(url, headers={"Metadata": "true"})
    [received] = tenant.received
    assert received.target == "/metadata/identity/oauth2/token?resource=api%3A%2F%2FAzureADTokenExchange"
    assert received.headers["Host"] == "169.254.169.254"
    assert received.headers["Metadata"] == "true"
    assert received.headers["X-Practice-Tenant-Run"] == RUN_TOKEN
    assert response.url == url
    assert RUN_TOKEN not in str(response.request.headers)


def test_live_the_metadata_service_is_the_machines_own(live):
    assert type(live.get_adapter("http://169.254.169.254")) is requests.adapters.HTTPAdapter


def test_the_learner_never_sees_the_header_of_the_run(session):
    response = session.get(f"{GRAPH}/v1.0/users")
    assert RUN_TOKEN not in repr([vars(exchange) for exchange in session.trace])
    assert RUN_TOKEN not in str(response.request.headers) + str(session.headers) + repr(session)


@pytest.mark.parametrize("origin", ["https://api.example", "https://API.example:8443"])
def test_the_origin_of_the_learners_own_api_is_carried_too(origin, tenant):
    with closing(practice_session(tenant, f"{origin}/records")) as session:
        assert session.get(f"{origin}/records/1").ok
        with pytest.raises(HostRefused):
            session.get("https://api.example:9999/records/1")
    assert [received.headers["Host"] for received in tenant.received] == [origin.partition("://")[2].lower()]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "http://login.microsoftonline.com/common",
        "https://login.microsoftonline.com:8443/common",
        "https://login.microsoftonline.com.evil.example/",
        "https://login.microsoftonline.com@evil.example/",
        "https://evil.example/login.microsoftonline.com",
        "https://xlogin.microsoftonline.com/",
        "https://graph.microsoft.com./v1.0/users",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://169.254.169.254/metadata/identity/oauth2/token",
        "http://169.254.169.254:8080/metadata/identity/oauth2/token",
        "http://169.254.169.253/metadata/identity/oauth2/token",
        "http://169.254.169.254.evil.example/metadata/identity/oauth2/token",
        "http://169.254.169.254@evil.example/metadata/identity/oauth2/token",
        "http://2852039166/metadata/identity/oauth2/token",
    ],
)
def test_every_other_host_is_refused_with_a_sentence_and_nothing_is_sent(url, session, tenant):
    with pytest.raises(HostRefused) as refused:
        session.get(url, headers={"Authorization": "Bearer canary"})
    sentence = str(refused.value)
    assert sentence.startswith("Practice mode doesn't send anything to ")
    assert (
        "for login.microsoftonline.com, graph.microsoft.com, practice.ciamlogin.com, practice.b2clogin.com, "
        in sentence
    )
    assert "national clouds" in sentence
    assert "COURSE_MODE=live" in sentence
    assert isinstance(refused.value, requests.ConnectionError)
    assert refused.value._render_traceback_() == [sentence]
    assert tenant.received == []
    [exchange] = session.trace
    assert (exchange.status, exchange.error) == (None, "HostRefused")


def test_a_password_in_a_refused_address_is_not_repeated(session):
    with pytest.raises(HostRefused) as refused:
        session.get("https://somebody:canary@example.com/")
    assert "canary" not in str(refused.value) + repr([vars(exchange) for exchange in session.trace])


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_what_the_environment_says_of_the_internet_changes_nothing(name, monkeypatch, session):
    monkeypatch.setenv(name, "http://127.0.0.1:9" if "proxy" in name.lower() else "/nonexistent/bundle.pem")
    assert session.get(f"{GRAPH}/v1.0/users").ok


def test_a_proxy_given_to_a_request_is_not_used_either(session, tenant):
    assert session.get(f"{GRAPH}/v1.0/users", proxies={"https": "http://127.0.0.1:9"}).ok
    assert len(tenant.received) == 1


def test_a_netrc_file_adds_no_credential(session, tenant, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("default login somebody password canary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    session.get(f"{GRAPH}/v1.0/users")
    assert "Authorization" not in tenant.received[0].headers


@pytest.mark.parametrize("verify", [True, False, "/nonexistent/bundle.pem"])
def test_only_the_authority_of_the_run_is_trusted_whatever_verify_says(verify, session, tenant):
    assert session.get(f"{GRAPH}/v1.0/users", verify=verify).ok
    tenant.received.clear()
    tenant.ca_certificate = TlsIdentity(time.time()).ca_certificate
    with closing(practice_session(tenant)) as other, pytest.raises(requests.exceptions.SSLError):
        other.verify = verify
        other.get(f"{GRAPH}/v1.0/users", verify=verify)
    assert tenant.received == []


def test_redirects_are_recorded_in_order(session, tenant):
    moved = {"Location": f"{GRAPH}/v1.0/users"}
    tenant.answer = lambda received: Answer(status=302, headers=moved) if received.target == "/start" else Answer()
    response = session.get(f"{LOGIN}/start", headers={"Authorization": "Bearer canary"})
    assert [str(exchange) for exchange in session.trace] == [
        "GET login.microsoftonline.com/start -> 302",
        "GET graph.microsoft.com/v1.0/users -> 200",
    ]
    assert [exchange.number for exchange in session.trace] == [1, 2]
    assert response.url == f"{GRAPH}/v1.0/users"
    assert [received.headers.get("Authorization") for received in tenant.received] == ["Bearer canary", None]


def test_a_redirect_to_another_host_is_refused(session, tenant):
    tenant.answer = lambda received: Answer(status=307, headers={"Location": "https://example.com/?code=canary"})
    with pytest.raises(HostRefused):
        session.post(f"{LOGIN}/start", data={"client_secret": "canary"})
    assert [exchange.error or exchange.status for exchange in session.trace] == [307, "HostRefused"]
    assert len(tenant.received) == 1
    assert "canary" not in repr([vars(exchange) for exchange in session.trace])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_was_closed_meanwhile_is_opened_again(method, session, tenant):
    tenant.answer = lambda received: Answer(closes=True)
    for _ in range(3):
        assert session.request(method, f"{GRAPH}/v1.0/users").ok
        time.sleep(0.05)
    assert len(tenant.received) == 3


@pytest.mark.parametrize("status", [413, 429, 503])
def test_an_answer_with_retry_after_is_an_answer_and_not_waited_out(status, session, tenant):
    tenant.answer = lambda received: Answer(status=status, headers={"Retry-After": "20"})
    started = time.monotonic()
    assert session.get(f"{GRAPH}/v1.0/users").status_code == status
    assert time.monotonic() - started < 10
    assert [exchange.status for exchange in session.trace] == [status]
    assert len(tenant.received) == 1


def test_live_waits_for_no_retry_after_either(live):
    retries = live.get_adapter(GRAPH).max_retries
    assert not retries.is_retry("GET", 429, has_retry_after=True)
    assert (retries.total, retries.redirect) == (1, None)


def test_an_answer_that_does_not_come_is_waited_for_only_so_long(session, tenant, monkeypatch):
    over = threading.Event()
    tenant.answer = lambda received: over.wait(20) and Answer()
    monkeypatch.setattr(http_session, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(requests.Timeout):
        session.post(f"{GRAPH}/v1.0/users")
    over.set()
    assert session.trace[0].error == "ReadTimeout"


def test_a_tenant_that_is_gone_is_a_connection_error_that_is_recorded():
    with stub_tenant() as gone:
        pass
    with closing(practice_session(gone)) as session:
        with pytest.raises(requests.ConnectionError):
            session.post(f"{LOGIN}/common/oauth2/v2.0/token", data={"client_secret": "canary"})
        [exchange] = session.trace
    assert (exchange.status, exchange.request_body) == (None, {"client_secret": "****"})


def test_a_streamed_answer_is_left_to_the_person_who_reads_it(session, tenant):
    tenant.answer = lambda received: Answer(body=b"x" * 100_000, headers={"Content-Type": "text/plain"})
    response = session.get(f"{GRAPH}/v1.0/users", stream=True)
    assert b"".join(response.iter_content(1000)) == b"x" * 100_000
    assert session.trace[0].response_body is None


def test_requests_of_several_threads_are_all_recorded_and_numbered(session):
    threads = [
        threading.Thread(target=lambda: [session.get(f"{GRAPH}/v1.0/users") for _ in range(5)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [exchange.number for exchange in session.trace] == list(range(1, 41))


def test_live_a_proxy_of_the_environment_is_used(live, monkeypatch):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with stub_proxy() as proxy:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.https_port}")
        with pytest.raises(requests.exceptions.ProxyError):
            live.get(f"{GRAPH}/v1.0/users")
    assert {(received.method, received.target) for received in proxy.received} == {
        ("CONNECT", "graph.microsoft.com:443")
    }
    assert live.trace[0].error == "ProxyError"


def test_live_the_certificates_of_the_environment_are_used_and_nothing_is_added(live, tenant, monkeypatch, tmp_path):
    for name in ("CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "ca.pem").write_text(tenant.ca_certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    url = f"https://localhost:{tenant.https_port}/v1.0/users"
    assert live.get(url).ok
    assert "X-Practice-Tenant-Run" not in tenant.received[0].headers
    assert [str(exchange) for exchange in live.trace] == [f"GET localhost:{tenant.https_port}/v1.0/users -> 200"]
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with closing(live_session()) as other, pytest.raises(requests.exceptions.SSLError):
        other.get(url)
