"""A run that no person looks at: who opens its sign-in pages, and what becomes of a sign-in in the cloud."""

import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode

import pytest
import requests

from course import browser, headless, person
from course.browser import kernel_is_remote
from course.links import SignInLink

PORT = 8400
PAGE = f"http://localhost:{PORT}/a-key/devicelogin"
CLOUD = "https://login.microsoftonline.com/a-tenant/oauth2/v2.0/authorize"
FLOW = {"user_code": "BCDFGHJKL", "verification_uri": PAGE, "device_code": "a-device-code", "expires_at": 2e9}
LIVE_FLOW = FLOW | {"verification_uri": "https://login.microsoft.com/device"}


def sign_in(address: str, redirect_uri: str) -> str:
    return f"{address}?{urlencode({'redirect_uri': redirect_uri, 'state': 'the-state'})}"


@pytest.fixture
def client(monkeypatch) -> SimpleNamespace:
    """A kernel; its client can't ask a person, until a test lets it. The environment names no browser."""
    kernel = SimpleNamespace(_allow_stdin=False)
    shell = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=kernel))
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setenv("COURSE_BROWSER", "here")
    monkeypatch.setattr(browser, "open_page", lambda url: None)
    monkeypatch.setattr(headless, "_ports", {PORT})
    return kernel


@pytest.fixture
def visited(monkeypatch) -> list[str]:
    """The pages that the scripted person opened."""
    pages: list[str] = []
    monkeypatch.setattr(person, "visit", lambda url: pages.append(url) or "You're signed in")
    return pages


@contextmanager
def an_app() -> Iterator[tuple[str, list[dict]]]:
    """A program that waits at a redirect URI: its address, and the answers that came."""
    answers: list[dict] = []

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(303)
            self.send_header("Location", sign_in(CLOUD, address))
            self.end_headers()

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answers.append({name: values[0] for name, values in parse_qs(body).items()})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Pages) as server:
        address = f"http://localhost:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield address, answers
        server.shutdown()


def opened(url: str) -> bool:
    """Whether our browser took a page; all that it does about it has been done."""
    before = set(threading.enumerate())
    took = headless._Browser("course-person").open(url)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    return took


def test_without_a_kernel_a_run_is_not_headless():
    assert headless.is_headless() is False


def test_a_kernel_without_such_a_request_is_not_headless(client):
    del client._allow_stdin
    assert headless.is_headless() is False


def test_the_client_of_a_cell_says_whether_there_is_a_person(client):
    assert headless.is_headless() is True
    client._allow_stdin = True
    assert headless.is_headless() is False


def test_the_scripted_person_signs_in_before_the_device_code_is_polled(client, visited):
    widget = SignInLink(FLOW)
    assert visited == [f"{PAGE}?otc=BCDFGHJKL"]
    assert person.ACCOUNT in widget.value and "http" not in widget.value


@pytest.mark.parametrize("target", [FLOW, PAGE], ids=["flow", "page"])
def test_a_headless_run_stores_what_others_store(target, client, visited, monkeypatch):
    monkeypatch.setattr(person, "sign_in_page", lambda app: app)
    unseen, _ = SignInLink(target)._repr_mimebundle_()
    client._allow_stdin = True
    seen, _ = SignInLink(target)._repr_mimebundle_()
    assert [unseen[kind] for kind in ("text/plain", "text/html")] == [
        seen[kind] for kind in ("text/plain", "text/html")
    ]


def test_with_a_person_nothing_changes(client, visited, monkeypatch):
    client._allow_stdin = True
    pages = []
    monkeypatch.setattr(browser, "open_page", pages.append)
    assert "Open the sign-in page" in SignInLink(FLOW).value
    assert (pages, visited) == ([f"{PAGE}?otc=BCDFGHJKL"], [])
    assert opened(sign_in(PAGE, "http://localhost")) is False


def test_a_live_device_code_is_not_waited_for(client, visited):
    flow = dict(LIVE_FLOW)
    with pytest.raises(headless.NoPerson, match="can't ask a person to sign in") as refused:
        SignInLink(flow)
    assert flow["expires_at"] == 0 and visited == []
    assert refused.value._render_traceback_() == [headless.NO_PERSON]


def test_a_live_web_app_is_told_that_nothing_will_come(client, visited):
    with an_app() as (address, answers), pytest.raises(headless.NoPerson):
        SignInLink(address)
    assert [(answer["error"], answer["state"]) for answer in answers] == [("access_denied", "the-state")]
    assert answers[0]["error_description"] == headless.NO_PERSON and visited == []


def test_a_flow_that_failed_is_shown_as_ever(client):
    assert SignInLink({"error_description": "AADSTS7000218: …"}).value == "<p>AADSTS7000218: …</p>"


def test_a_headless_run_on_a_hub_has_no_browser_elsewhere(client, monkeypatch):
    monkeypatch.setenv("COURSE_BROWSER", "")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/learner/")
    assert not kernel_is_remote()
    client._allow_stdin = True
    assert kernel_is_remote()


def test_a_sign_in_that_a_program_opens_at_the_practice_tenant_is_the_persons(client, visited):
    page = sign_in(PAGE, "http://localhost:1")
    assert opened(page) is True and visited == [page]


def test_a_sign_in_in_the_cloud_is_declined(client, visited):
    with an_app() as (address, answers):
        assert opened(sign_in(CLOUD, address)) is True
    assert answers == [{"error": "access_denied", "error_description": headless.NO_PERSON, "state": "the-state"}]
    assert visited == []


def test_a_browser_that_the_environment_names_opens_the_clouds_pages(client, visited, monkeypatch):
    monkeypatch.setenv("BROWSER", "a-browser %s")
    assert opened(sign_in(CLOUD, "http://localhost:1")) is False
    assert opened(sign_in(PAGE, "http://localhost:1")) is True and len(visited) == 1
    pages = []
    monkeypatch.setattr(browser, "open_page", pages.append)
    SignInLink(LIVE_FLOW)
    assert pages == [f"{LIVE_FLOW['verification_uri']}?otc=BCDFGHJKL"]


@pytest.mark.parametrize("url", ["https://learn.microsoft.com/", PAGE, "http://localhost:8888/lab"])
def test_a_page_that_is_no_sign_in_is_left_to_other_browsers(url, client, visited):
    assert opened(url) is False and visited == []


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (
            "<p>AADSTS50011: The redirect URI isn&#39;t registered.</p>",
            "AADSTS50011: The redirect URI isn't registered.",
        ),
        (person.NoPassword("no hint"), "no hint"),
        (requests.ConnectionError("it has ended"), "it has ended"),
    ],
    ids=["error page", "no password", "no tenant"],
)
def test_an_app_hears_of_a_sign_in_that_fails(ending, reason, client, monkeypatch):
    def visit(url: str) -> str:
        if isinstance(ending, Exception):
            raise ending
        return ending

    monkeypatch.setattr(person, "visit", visit)
    with an_app() as (address, answers):
        assert opened(sign_in(PAGE, address)) is True
    assert [answer["error_description"] for answer in answers] == [reason]


@pytest.mark.parametrize(
    "redirect_uri", ["http://localhost:9", "https://app.example/", ""], ids=["gone", "elsewhere", "none"]
)
def test_declining_needs_an_app_on_this_computer(redirect_uri):
    person.decline(sign_in(CLOUD, redirect_uri), "no")


def test_our_browser_is_asked_first_and_registered_once(client, monkeypatch):
    monkeypatch.setattr(webbrowser, "_tryorder", ["another"])
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setattr(headless._Browser, "registered", False)
    client._allow_stdin = True
    headless.prepare(PORT + 1)
    assert webbrowser._tryorder == ["another"]
    client._allow_stdin = False
    headless.prepare(None)
    headless.prepare(PORT)
    assert webbrowser._tryorder == ["course-person", "another", headless.EDGE_NAME]
    assert headless.is_practice_page(PAGE.replace(str(PORT), str(PORT + 1)))


def test_edge_which_msal_prefers_on_linux_is_the_scripted_person_too(client, visited, monkeypatch):
    from msal.application import _preferred_browser

    started = []
    monkeypatch.setattr(
        webbrowser.BackgroundBrowser, "open", lambda edge, url, *_: started.append((edge.name, url)) or 1
    )
    monkeypatch.setattr(webbrowser, "_tryorder", ["another"])
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setattr(headless._Browser, "registered", False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("os.path.exists", lambda path: path == headless.EDGE)
    headless.prepare(PORT)
    edge = webbrowser.get(_preferred_browser())
    with an_app() as (address, _):
        before = set(threading.enumerate())
        assert edge.open(sign_in(PAGE, address)) is True
        for thread in set(threading.enumerate()) - before:
            thread.join(10)
    assert (len(visited), started) == (1, [])
    # What is no sign-in, Edge shows.
    assert edge.open("https://learn.microsoft.com/")
    assert started == [(headless.EDGE, "https://learn.microsoft.com/")]
