"""Scripts of pages: they redeem codes of single-page apps, their own, and never with a client's credential."""

from dataclasses import replace

import pytest

from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.certificate import as_form
from tests.tenant.clients import Authority
from tests.tenant.clock import Clock
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back

PAGE = "https://page.example"
FROM_PAGE = [("Origin", PAGE)]
DAY = 24 * 3600
OTHERS = ["https://evil.example", "https://page.example.evil.example", "http://page.example", "null", f"{PAGE}:444"]


@pytest.fixture
def page(directory: Directory, desktop: RelyingParty) -> RelyingParty:
    """The desktop app, registered as a single-page app too."""
    lists = '"spa_redirect_uris": ["https://page.example/app"]'
    directory.database.change("UPDATE application SET lists = replace(lists, ?, ?)", '"spa_redirect_uris": []', lists)
    assert directory.application(app_id=desktop.client_id).spa_redirect_uris == (f"{PAGE}/app",)
    return replace(desktop, redirect_uri=f"{PAGE}/app")


@pytest.fixture
def code(learner: Person, page: RelyingParty) -> str:
    """A code that the page was sent."""
    return sent_back(learner.sign_in(page.link(response_mode="fragment")))["code"]


@pytest.mark.statement(58)
def test_a_page_redeems_its_code_and_reads_the_answer(page: RelyingParty, code: str):
    response = page.redeem(code, headers=FROM_PAGE)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert response.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in response.headers
    again = page.refresh(response.json()["refresh_token"], headers=FROM_PAGE)
    assert (again.status_code, again.headers["Access-Control-Allow-Origin"]) == (200, PAGE)


@pytest.mark.statement(58)
@pytest.mark.parametrize("origin", OTHERS)
def test_another_page_redeems_nothing(page: RelyingParty, code: str, origin: str):
    response = page.redeem(code, headers=[("Origin", origin)])
    assert_refused(response, 400, "invalid_request", 9002326)
    assert "Access-Control-Allow-Origin" not in response.headers
    assert page.redeem(code, headers=FROM_PAGE).status_code == 200, "the try doesn't use it up"


@pytest.mark.statement(58)
def test_a_programs_code_is_not_redeemed_by_a_page(learner: Person, desktop: RelyingParty, page: RelyingParty):
    code = sent_back(learner.sign_in(desktop.link()))["code"]
    response = desktop.redeem(code, headers=FROM_PAGE)
    assert_refused(response, 400, "invalid_request", 9002326)
    assert desktop.redeem(code).status_code == 200


@pytest.mark.statement(58)
def test_a_pages_code_is_not_redeemed_by_a_program(page: RelyingParty, code: str):
    assert_refused(page.redeem(code), 400, "invalid_request", 9002327)


@pytest.mark.statement(131)
def test_a_pages_refresh_token_is_not_redeemed_by_a_program(page: RelyingParty, code: str, directory: Directory):
    token = page.redeem(code, headers=FROM_PAGE).json()["refresh_token"]
    for _ in range(2):
        assert_refused(page.refresh(token), 400, "invalid_request", 9002327)
        assert_refused(page.refresh(token, client_secret="any"), 400, "invalid_request", 9002327)
        for origin in OTHERS:
            assert_refused(page.refresh(token, headers=[("Origin", origin)]), 400, "invalid_request", 9002326)
        token = page.refresh(token, headers=FROM_PAGE).json()["refresh_token"]


@pytest.mark.statement(131)
def test_a_programs_grants_are_not_for_pages(learner: Person, desktop: RelyingParty, page: RelyingParty, seeded):
    token = desktop.redeem(sent_back(learner.sign_in(desktop.link()))["code"]).json()["refresh_token"]
    device = desktop.ask_device_code().json()
    learner.approve(device)
    password = {"username": learner.username, "password": learner.password, "scope": "User.Read"}
    for answer in (
        desktop.refresh(token, headers=FROM_PAGE),
        desktop.poll(device, headers=FROM_PAGE),
        desktop.token(grant_type="password", headers=FROM_PAGE, **password),
        desktop.token(grant_type="client_credentials", headers=FROM_PAGE, scope="https://graph.microsoft.com/.default"),
        desktop.on_behalf_of("assertion", headers=FROM_PAGE),
    ):
        assert_refused(answer, 400, "invalid_request", 9002326)
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert desktop.refresh(token).status_code == desktop.poll(device).status_code == 200


@pytest.mark.statement(131)
def test_a_pages_refresh_tokens_end_together_a_day_after_the_first(page: RelyingParty, code: str, clock: Clock):
    first = page.redeem(code, headers=FROM_PAGE).json()["refresh_token"]
    clock.advance(DAY - 60)
    second = page.refresh(first, headers=FROM_PAGE).json()["refresh_token"]
    clock.advance(59)
    third = page.refresh(second, headers=FROM_PAGE).json()["refresh_token"]
    clock.advance(1)
    for token in (first, second, third):
        response = page.refresh(token, headers=FROM_PAGE)
        assert_refused(response, 400, "invalid_grant", 700084)
        assert response.json()["suberror"] == "bad_token"


@pytest.mark.statement(131)
def test_a_programs_refresh_token_lasts_longer(learner: Person, desktop: RelyingParty, page, clock: Clock):
    token = desktop.redeem(sent_back(learner.sign_in(desktop.link()))["code"]).json()["refresh_token"]
    clock.advance(DAY)
    assert desktop.refresh(token).status_code == 200


@pytest.mark.statement(58)
@pytest.mark.parametrize("origin", [PAGE, "null", "https://evil.example"])
def test_a_credential_and_an_origin_do_not_go_together(authority: Authority, form: dict, page, origin: str):
    for credential in ({}, {"client_secret": ""} | as_form("e30.e30.e30"), {"client_secret": "wrong"}):
        response = authority.token(form | credential, headers=[("Origin", origin)])
        assert response.status_code in (400, 401)
        assert "access_token" not in response.json()
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.statement(58)
def test_what_a_browser_asks_beforehand_promises_no_credentials(authority: Authority):
    headers = [("Origin", PAGE), ("Access-Control-Request-Method", "POST")]
    response = authority.http.request("OPTIONS", f"/{authority.tenant}/oauth2/v2.0/token", headers=headers)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert "authorization" not in response.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.statement(58)
def test_a_single_page_app_needs_pkce(learner: Person, page: RelyingParty):
    for change in ({"code_challenge": None, "code_challenge_method": None}, {"code_challenge": None}):
        assert sent_back(learner.http.get(page.link(**change))).get("error") == "invalid_request"
