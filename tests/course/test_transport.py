"""The hook: Microsoft's hosts lead to the practice tenant whatever sends with requests, and every other host is refused."""

import copy
import importlib
import multiprocessing
import os
import pickle
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from types import SimpleNamespace

import msal
import pytest
import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from requests.adapters import HTTPAdapter, Retry

from course import transport
from course.http_trace import Trace
from course.redaction import Redaction, Secret
from course.transport import CLOUD_HOSTS, METADATA, HostRefused, Network, Practice
from practice_tenant import SeededValues
from practice_tenant.hosts import B2C_HOST, METADATA_HOST, cloud_faces, external_id_faces
from practice_tenant.listeners.tls import TlsIdentity
from tests.course.stub_tenant import RUN_TOKEN, Answer, StubTenant, stub_proxy, stub_tenant
from tests.tenant.session import session_of

LOGIN = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com"
USERS = f"{GRAPH}/v1.0/users"
NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens there


@pytest.fixture
def tenant() -> Iterator[StubTenant]:
    """Where carried requests arrive."""
    with stub_tenant() as running:
        yield running


@pytest.fixture
def trace(tenant) -> Iterator[Trace]:
    """This process practises with that tenant; what it sends."""
    with practising(tenant) as sent:
        yield sent


@pytest.fixture
def live() -> Iterator[Trace]:
    """This process is live; what it sends."""
    with transport.scope(Network()) as sent:
        yield sent


def practising(tenant: StubTenant) -> AbstractContextManager[Trace]:
    """This process practises with a tenant, until the context ends."""
    return transport.scope(Practice(tenant=tenant))


# Who sends


class NoTls(HTTPAdapter):
    """An adapter that makes its own connections, and asks nobody."""

    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        return self.poolmanager.connection_from_url(request.url)

    def cert_verify(self, conn, url, verify, cert):
        raise OSError("no such file")


class Strict(HTTPAdapter):
    """An adapter with settings for TLS, as companies have them."""

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, assert_fingerprint="aa" * 32, source_address=("192.0.2.1", 0), **options)


class Signing(HTTPAdapter):
    """An adapter that adds a header to each request, and one to each answer."""

    def send(self, request, **options):
        request.headers["X-Signed"] = "yes"
        return super().send(request, **options)

    def add_headers(self, request, **options):
        request.headers["X-Added"] = "yes"

    def build_response(self, req, resp):
        response = super().build_response(req, resp)
        response.headers["X-Built"] = "yes"
        return response


def with_adapter(adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.mount("https://", adapter)
    return session


def azure(url: str) -> None:
    with RequestsTransport() as sender:
        sender.send(HttpRequest("GET", url))


SENDERS = {
    "requests.get": requests.get,
    "a session": lambda url: requests.Session().get(url),
    "a session that was made before": requests.Session().get,
    "MSAL": lambda url: msal.PublicClientApplication("an app", authority=f"{LOGIN}/a-tenant").http_client.get(url),
    "azure-core": azure,
    "an adapter without TLS": lambda url: with_adapter(NoTls()).get(url),
    "an adapter with TLS settings": lambda url: with_adapter(Strict()).get(url),
    "an adapter that signs": lambda url: with_adapter(Signing()).get(url),
    "an adapter by itself": lambda url: HTTPAdapter().send(requests.Request("GET", url).prepare()),
    "a session that was pickled": lambda url: pickle.loads(pickle.dumps(requests.Session())).get(url),
    "a session that was copied": lambda url: copy.deepcopy(requests.Session()).get(url),
}


def discovery(received) -> Answer:
    authority = f'"{LOGIN}/a-tenant'.encode()
    names = ("authorization_endpoint", "token_endpoint", "issuer")
    return Answer(body=b"{" + b",".join(f'"{name}":'.encode() + authority + b'/x"' for name in names) + b"}")


@pytest.mark.parametrize("sender", SENDERS)
def test_whatever_sends_with_requests_reaches_the_practice_tenant(sender, tenant, trace):
    tenant.answer = discovery
    SENDERS[sender](f"{USERS}?$top=1")
    received = tenant.received[-1]
    assert (received.target, received.headers["Host"]) == ("/v1.0/users?$top=1", "graph.microsoft.com")
    assert received.headers["X-Practice-Tenant-Run"] == RUN_TOKEN
    assert (trace[-1].host, trace[-1].path, trace[-1].status) == ("graph.microsoft.com", "/v1.0/users", 200)


@pytest.mark.parametrize("sender", SENDERS)
def test_whatever_sends_with_requests_reaches_no_other_host(sender, tenant, trace):
    tenant.answer = discovery
    # azure-core has an exception of its own around it.
    with pytest.raises(Exception, match="Practice mode doesn't send anything to https://example.com"):
        SENDERS[sender]("https://example.com/")
    assert (trace[-1].host, trace[-1].error) == ("example.com", "HostRefused")


def test_an_adapters_own_headers_and_answers_stay_its_own(tenant, trace):
    adapter = Signing(max_retries=2)
    response = with_adapter(adapter).get(USERS)
    assert {"X-Signed", "X-Added"} <= tenant.received[0].headers.keys()
    assert response.headers["X-Built"] == "yes" and response.connection is adapter


# Where to


def test_the_names_that_are_carried_are_those_the_tenant_answers_to():
    with_the_id = {f"{SeededValues.tenant_id}.ciamlogin.com"}
    assert cloud_faces(8400).keys() | external_id_faces(8400).keys() | {B2C_HOST} == CLOUD_HOSTS | with_the_id
    assert f"http://{METADATA_HOST}" == METADATA


@pytest.mark.parametrize("host", [*sorted(CLOUD_HOSTS), f"{SeededValues.tenant_id}.ciamlogin.com"])
def test_a_cloud_host_is_carried_with_its_name_and_the_header_of_the_run(host, tenant, trace):
    response = requests.post(f"https://{host}/a/b?c=d%20e", data={"f": "g"}, headers={"X-Own": "kept", "host": "x"})
    [received] = tenant.received
    assert (received.method, received.target, received.body) == ("POST", "/a/b?c=d%20e", b"f=g")
    assert (received.headers["Host"], received.headers["X-Own"]) == (host, "kept")
    assert received.headers["X-Practice-Tenant-Run"] == RUN_TOKEN
    assert response.url == f"https://{host}/a/b?c=d%20e"


@pytest.mark.parametrize("proxy", [None, NOWHERE])
def test_the_metadata_service_of_a_machine_is_carried_over_tls_though_it_is_asked_over_http(
    proxy, tenant, trace, monkeypatch
):
    if proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
    url = f"{METADATA}/metadata/identity/oauth2/token?resource=api%3A%2F%2FAzureADTokenExchange"
    response = requests.get(url, headers={"Metadata": "true"})
    [received] = tenant.received
    assert received.target == url.removeprefix(METADATA)
    assert (received.headers["Host"], received.headers["Metadata"]) == ("169.254.169.254", "true")
    assert (response.url, trace[0].url) == (
        url,
        f"{METADATA}/metadata/identity/oauth2/token?resource=api://AzureADTokenExchange",
    )


@pytest.mark.parametrize("url", ["https://GRAPH.microsoft.com/v1.0", "https://graph.microsoft.com:443/v1.0"])
def test_a_host_may_be_written_in_capitals_and_with_its_own_port(url, tenant, trace):
    assert requests.get(url).ok
    assert tenant.received[0].headers["Host"] == "graph.microsoft.com"


def test_the_learner_never_sees_the_header_of_the_run(tenant, trace):
    with requests.Session() as session:
        response = session.get(USERS)
    assert RUN_TOKEN not in repr([vars(exchange) for exchange in trace])
    assert RUN_TOKEN not in str(response.request.headers) + str(session.headers)


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
        "https://localhost.evil.example/",
        "https://169.254.169.254/metadata/identity/oauth2/token",
        "http://169.254.169.254:8080/metadata/identity/oauth2/token",
        "http://169.254.169.253/metadata/identity/oauth2/token",
        "http://169.254.169.254.evil.example/metadata/identity/oauth2/token",
        "http://169.254.169.254@evil.example/metadata/identity/oauth2/token",
        "http://2852039166/metadata/identity/oauth2/token",
        "http://128.0.0.1/",
        "http://[::ffff:192.0.2.1]/",
    ],
)
def test_every_other_host_is_refused_with_a_sentence_and_nothing_is_sent(url, tenant, trace):
    with pytest.raises(HostRefused) as refused:
        requests.get(url, headers={"Authorization": "Bearer canary"})
    sentence = str(refused.value)
    assert sentence.startswith("Practice mode doesn't send anything to ")
    assert (
        "for login.microsoftonline.com, graph.microsoft.com, practice.ciamlogin.com, practice.b2clogin.com, "
        in sentence
    )
    assert "national clouds" in sentence and "COURSE_MODE=live" in sentence
    assert isinstance(refused.value, requests.ConnectionError)
    assert refused.value._render_traceback_() == [sentence]
    assert tenant.received == []
    [exchange] = trace
    assert (exchange.status, exchange.error) == (None, "HostRefused")


def test_a_password_in_a_refused_address_is_not_repeated(trace):
    with pytest.raises(HostRefused) as refused:
        requests.get("https://somebody:canary@example.com/")
    assert "canary" not in str(refused.value) + repr([vars(exchange) for exchange in trace])


def test_nothing_goes_out_while_the_registration_is_incomplete(tenant):
    for network in (
        Practice(tenant=tenant, blocked="COURSE_MODE is missing."),
        Network(blocked="COURSE_MODE is missing."),
    ):
        with transport.scope(network), pytest.raises(HostRefused, match=r"^COURSE_MODE is missing\.$"):
            requests.get(USERS)
    assert tenant.received == []


# This computer's own addresses


@contextmanager
def local_server() -> Iterator[StubTenant]:
    with stub_proxy() as server:
        server.answer = lambda received: Answer()
        yield server


@pytest.mark.parametrize(
    "host", ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", socket.gethostname().lower()]
)
def test_this_computer_has_several_names(host):
    assert transport.is_this_computer(host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_this_computer_is_reached_as_without_the_hook_and_not_recorded(host, tenant, trace):
    with local_server() as server:
        assert requests.get(f"http://{host}:{server.https_port}/").ok
    assert "X-Practice-Tenant-Run" not in server.received[0].headers
    assert (tenant.received, len(trace)) == ([], 0)


def test_for_this_computer_proxy_and_ca_settings_count(tenant, trace, monkeypatch, tmp_path):
    url = f"https://localhost:{tenant.https_port}/"
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(url)
    (tmp_path / "ca.pem").write_text(tenant.ca_certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    assert requests.get(url).ok
    with pytest.raises(OSError, match="invalid path: /nowhere"):
        requests.get(url, verify="/nowhere")
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get(url, proxies={"https": NOWHERE})


# What doesn't count for carried hosts


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("value", [NOWHERE, "/nonexistent/bundle.pem", "nonsense"])
def test_what_the_environment_says_of_the_internet_changes_nothing(name, value, monkeypatch, trace):
    monkeypatch.setenv(name, value)
    assert requests.get(USERS).ok


@pytest.mark.parametrize(
    "options",
    [
        {"proxies": {"https": NOWHERE}},
        {"verify": False},
        {"verify": "/nonexistent/bundle.pem"},
        {"cert": "/nonexistent/client.pem"},
    ],
    ids=str,
)
def test_what_a_request_says_of_them_changes_nothing_either(options, tenant, trace):
    assert requests.get(USERS, **options).ok
    tenant.received.clear()
    tenant.ca_certificate = TlsIdentity(time.time()).ca_certificate
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(USERS, **options)
    assert tenant.received == [], "the certificate authority of the run alone is trusted"


# Redirects, streams, retries, time-outs


def test_redirects_are_carried_and_recorded_in_order(tenant, trace):
    moved = {"Location": USERS}
    tenant.answer = lambda received: Answer(status=302, headers=moved) if received.target == "/start" else Answer()
    response = requests.get(f"{LOGIN}/start", headers={"Authorization": "Bearer canary"})
    assert [str(exchange) for exchange in trace] == [
        "GET login.microsoftonline.com/start -> 302",
        "GET graph.microsoft.com/v1.0/users -> 200",
    ]
    assert (response.url, len(response.history)) == (USERS, 1)
    assert [received.headers.get("Authorization") for received in tenant.received] == ["Bearer canary", None]


def test_a_redirect_to_another_host_is_refused(tenant, trace):
    tenant.answer = lambda received: Answer(status=307, headers={"Location": "https://example.com/?code=canary"})
    with pytest.raises(HostRefused):
        requests.post(f"{LOGIN}/start", data={"client_secret": "canary"})
    assert [exchange.error or exchange.status for exchange in trace] == [307, "HostRefused"]
    assert len(tenant.received) == 1
    assert "canary" not in repr([vars(exchange) for exchange in trace])


def test_a_streamed_answer_is_recorded_once_the_program_has_read_it(tenant, trace):
    tenant.answer = lambda received: Answer(body=b"x" * 10_000, headers={"Content-Type": "text/plain"})
    response = requests.get(USERS, stream=True)
    assert (trace[0].status, trace[0].response_body) == (200, None)
    assert b"".join(response.iter_content(1000)) == b"x" * 10_000
    assert trace[0].response_body == "x" * 10_000
    requests.get(USERS, stream=True).close()
    assert trace[1].response_body is None


def test_a_plain_session_tries_once_and_msals_once_more(tenant, trace):
    tenant.answer = discovery
    app = msal.PublicClientApplication("an app", authority=f"{LOGIN}/a-tenant")
    tenant.answer = lambda received: Answer(status=503, headers={"Retry-After": "1"}, body=b'{"why": "busy"}')
    trace.clear()
    assert requests.get(USERS).status_code == 503
    assert [exchange.attempt for exchange in trace] == [1]
    trace.clear()
    assert app.http_client.http_client.get(USERS).status_code == 503
    first, second = trace
    assert (first.attempt, first.waited, first.response_body) == (1, 0, {"why": "busy"})
    assert (second.attempt, second.response_body) == (2, {"why": "busy"}) and 1 <= second.waited < 5
    trace.clear()
    assert app.http_client.http_client.post(USERS).status_code == 503
    assert [exchange.attempt for exchange in trace] == [1], "a POST may have been carried out"


def test_a_sessions_own_retries_are_made_and_each_attempt_is_recorded(tenant, trace):
    tenant.answer = lambda received: Answer(status=500 if len(tenant.received) < 3 else 200)
    adapter = HTTPAdapter(max_retries=Retry(4, status_forcelist=[500], backoff_factor=0))
    assert with_adapter(adapter).get(USERS).ok
    assert [(exchange.attempt, exchange.status) for exchange in trace] == [(1, 500), (2, 500), (3, 200)]


def test_the_callers_timeout_counts_and_there_is_no_other(tenant, trace):
    over = threading.Event()
    tenant.answer = lambda received: over.wait(20) and Answer()
    with pytest.raises(requests.Timeout):
        requests.get(USERS, timeout=0.2)
    over.set()
    assert trace[0].error == "ReadTimeout"
    seen = []
    adapter = HTTPAdapter()
    adapter.build_response = lambda request, answer: seen.append(answer.connection.timeout) or requests.Response()
    adapter.send(requests.Request("GET", USERS).prepare())
    assert seen == [None]


def test_a_tenant_that_is_gone_is_a_connection_error_that_is_recorded():
    with stub_tenant() as gone:
        pass
    with practising(gone) as trace:
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{LOGIN}/common/oauth2/v2.0/token", data={"client_secret": "canary"})
        [exchange] = trace
    assert (exchange.status, exchange.error) == (None, "ConnectionError")
    assert exchange.request_body == {"client_secret": "****"}


def test_a_connection_that_was_closed_meanwhile_is_opened_again(tenant, trace):
    tenant.answer = lambda received: Answer(closes=True)
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(USERS).ok
            time.sleep(0.05)
    assert len(tenant.received) == 3


def test_an_answer_that_is_kept_keeps_no_connection(tenant, trace):
    kept = requests.get(USERS)
    assert "course_pools" not in vars(kept.connection)


# Threads, processes, reloads, mocks


def test_requests_of_several_threads_are_all_carried_recorded_and_numbered(tenant, trace):
    session = requests.Session()
    threads = [threading.Thread(target=lambda: [session.get(USERS) for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tenant.received) == 40
    assert sorted(exchange.number for exchange in trace) == list(range(1, 41))


def _child(session: requests.Session, told: multiprocessing.Queue) -> None:
    told.put([session.get(USERS, timeout=5).status_code for _ in range(2)])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_children_use_no_connection_of_their_parent(tenant, trace):
    session = requests.Session()
    assert session.get(USERS).ok
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    children = [context.Process(target=_child, args=(session, told)) for _ in range(3)]
    for child in children:
        child.start()
    assert [told.get(timeout=20) for _ in children] == [[200, 200]] * 3
    for child in children:
        child.join(20)
    assert session.get(USERS).ok, "and the parent's is still good"


def module_anew() -> object:
    known = sys.modules.pop("course.transport")
    try:
        return importlib.import_module("course.transport")
    finally:
        sys.modules["course.transport"] = sys.modules["course"].transport = known


@pytest.mark.parametrize(
    "again",
    [
        lambda tenant: transport.lead(Practice(tenant=tenant)),
        lambda tenant: importlib.reload(transport),
        lambda tenant: importlib.reload(transport).lead(transport.Practice(tenant=tenant)),
        lambda tenant: module_anew().lead(Practice(tenant=tenant)),
    ],
    ids=["installed again", "reloaded", "reloaded and installed", "imported a second time"],
)
def test_it_is_installed_once(again, tenant, trace):
    before = len(trace)
    known = vars(transport).copy()
    try:
        again(tenant)
        again(tenant)
        assert requests.get(USERS).ok
    finally:
        vars(transport).update(known)
    assert (len(tenant.received), len(trace)) == (1, before + 1)
    assert not hasattr(HTTPAdapter.send.__wrapped__, "__wrapped__")


def mocked_send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options) -> requests.Response:
    """What `responses` puts in the place of HTTPAdapter.send."""
    response = requests.Response()
    response.status_code, response.url, response.request = 299, request.url, request
    return response


MOCKS = {
    "responses": ("requests.adapters.HTTPAdapter.send", mocked_send),
    "requests-mock": (
        "requests.Session.get_adapter",
        lambda session, url: SimpleNamespace(send=mocked_send_by(session)),
    ),
}


def mocked_send_by(_: requests.Session) -> Callable:
    return lambda request, **options: mocked_send(None, request, **options)


@pytest.mark.parametrize("mock", MOCKS)
@pytest.mark.parametrize("first", ["the hook", "the mock"])
def test_a_mock_in_the_same_process_wins_and_the_hook_is_there_afterwards(mock, first, tenant):
    place, replacement = MOCKS[mock]
    with pytest.MonkeyPatch.context() as patch:
        if first == "the hook":
            transport.lead(Network())
        patch.setattr(place, replacement)
        with practising(tenant):
            assert requests.get(USERS).status_code == requests.get("https://example.com").status_code == 299
    with practising(tenant):
        assert requests.get(USERS).status_code == 200
        with pytest.raises(HostRefused):
            requests.get("https://example.com")
    assert len(tenant.received) == 1


def test_a_mock_that_passes_a_request_on_by_the_original_method_is_carried_too(tenant, trace):
    original = HTTPAdapter.send.__wrapped__
    request = requests.Request("GET", USERS).prepare()
    assert original(HTTPAdapter(), request, verify="/nonexistent").status_code == 200
    with pytest.raises(HostRefused):
        original(HTTPAdapter(), requests.Request("GET", "https://example.com").prepare())


# Which network counts


def test_practice_leads_there_and_live_leads_back_only_by_the_learners_decision(tenant, sent):
    practice = Practice(tenant=tenant)
    transport.lead(practice, decided=False)
    assert requests.get(USERS).ok
    transport.lead(Network(), decided=False)
    assert requests.get(USERS).ok, "a live registration that is only tried out changes nothing"
    assert len(tenant.received) == len(sent) == 2
    transport.lead(Network(blocked="Live now."))
    with pytest.raises(HostRefused, match="Live now."):
        requests.get(USERS)
    transport.lead(Network(blocked="Corrected."), decided=False)
    with pytest.raises(HostRefused, match="Corrected."):
        requests.get(USERS)


def test_a_check_has_a_trace_of_its_own_with_the_threads_that_it_starts(tenant, trace):
    with transport.scope() as own:
        thread = threading.Thread(target=requests.get, args=(USERS,))
        thread.start()
        thread.join()
        assert transport.current_trace() is own
    assert (len(own), len(trace)) == (1, 0)
    assert transport.current_trace() is trace


def test_a_session_of_the_courses_own_wins_over_the_hook(tenant, trace):
    with stub_tenant() as other, closing(session_of(other)) as session:
        assert session.get(USERS).ok and requests.get(USERS).ok
        with transport.scope(Network(blocked="nothing")):
            assert session.get(USERS).ok
        with pytest.raises(HostRefused):
            session.get("https://example.com")
    assert (len(other.received), len(tenant.received)) == (2, 1)
    assert (len(session.trace), len(trace)) == (3, 1)


def test_such_a_session_doesnt_wait_out_retry_after_and_has_a_timeout(tenant, monkeypatch):
    tenant.answer = lambda received: Answer(status=429, headers={"Retry-After": "20"})
    with closing(session_of(tenant)) as session:
        assert session.get(USERS, timeout=10).status_code == 429
        over = threading.Event()
        tenant.answer = lambda received: over.wait(20) and Answer()
        monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.2)
        with pytest.raises(requests.Timeout):
            session.post(USERS)
        over.set()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_such_a_session_can_be_copied(copied, tenant):
    with closing(session_of(tenant)) as session, closing(copied(session)) as another:
        assert another.get(USERS).ok
        assert len(another.trace) == len(session.trace) == 1


def test_such_a_session_cant_be_pickled_and_says_why(tenant):
    with closing(session_of(tenant)) as session, pytest.raises(TypeError, match="would hold the tenant's secrets"):
        pickle.dumps(session)


def test_the_trace_knows_the_secrets_of_every_registration_that_led_here(tenant, sent):
    for secret in ("first-secret-value", "second-secret-value"):
        transport.lead(Practice(tenant=tenant, redaction=Redaction(secrets=(Secret(secret),))))
    tenant.answer = lambda received: Answer(body=b'{"said": "first-secret-value, second-secret-value"}')
    requests.get(USERS)
    assert sent[0].response_body == {"said": "****, ****"}


# Live


def test_live_a_proxy_of_the_environment_is_used_and_its_refusal_recorded(live, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with stub_proxy() as proxy:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.https_port}")
        with pytest.raises(requests.exceptions.ProxyError):
            requests.get(USERS)
    assert [(received.method, received.target) for received in proxy.received] == [
        ("CONNECT", "graph.microsoft.com:443")
    ]
    assert [(exchange.url, exchange.error) for exchange in live] == [(USERS, "ProxyError")]


def test_live_a_request_is_recorded_and_nothing_is_added(live, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with stub_proxy() as proxy:
        proxy.answer = lambda received: Answer(body=b'{"a": 1}')
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.https_port}")
        session = requests.Session()
        assert session.get(METADATA + "/x", headers={"X-Own": "kept"}).json() == {"a": 1}
        assert requests.get(f"http://localhost:{proxy.https_port}/").ok
    first, _ = proxy.received
    assert (first.target, first.headers["X-Own"]) == (METADATA + "/x", "kept")
    assert "X-Practice-Tenant-Run" not in first.headers
    [exchange] = live
    assert (exchange.url, exchange.status, exchange.response_body) == (METADATA + "/x", 200, {"a": 1})
    assert type(session.get_adapter(METADATA)) is HTTPAdapter
