"""The pages that people use: not framed, not scripted, not read and not posted to by any other page."""

import base64
import hashlib
import re
from urllib.parse import quote, urlencode

import httpx
import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.clients import InProcess
from tests.tenant.clock import Clock
from tests.tenant.person import Page, Person
from tests.tenant.relying_party import RelyingParty

HOSTILE = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}</style>"
OWN = "http://localhost:8400"


@pytest.fixture
def device(desktop: RelyingParty) -> dict:
    """A device that waits for somebody to approve."""
    return desktop.ask_device_code().json()


@pytest.fixture
def every_page(learner: Person, desktop: RelyingParty, device: dict) -> dict[str, httpx.Response]:
    """A response with each page, as a person meets them; later ones come of a form."""
    get, submit = learner.http.get, learner.submit
    asked = submit(get("/devicelogin"), user_code=device["user_code"])
    consent = learner.log_in(get(desktop.link(response_mode="form_post")))
    confirm = learner.consent(learner.log_in(asked))
    pages = {
        "home": get("/"),
        "accounts": get(desktop.link()),
        "unknown account": learner.submit(get(desktop.link(login_hint="nobody@practice.example")), password="x"),
        "password": get(desktop.link(login_hint=learner.username)),
        "wrong password": submit(get(desktop.link(login_hint=learner.username)), password="x", decision="sign-in"),
        "consent": consent,
        "form post": learner.consent(consent),
        "no new accounts": get(desktop.link(prompt="create")),
        "device code": get("/devicelogin"),
        "wrong device code": submit(get("/devicelogin"), user_code="BCDFGHJKL"),
        "device confirmation": confirm,
        "device done": submit(confirm, decision="accept"),
        "signed out": get(f"/{desktop.authority.tenant}/oauth2/v2.0/logout"),
        "error": get(desktop.link(client_id="unknown")),
        "forbidden": learner.post("/consent", {"ctx": "unknown"}),
        "missing": get("/nothing"),
        "method": learner.http.request("DELETE", "/devicelogin"),
    }
    assert {response.headers["Content-Type"] for response in pages.values()} == {"text/html; charset=utf-8"}
    return pages


@pytest.fixture
def owner_pages(directory: Directory, clock: Clock, seeded: SeededValues) -> dict[str, httpx.Response]:
    """The pages that only the owner of a run is shown."""
    app = PracticeTenant(directory, https_port=8443, http_port=8400, run_token="t", pages_key="key", clock=clock)
    pages = InProcess(app=app, base_url=f"{OWN}/key")
    found = {name: pages.get(f"/portal{name}") for name in ("", f"/{seeded.client_id}", "/unknown")}
    assert [response.status_code for response in found.values()] == [200, 200, 404]
    return found


@pytest.mark.statement(53, 55)
def test_no_page_is_framed_or_tells_where_it_was(every_page, owner_pages):
    for name, response in (every_page | owner_pages).items():
        headers = response.headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], name
        assert headers["X-Frame-Options"] == "DENY", name
        assert headers["Referrer-Policy"] == "same-origin", name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert "no-store" in headers["Cache-Control"], name
        assert "Set-Cookie" not in headers, name


@pytest.mark.statement(54, 55)
def test_a_page_runs_and_loads_what_is_its_own_only(every_page, owner_pages):
    for name, response in (every_page | owner_pages).items():
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "base-uri 'none'" in policy, name
        inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", response.text, re.DOTALL)
        for text in inline:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy, name
        for tag, attributes in Page(response.text).elements:
            assert not any(attribute.startswith("on") or attribute == "style" for attribute in attributes), name
            assert tag not in ("link", "iframe", "img", "object", "base") and "src" not in attributes, name


@pytest.mark.statement(57)
def test_no_page_can_be_read_by_another_origin(learner: Person, desktop: RelyingParty, pages: InProcess):
    origin = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST")]
    paths = [desktop.link(), desktop.link(prompt="none"), desktop.path(), "/devicelogin", "/login", "/consent", "/"]
    for method in ("GET", "POST", "OPTIONS"):
        for path in paths:
            response = pages.request(method, path, headers=origin)
            assert response.status_code < 500
            assert not [name for name in response.headers if name.lower().startswith("access-control")], path


@pytest.mark.statement(54)
@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "scope", "state", "login_hint", "claims", "nonce"])
def test_no_parameter_becomes_markup(learner: Person, desktop: RelyingParty, pages: InProcess, name: str):
    for mode in ("query", "form_post"):
        response = pages.get(desktop.link(**{"response_mode": mode, name: HOSTILE}))
        assert response.status_code < 500
        if response.status_code != 303:
            assert_inert(response)
            if Page(response.text).action == "login":
                assert_inert(learner.log_in(response))


@pytest.mark.statement(54)
def test_no_address_or_typed_text_becomes_markup(learner: Person, desktop: RelyingParty, pages: InProcess):
    for response in (
        pages.get(desktop.link(tenant=quote(HOSTILE.replace("/", "")))),
        pages.get(f"/{quote(HOSTILE)}"),
        pages.get("/devicelogin?" + urlencode({"otc": HOSTILE})),
        learner.submit(pages.get("/devicelogin"), user_code=HOSTILE),
        learner.submit(pages.get(desktop.link()), username=HOSTILE),
        learner.submit(pages.get(desktop.link()), username=HOSTILE, password=HOSTILE, decision="sign-in"),
        pages.get(f"/{desktop.authority.tenant}/oauth2/v2.0/logout?post_logout_redirect_uri={quote(HOSTILE)}"),
    ):
        assert_inert(response)


@pytest.mark.statement(54)
def test_no_apps_name_becomes_markup(learner: Person, desktop: RelyingParty, directory: Directory, device: dict):
    directory.database.change("UPDATE application SET display_name = ? WHERE app_id = ?", HOSTILE, desktop.client_id)
    accounts = learner.http.get(desktop.link())
    password = learner.submit(accounts, username=learner.username)
    consent = learner.log_in(password)
    confirm = learner.log_in(learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"]))
    for response in (accounts, password, consent, confirm, learner.consent(confirm)):
        assert HOSTILE in Page(response.text).text
        assert_inert(response)


def assert_inert(response: httpx.Response) -> None:
    """The hostile text is text: it made no element and no attribute."""
    page = Page(response.text)
    tags = [tag for tag, _ in page.elements]
    assert "img" not in tags and tags.count("style") == 1, response.text
    assert tags.count("script") == response.text.count("document.forms[0].submit()")
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
