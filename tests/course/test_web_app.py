"""The tiny web app of notebook 06, as a browser meets it: pages that it asks for by itself, tabs, answers of all kinds."""

import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import msal
import pytest
import requests

from scripts.web_app import WebApp
from tests.kernel import Kernel, kernel
from tests.tenant.session import session_of


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Kernel]:
    """A practice tenant that runs."""
    with kernel(tmp_path_factory.mktemp("web app")) as tenant:
        yield tenant


@pytest.fixture
def app(running) -> Iterator[WebApp]:
    """A web app that keeps the answer, as the cells on the nonce have it."""
    seeded = running.seeded
    with session_of(running) as session:
        client = msal.ConfidentialClientApplication(
            seeded.client_id,
            authority=f"https://login.microsoftonline.com/{seeded.tenant_id}",
            client_credential=seeded.client_secret,
            http_client=session,
        )
        yield WebApp(client, ["User.Read"], redeem=False)


@pytest.fixture
def tab() -> Iterator[requests.Session]:
    """A tab of a browser."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


def begin(tab: requests.Session, app: WebApp) -> str:
    """Open the first page; returns the state of the sign-in that it leads to."""
    answer = tab.get(app.url + "/", allow_redirects=False, timeout=10)
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]


def come_back(tab: requests.Session, app: WebApp, state: str, **answer: str) -> requests.Response:
    """Post what the tenant's page posts."""
    return tab.post(app.url, data={"state": state, **answer}, timeout=10)


@pytest.mark.parametrize("path", ["/favicon.ico", "/?code=1&state=2", "/another"])
def test_only_the_first_page_starts_a_sign_in(path, app, tab):
    state = begin(tab, app)
    assert tab.get(app.url + path, allow_redirects=False, timeout=10).status_code == 404
    assert app.flow["state"] == state


def test_what_a_browser_asks_for_afterwards_changes_nothing(app, tab):
    state = begin(tab, app)
    assert "Signed in" in come_back(tab, app, state, code="a-code").text
    for path in ("/favicon.ico", "/"):
        tab.get(app.url + path, allow_redirects=False, timeout=10)
    assert (app.flow["state"], app.response["state"]) == (state, state)
    assert "Signed in" in tab.get(app.url + "/", timeout=10).text


@pytest.mark.parametrize("finished", [0, 1])
def test_of_two_tabs_either_can_be_finished(finished, app, tab):
    states = [begin(tab, app), begin(tab, app)]
    assert come_back(tab, app, states[finished], code="a-code").ok
    app.wait(timeout=1)
    assert app.flow["state"] == app.response["state"] == states[finished]


def test_the_first_answer_counts(app, tab):
    first, second = begin(tab, app), begin(tab, app)
    come_back(tab, app, second, code="a-code")
    assert come_back(tab, app, first, error="access_denied").ok
    assert app.response == {"state": second, "code": "a-code"}


def test_tabs_at_the_same_time_have_a_flow_each(app):
    states = []

    def open_a_tab() -> None:
        with requests.Session() as session:
            session.trust_env = False
            states.append(begin(session, app))

    tabs = [threading.Thread(target=open_a_tab) for _ in range(8)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join(30)
    assert len(set(states)) == 8
    with requests.Session() as session:
        session.trust_env = False
        assert come_back(session, app, states[3], code="a-code").ok
    assert app.flow["state"] == states[3]


@pytest.mark.parametrize("answer", [{}, {"code": "planted"}, {"error": "access_denied"}])
@pytest.mark.parametrize("redeem", [False, True])
def test_an_answer_to_no_sign_in_is_refused_and_waited_on(answer, redeem, app, tab):
    app.redeem = redeem
    begin(tab, app)
    assert come_back(tab, app, "another", **answer).status_code == 400
    assert tab.post(app.url, timeout=10).status_code == 400
    assert app.response is None
    with pytest.raises(TimeoutError, match="Run the cell with the link again"):
        app.wait(timeout=0.05)


@pytest.mark.parametrize("redeem", [False, True])
def test_a_person_who_declines_ends_the_wait_with_the_tenants_sentence(redeem, app, tab):
    app.redeem = redeem
    state = begin(tab, app)
    page = come_back(tab, app, state, error="access_denied", error_description="AADSTS65004: <b>declined</b>")
    assert "Not signed in" in page.text and "AADSTS65004: &lt;b&gt;declined" in page.text
    result = app.wait(timeout=1)
    assert (result or app.response)["error"] == "access_denied"


def test_its_pages_have_a_language_and_a_heading(app, tab):
    page = come_back(tab, app, begin(tab, app), code="a-code").text
    assert '<html lang="en">' in page and "<h1>Signed in</h1>" in page
    assert "Hello you. You may close this page." in page
