"""The authorization endpoint: what it refuses, whom it tells, and how an answer travels."""

import socket
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest

from practice_tenant.directory.seed import SeededValues
from tests.tenant.clients import FORM, InProcess
from tests.tenant.clock import Clock
from tests.tenant.person import Page, Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of

STATES = {
    "unicode": "é☃🙂 \u202e",
    "separators": "a&b=c;d?e#f/g+h%20i%",
    "markup": "\"'><script>alert(1)</script>&amp;&lt;",
    "JSON": '{"csrf": "a\\"b", "to": "/x?y=1&z=2"}',
    "4 KB": ("é&=+% " * 1_000)[:4_096],
}
BAD = {"scope": 'a"b'}


def assert_page(response: httpx.Response, code: int) -> None:
    """The person is told on a page, and the browser is sent nowhere."""
    assert 400 <= response.status_code < 500
    assert "Location" not in response.headers
    assert response.headers["Content-Type"].startswith("text/html")
    page = Page(response.text)
    assert f"AADSTS{code}: " in page.text
    assert page.action is None


def assert_told(response: httpx.Response, error: str, code: int) -> None:
    """The app is told, with the state it sent."""
    told = sent_back(response)
    assert (told.get("error"), told.get("state")) == (error, "a-state"), told
    assert told["error_description"].startswith(f"AADSTS{code}: ")
    assert "code" not in told


@pytest.mark.statement(32)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": None}, 900144),
        ({"client_id": "5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f00"}, 700016),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 700038),
        ({"client_id": "<b>"}, 700016),
        ({"redirect_uri": "https://evil.example"}, 50011),
    ],
    ids=str,
)
def test_an_unknown_client_or_redirect_uri_gets_a_page(desktop: RelyingParty, pages: InProcess, change, code: int):
    for extra in ({}, BAD, {"prompt": "none"}, {"response_mode": "form_post"}, {"response_type": "token"}):
        assert_page(pages.get(desktop.link(**change, **extra)), code)


@pytest.mark.statement(32)
@pytest.mark.parametrize(
    ("tenant_name", "code"), [("unknown.example", 90002), ("no tenant", 900023), ("common", 50194)]
)
def test_an_unknown_tenant_gets_a_page(desktop: RelyingParty, pages: InProcess, tenant_name: str, code: int):
    assert_page(pages.get(desktop.link(tenant=quote(tenant_name))), code)


@pytest.mark.statement(32)
@pytest.mark.parametrize("query", ["client_id=a&client_id=a", "client_id=%ff", "client_id=%zz", "state=%00", "&" * 9])
def test_a_query_that_can_be_read_in_two_ways_gets_a_page(desktop: RelyingParty, pages: InProcess, query: str):
    response = pages.get(f"{desktop.path()}?{query}")
    assert_page(response, 900144 if query == "&" * 9 else 9002313)


@pytest.mark.statement(36)
@pytest.mark.parametrize(
    ("response_type", "error", "code"),
    [
        (None, "invalid_request", 900144),
        *(
            (value, "unsupported_response_type", 700054)
            for value in ("token", "id_token", "code id_token", "code token", "CODE", "nothing", "code code")
        ),
    ],
)
def test_a_response_type_other_than_code_is_told_to_the_app(desktop, pages: InProcess, response_type, error, code):
    assert_told(pages.get(desktop.link(response_type=response_type)), error, code)


@pytest.mark.statement(37)
@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_state_comes_back_as_it_was_sent(learner: Person, desktop: RelyingParty, state: str, mode: str):
    good = sent_back(learner.sign_in(desktop.link(state=state, response_mode=mode)))
    assert (set(good), good["state"]) == ({"code", "state"}, state)
    refused = sent_back(learner.http.get(desktop.link(state=state, response_mode=mode, **BAD)))
    assert (refused.get("error"), refused.get("state")) == ("invalid_scope", state)


@pytest.mark.statement(37)
def test_no_state_comes_back_as_none(learner: Person, desktop: RelyingParty):
    assert "state" not in sent_back(learner.sign_in(desktop.link(state=None)))


@pytest.mark.statement(38)
def test_a_form_post_submits_itself_and_nothing_else(learner: Person, desktop: RelyingParty):
    uri = "http://localhost:49152"
    response = learner.sign_in(desktop.link(response_mode="form_post", redirect_uri=uri, state=STATES["markup"]))
    page = Page(response.text)
    assert page.action == uri
    assert set(page.fields) == {"code", "state"}
    assert len([tag for tag, _ in page.elements if tag == "script"]) == 1
    assert "document.forms[0].submit()" in page.text
    assert "no-store" in response.headers["Cache-Control"]
    policy = response.headers["Content-Security-Policy"]
    assert f"form-action 'self' {uri};" in policy and "unsafe-inline" not in policy


@pytest.mark.statement(38)
@pytest.mark.parametrize(("mode", "carried"), [("query", "query"), (None, "query"), ("fragment", "fragment")])
def test_an_answer_is_where_it_was_asked_for(learner: Person, website: RelyingParty, mode: str | None, carried: str):
    parts = urlsplit(learner.sign_in(website.link(response_mode=mode)).headers["Location"])
    assert parts._replace(query="", fragment="").geturl() == website.redirect_uri
    assert set(parse_qs(getattr(parts, carried))) == {"code", "state"}
    assert not getattr(parts, {"query": "fragment", "fragment": "query"}[carried])


@pytest.mark.statement(38)
@pytest.mark.parametrize("mode", ["web_message", "query.jwt", "QUERY", "form_post "])
def test_another_response_mode_is_an_error(desktop: RelyingParty, pages: InProcess, mode: str):
    assert_told(pages.get(desktop.link(response_mode=mode)), "invalid_request", 9002313)


@pytest.mark.statement(39)
def test_after_a_posted_sign_in_the_browser_comes_with_a_get(learner: Person, desktop: RelyingParty):
    accepted = learner.sign_in(desktop.link())
    again = learner.sign_in(desktop.link(prompt="login"))
    declined = learner.consent(learner.log_in(learner.http.get(desktop.link(prompt="consent"))), "decline")
    assert [response.status_code for response in (accepted, again, declined)] == [303, 303, 303]
    assert sent_back(declined)["error"] == "access_denied"


@pytest.mark.statement(40)
def test_a_sign_in_starts_with_get_or_post(learner: Person, desktop: RelyingParty):
    # An app on another origin makes this form; nothing is granted by it.
    headers = [("Content-Type", FORM), ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")]
    body = urlencode(desktop.request()).encode()
    posted = learner.http.request("POST", desktop.path(), headers=headers, content=body)
    for start in (posted, learner.http.get(desktop.link())):
        assert desktop.redeem(sent_back(learner.consent(learner.log_in(start)))["code"]).status_code == 200


@pytest.mark.statement(40)
def test_parameters_in_the_url_of_a_post_do_not_count(desktop: RelyingParty, pages: InProcess):
    assert_page(pages.request("POST", desktop.link(), headers=[("Content-Type", FORM)]), 900144)


@pytest.mark.statement(51)
def test_prompt_none_shows_no_page(desktop: RelyingParty, pages: InProcess):
    for extra in ({}, {"login_hint": "learner@practice.example"}, {"response_mode": "form_post"}):
        assert_told(pages.get(desktop.link(prompt="none", **extra)), "login_required", 50058)


@pytest.mark.statement(51)
@pytest.mark.parametrize("prompt", ["none login", "login none", "none consent", "none none login", "nothing", "LOGIN"])
def test_prompt_none_excludes_others_and_unknown_ones_are_errors(desktop, pages: InProcess, prompt: str):
    assert_told(pages.get(desktop.link(prompt=prompt)), "invalid_request", 9002313)


def test_max_age_has_the_id_token_say_when_the_person_signed_in(learner: Person, desktop: RelyingParty, clock: Clock):
    """OpenID Connect Core section 3.1.2.1."""
    code = sent_back(learner.sign_in(desktop.link(max_age="0")))["code"]
    assert parts_of(desktop.redeem(code).json()["id_token"])[1]["auth_time"] == int(clock())
    without = sent_back(learner.sign_in(desktop.link()))["code"]
    assert "auth_time" not in parts_of(desktop.redeem(without).json()["id_token"])[1]


@pytest.mark.parametrize("max_age", ["-1", "an hour", "1.5", "٣"])
def test_a_max_age_that_is_no_number_of_seconds_is_an_error(desktop: RelyingParty, pages: InProcess, max_age: str):
    assert_told(pages.get(desktop.link(max_age=max_age)), "invalid_request", 9002313)


@pytest.mark.parametrize(
    ("hint", "shown"), [("contoso.com", "contoso.com"), ("practice.example", "practice.example"), ("no.example", None)]
)
def test_a_domain_hint_says_whose_accounts_an_audience_shows(pages: InProcess, foreign, hint: str, shown: str | None):
    page = pages.get(foreign(tenant="organizations", domain_hint=hint)).text
    assert f"learner@{shown or 'practice.example'}" in page


@pytest.mark.statement(52)
@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_request_objects_are_refused_unread(desktop: RelyingParty, pages: InProcess, name: str):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/request.jwt"
        value = {"request": "e30.e30.", "request_uri": address}[name]
        assert_told(pages.get(desktop.link(**{name: value})), f"{name}_not_supported", 9002313)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.fixture
def foreign(desktop: RelyingParty, seeded: SeededValues) -> Callable[..., str]:
    """Links to sign in to an app that another organization registered and nobody in this one knows."""
    app = replace(desktop, client_id=seeded.multi_tenant_desktop_client_id)
    return lambda **changes: app.link(**{"tenant": seeded.other_tenant_domain} | changes)


@pytest.mark.statement(59)
def test_entra_tells_every_registered_app(pages: InProcess, foreign):
    assert_told(pages.get(foreign(**BAD)), "invalid_scope", 70011)


@pytest.mark.statement(59)
@pytest.mark.parametrize(
    ("query", "target"),
    [
        ({"post_logout_redirect_uri": "https://evil.example"}, None),
        ({"post_logout_redirect_uri": "{back}"}, None),
        ({"post_logout_redirect_uri": "{back}.evil.example", "client_id": "{client}"}, None),
        ({"post_logout_redirect_uri": "//evil.example", "client_id": "{client}"}, None),
        ({"post_logout_redirect_uri": "{back}", "client_id": "unknown"}, None),
        ({"post_logout_redirect_uri": "{back}", "id_token_hint": "e30.e30.e30"}, None),
        (
            {"post_logout_redirect_uri": "{back}", "client_id": "{client}", "state": "é&"},
            "{back}?state=%C3%A9%26",
        ),
    ],
    ids=str,
)
def test_signing_out_leads_to_registered_uris_only(pages: InProcess, website, query: dict, target: str | None):
    known = {"client": website.client_id, "back": website.redirect_uri}
    query = {name: value.format(**known) for name, value in query.items()}
    response = pages.get(f"/{website.authority.tenant}/oauth2/v2.0/logout?{urlencode(query)}")
    assert response.headers.get("Location") == (target and target.format(**known))
    assert response.status_code == (303 if target else 200)
