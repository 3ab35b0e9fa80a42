"""The scripted person: goes through a practice tenant's pages as a learner would, and through no others."""

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import httpx
import msal
import pytest
import requests

from course import person
from practice_tenant.app import PracticeTenant
from scripts.web_app import WebApp
from tests.kernel import Kernel, kernel
from tests.tenant.clients import FORM, InProcess
from tests.tenant.practice import RUN_TOKEN, Practice
from tests.tenant.relying_party import RelyingParty
from tests.tenant.session import session_of


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Kernel]:
    """A practice tenant that runs, with pages of its own."""
    with kernel(tmp_path_factory.mktemp("person")) as tenant:
        yield tenant


@pytest.fixture
def desktop(running) -> Iterator[msal.PublicClientApplication]:
    """The seeded public client."""
    seeded = running.seeded
    with session_of(running) as session:
        yield msal.PublicClientApplication(
            seeded.public_client_id,
            authority=f"https://login.microsoftonline.com/{seeded.tenant_id}",
            http_client=session,
        )


def test_a_device_is_approved_from_the_link_to_the_last_page(desktop):
    flow = desktop.initiate_device_flow(["User.Read"])
    text = person.visit(f"{flow['verification_uri']}?otc={flow['user_code']}")
    assert "You have signed in on your device." in text
    result = desktop.acquire_token_by_device_flow(flow)
    assert result["id_token_claims"]["preferred_username"] == person.ACCOUNT


def test_the_program_that_browser_names_does_the_same(desktop, monkeypatch):
    flow = desktop.initiate_device_flow(["User.Read"])
    monkeypatch.setattr(sys, "argv", ["person.py", f"{flow['verification_uri']}?otc={flow['user_code']}"])
    runpy.run_path(str(Path(person.__file__)), run_name="__main__")
    assert "access_token" in desktop.acquire_token_by_device_flow(flow)


def test_a_page_without_a_form_is_the_last_one(running):
    assert "not an identity provider" in person.visit(running.portal_url.removesuffix("portal"))


@pytest.fixture
def web_app(running) -> Iterator[WebApp]:
    """A web app of the seeded confidential client."""
    seeded = running.seeded
    with session_of(running) as session:
        client = msal.ConfidentialClientApplication(
            seeded.client_id,
            authority=f"https://login.microsoftonline.com/{seeded.tenant_id}",
            client_credential=seeded.client_secret,
            http_client=session,
        )
        yield WebApp(client, ["User.Read"])


def test_a_web_app_gets_its_answer(web_app):
    assert person.sign_in_to(web_app.url) is True
    assert web_app.wait(timeout=1)["id_token_claims"]["preferred_username"] == person.ACCOUNT


@pytest.mark.parametrize("another", ["state", "nonce"])
def test_a_web_app_takes_no_answer_to_another_sign_in(web_app, monkeypatch, another):
    start = web_app.start_sign_in

    def start_and_forget() -> str:
        url = start()
        web_app.flow = web_app.flow | {another: "another"}
        return url

    monkeypatch.setattr(web_app, "start_sign_in", start_and_forget)
    assert "belongs to no sign-in that was started here" in person.visit(web_app.url)
    assert web_app.result is None
    # It goes on waiting, for the right one.
    monkeypatch.setattr(web_app, "start_sign_in", start)
    assert "Hello Practice Learner" in person.visit(web_app.url)
    web_app.wait(timeout=1)


@pytest.mark.parametrize("location", ["https://login.microsoftonline.com/common/oauth2/v2.0/authorize", None])
def test_nobody_signs_in_to_a_tenant_in_the_cloud(location, monkeypatch):
    class Redirecting(requests.Session):
        def get(self, url: str, allow_redirects: bool, timeout: float) -> SimpleNamespace:
            assert not allow_redirects
            return SimpleNamespace(headers={"Location": location} if location else {})

    monkeypatch.setattr(requests, "Session", Redirecting)
    monkeypatch.setattr(person, "visit", lambda url: pytest.fail("a page of the cloud was opened"))
    assert person.sign_in_to("http://localhost:1") is False


class InProcessSession:
    """As ``requests.Session``, for pages in this process; keeps what was posted."""

    def __init__(self, pages: InProcess):
        self.pages = pages
        self.posted: list[dict[str, str]] = []
        self.trust_env = True

    def mount(self, prefix: str, adapter: object) -> None:
        """There are no connections."""

    def get(self, url: str, timeout: float) -> SimpleNamespace:
        """Open a page."""
        return self._page(self.pages.get(url))

    def post(self, url: str, data: dict[str, str], timeout: float) -> SimpleNamespace:
        """Send a form."""
        self.posted.append(data)
        return self._page(
            self.pages.request("POST", url, headers=[("Content-Type", FORM)], content=urlencode(data).encode())
        )

    def _page(self, response: httpx.Response) -> SimpleNamespace:
        return SimpleNamespace(text=response.text, url=str(response.url))


@pytest.fixture
def session(practice, monkeypatch) -> InProcessSession:
    """What the person opens pages with: those of a tenant for several people, which gives no hint."""
    made = InProcessSession(practice.pages)
    monkeypatch.setattr(requests, "Session", lambda: made)
    monkeypatch.delenv("COURSE_PERSON_PASSWORD", raising=False)
    return made


def link(practice: Practice) -> str:
    """Where a sign-in to the seeded public client begins."""
    client_id = practice.seeded.public_client_id
    app = RelyingParty(authority=practice.authority, client_id=client_id, redirect_uri="http://localhost")
    return f"http://localhost:8400{app.link()}"


def test_without_a_hint_no_password_is_typed(session, practice):
    with pytest.raises(person.NoPassword, match="no password hint: it is not this run's own practice tenant"):
        person.visit(link(practice))
    assert session.posted
    assert not [form for form in session.posted if "password" in form]


def test_without_a_hint_the_password_of_the_environment_is_typed(session, practice, monkeypatch):
    monkeypatch.setenv("COURSE_PERSON_PASSWORD", practice.seeded.user_password)
    # The last answer of a sign-in leads to the app, which isn't there: an empty page without a form.
    assert person.visit(link(practice)) == ""
    typed = [form for form in session.posted if "password" in form]
    assert [(form["username"], form["password"]) for form in typed] == [(person.ACCOUNT, practice.seeded.user_password)]
    assert session.posted[-1]["decision"] == "accept"
    assert session.trust_env is False


def test_somebody_whose_password_is_wrong_gives_up(session, practice, monkeypatch):
    monkeypatch.setenv("COURSE_PERSON_PASSWORD", "not-the-password")
    assert "AADSTS50126" in person.visit(link(practice))
    assert len(session.posted) == person.MOST_STEPS


def test_a_hint_is_found_however_the_page_marks_it_up(practice, monkeypatch):
    hint = f"Every practice user's password is {practice.seeded.user_password}"
    ports = {"https_port": 8443, "http_port": 8400}
    app = PracticeTenant(practice.directory, **ports, run_token=RUN_TOKEN, password_hint=hint, clock=practice.clock)
    session = InProcessSession(InProcess(app=app, base_url="http://localhost:8400"))
    monkeypatch.setattr(requests, "Session", lambda: session)
    assert person.visit(link(practice)) == ""
    assert practice.seeded.user_password in {form.get("password") for form in session.posted}


def test_no_consent_for_everyone_is_given_by_accident():
    page = person.Page('<form action="consent"><input type="checkbox" name="everyone" value="yes"><button></form>')
    assert page.forms == [person.Form(action="consent", fields={}, buttons=[("", "")])]
