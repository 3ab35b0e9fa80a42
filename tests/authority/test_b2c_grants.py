"""Redeeming at a user flow of Azure AD B2C, and what its refusals look like."""

from dataclasses import replace

import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from practice_tenant.faults import Failed, Fault, Throttled
from tests.tenant.b2c import FLOW, SECRET, SHOP_CLIENT_ID, assert_b2c_description, assert_b2c_refused, began, code_for
from tests.tenant.certificate import ASSERTION_TYPE
from tests.tenant.clients import InProcess
from tests.tenant.clock import START, Clock
from tests.tenant.person import Page, Person
from tests.tenant.practice import CONTROL_TOKEN
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of

DAY = 24 * 3600


@pytest.mark.statement(105)
def test_a_code_counts_once_for_its_app_its_redirect_uri_and_five_minutes(
    customer_app: RelyingParty, shop: RelyingParty, learner: Person, clock: Clock
):
    code = code_for(customer_app, learner)
    assert_b2c_refused(shop.redeem(code), "invalid_grant", 90279)
    assert_b2c_refused(customer_app.redeem(code, redirect_uri="http://localhost:9"), "invalid_request", 90006)
    refresh_token = customer_app.redeem(code).json()["refresh_token"]
    assert_b2c_refused(customer_app.redeem(code), "invalid_grant", 90129)
    assert_b2c_refused(customer_app.refresh(refresh_token), "invalid_grant", 90090)
    late = code_for(customer_app, learner)
    clock.advance(300)
    answer = customer_app.redeem(late)
    assert_b2c_refused(answer, "invalid_grant", 90080)
    times = f"Current time: {START + 300}, Grant issued time: {START}, Grant expiration time: {START + 300}"
    assert times in answer.json()["error_description"]


@pytest.mark.statement(105)
@pytest.mark.parametrize(
    ("verifier", "code"), [(None, 90183), ("another-verifier-of-43-characters-or-more-012", 90182), ("short", 90182)]
)
def test_a_code_with_a_challenge_wants_its_verifier(customer_app: RelyingParty, learner: Person, verifier, code: int):
    answer = customer_app.redeem(code_for(customer_app, learner), code_verifier=verifier)
    assert_b2c_refused(answer, "invalid_grant", code)


@pytest.mark.statement(105)
def test_a_verifier_without_a_challenge_is_refused(customer_app: RelyingParty, learner: Person):
    code = code_for(customer_app, learner, code_challenge=None, code_challenge_method=None)
    assert_b2c_refused(customer_app.redeem(code), "invalid_grant", 90182)
    assert customer_app.redeem(code, code_verifier=None).status_code == 200


@pytest.mark.statement(105)
def test_a_refresh_token_lasts_two_weeks_and_a_sign_in_ninety_days(
    customer_app: RelyingParty, learner: Person, clock: Clock
):
    token = customer_app.redeem(code_for(customer_app, learner)).json()["refresh_token"]
    clock.advance(14 * DAY - 1)
    body = customer_app.refresh(token).json()
    assert parts_of(body["id_token"])[1]["auth_time"] == START
    clock.advance(1)
    assert_b2c_refused(customer_app.refresh(token), "invalid_grant", 90080)
    for _ in range(5):
        body = customer_app.refresh(body["refresh_token"]).json()
        clock.advance(13 * DAY)
    assert body["refresh_token_expires_in"] == 14 * DAY
    body = customer_app.refresh(body["refresh_token"]).json()
    assert body["refresh_token_expires_in"] == (90 - 14 - 5 * 13) * DAY
    clock.advance(11 * DAY)
    assert_b2c_refused(customer_app.refresh(body["refresh_token"]), "invalid_grant", 90080)


@pytest.mark.statement(105)
def test_the_platform_of_a_redirect_uri_decides_about_the_secret(
    customer_app: RelyingParty, shop: RelyingParty, learner: Person, directory: Directory, clock: Clock
):
    code = code_for(shop, learner)
    assert_b2c_refused(shop.redeem(code, client_secret=None), "invalid_request", 90079)
    assert_b2c_refused(shop.redeem(code, client_secret="Practice~another"), "invalid_client", 90081)
    assertion = {"client_assertion": "a.b.c", "client_assertion_type": ASSERTION_TYPE}
    assert_b2c_refused(shop.redeem(code, client_secret=None, **assertion), "invalid_client", 90017)
    assert shop.redeem(code).status_code == 200
    of_public = code_for(customer_app, learner)
    assert_b2c_refused(customer_app.redeem(of_public, client_secret=SECRET), "invalid_request", 90084)
    clock.advance(directory.passwords(SHOP_CLIENT_ID)[0].end - clock())
    assert_b2c_refused(shop.redeem(code_for(shop, learner)), "invalid_client", 90081)


@pytest.mark.statement(105)
def test_a_person_who_is_gone_gets_no_more_tokens(
    customer_app: RelyingParty, learner: Person, directory: Directory, monkeypatch: pytest.MonkeyPatch
):
    token = customer_app.redeem(code_for(customer_app, learner)).json()["refresh_token"]
    monkeypatch.setattr(Directory, "user", lambda *_: None)
    assert_b2c_refused(customer_app.refresh(token), "invalid_grant", 90128)


@pytest.mark.statement(106)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": None}, 90008),
        ({"client_id": "00000000-0000-0000-0000-000000000001"}, 90018),
        ({"client_id": SeededValues.public_client_id}, 90068),
        ({"client_id": SeededValues.multi_tenant_desktop_client_id}, 90068),
        ({"redirect_uri": "https://evil.example"}, 90006),
        ({"redirect_uri": None}, 90083),
    ],
)
def test_until_app_and_redirect_uri_belong_together_a_page_tells(
    customer_app: RelyingParty, pages: InProcess, changes: dict, code: int
):
    answer = pages.get(began(customer_app, **changes))
    assert answer.status_code == 400
    assert f"AADB2C{code}: " in Page(answer.text).text
    assert "Location" not in answer.headers


@pytest.mark.statement(106)
def test_another_tenants_app_is_not_registered_here(
    customer_app: RelyingParty, pages: InProcess, directory: Directory, seeded: SeededValues
):
    app_id = "3e7a9c15-60d8-4b2f-8f41-c2b6d5e09a73"
    foreign = replace(directory.application(app_id=seeded.customer_client_id), id=app_id, app_id=app_id)
    directory.add_application(replace(foreign, tenant_id=seeded.other_tenant_id))
    assert "AADB2C90018: " in Page(pages.get(began(customer_app, client_id=app_id)).text).text


@pytest.mark.statement(106)
@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"response_type": None}, "invalid_request", 90083),
        ({"response_type": "token"}, "unsupported_response_type", 90013),
        ({"response_mode": "web_message"}, "invalid_request", 90014),
        ({"code_challenge_method": "S512"}, "invalid_request", 90184),
        ({"prompt": "none"}, "interaction_required", 90077),
        ({"prompt": "none login"}, "invalid_request", 90043),
        ({"prompt": "create"}, "invalid_request", 90043),
    ],
)
def test_what_is_wrong_with_the_request_is_told_to_the_app(
    customer_app: RelyingParty, pages: InProcess, changes: dict, error: str, code: int
):
    told = sent_back(pages.get(began(customer_app, **changes)))
    assert (told.get("error"), told.get("state")) == (error, "a-state")
    assert_b2c_description(told["error_description"], code)


@pytest.mark.statement(106)
def test_a_wrong_name_or_password_stays_on_the_page(customer_app: RelyingParty, learner: Person):
    def told(person: Person) -> str:
        return Page(person.log_in(person.http.get(began(customer_app))).text).text

    assert "Your password is incorrect." in told(replace(learner, password="wrong"))
    for nobody in ("nobody@practice.example", "learner@contoso.com"):
        assert "We can't seem to find your account." in told(replace(learner, username=nobody))


@pytest.mark.statement(106)
@pytest.mark.parametrize(
    ("form", "error", "code"),
    [
        ({}, "invalid_request", 90083),
        ({"grant_type": "authorization_code"}, "invalid_request", 90083),
        ({"grant_type": "authorization_code", "client_id": SeededValues.customer_client_id}, "invalid_request", 90083),
        ({"grant_type": "client_credentials", "client_id": "x"}, "unsupported_grant_type", 90086),
        ({"grant_type": "refresh_token", "client_id": "x", "refresh_token": "x"}, "unauthorized_client", 90018),
        (b"grant_type=a&grant_type=b", "invalid_request", 90122),
        (b"%ff=%zz", "invalid_request", 90122),
        ({"client_secret": "x", "client_assertion": "y", "grant_type": "refresh_token"}, "invalid_request", 90122),
    ],
)
def test_a_token_request_that_makes_no_sense_is_refused(customer_app: RelyingParty, form, error: str, code: int):
    assert_b2c_refused(customer_app.authority.token(form), error, code)


@pytest.mark.statement(106)
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Throttled(endpoint="token", retry_after=7), 429, 90244),
        (Failed(endpoint="token", status=503, retry_after=7), 503, 90035),
    ],
)
def test_a_fault_that_is_switched_on_is_told_in_b2cs_words(
    tenant: PracticeTenant, customer_app: RelyingParty, learner: Person, fault: Fault, status: int, code: int
):
    tenant.faults.add(fault)
    code_of_sign_in = code_for(customer_app, learner)
    answer = customer_app.redeem(code_of_sign_in)
    assert_b2c_refused(answer, "temporarily_unavailable", code, status=status)
    assert answer.headers["Retry-After"] == "7"
    assert customer_app.redeem(code_of_sign_in).status_code == 200


@pytest.mark.statement(106)
def test_only_a_post_redeems_and_a_large_form_is_not_read(customer_app: RelyingParty, b2c: InProcess):
    assert b2c.get(f"/{FLOW}/oauth2/v2.0/token").status_code == 405
    answer = customer_app.authority.token(b"a=" + b"x" * 70_000)
    assert_b2c_refused(answer, "invalid_request", 90122, status=413)


def test_requests_are_counted_under_the_app_that_sent_them(
    customer_app: RelyingParty, learner: Person, localhost: InProcess
):
    customer_app.redeem(code_for(customer_app, learner))
    for endpoint in ("authorize", "token"):
        path = f"/control/requests?endpoint={endpoint}&client_id={customer_app.client_id}"
        answer = localhost.get(path, headers=[("Authorization", f"Bearer {CONTROL_TOKEN}")])
        assert answer.json() == {"requests": 1}
