"""Public or confidential: the platform of the redirect URI decides, and the flag only where no redirect URI takes part."""

from dataclasses import replace

import pytest

from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.apps import register, with_secret
from tests.tenant.certificate import as_form, assertion_claims, new_certificate
from tests.tenant.clock import START
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back

WEB, DESKTOP, PAGE = "https://app.example/back", "http://localhost/back", "https://page.example/back"
FROM_PAGE = (("Origin", "https://page.example"),)
# Each platform's answer, without a credential and with one: an AADSTS code, or None for tokens.
PLATFORMS = {WEB: (7000218, None), DESKTOP: (None, 700025), PAGE: (9002327, 9002327)}
WRONG = "Wrong~canary-canary-canary-canary-canary"


def assert_answered(response, code: int | None) -> None:
    """The response has tokens, or the AADSTS code."""
    body = response.json()
    assert body.get("error_codes") == (code and [code]), body
    assert ("access_token" in body) is (code is None)


def code_for(client: RelyingParty, person: Person, **changes: str) -> str:
    """The code of a sign-in."""
    return sent_back(person.sign_in(client.link(**changes)))["code"]


@pytest.fixture(params=[False, True], ids=["public flows = No", "public flows = Yes"])
def allowed(request: pytest.FixtureRequest) -> bool:
    """Whether the registration allows public client flows."""
    return request.param


@pytest.fixture
def app(directory: Directory, desktop: RelyingParty, allowed: bool) -> RelyingParty:
    """An app with a redirect URI on each platform."""
    uris = {"web_redirect_uris": (WEB,), "public_redirect_uris": (DESKTOP,), "spa_redirect_uris": (PAGE,)}
    return register(directory, desktop, public_client=allowed, **uris)


@pytest.mark.statement(129)
@pytest.mark.parametrize("uri", PLATFORMS)
def test_the_platform_of_the_redirect_uri_decides(app: RelyingParty, learner: Person, uri: str):
    app = replace(app, redirect_uri=uri)
    without, with_one = PLATFORMS[uri]
    for client, expected in ((app, without), (with_secret(app), with_one)):
        assert_answered(client.redeem(code_for(app, learner)), expected)


@pytest.mark.statement(129)
def test_a_refused_client_does_not_use_up_the_code(app: RelyingParty, learner: Person):
    web, desktop = replace(app, redirect_uri=WEB), replace(app, redirect_uri=DESKTOP)
    code = code_for(web, learner)
    assert_refused(web.redeem(code), 401, "invalid_client", 7000218)
    assert_refused(web.redeem(code, client_secret=WRONG), 401, "invalid_client", 7000215)
    assert with_secret(web).redeem(code).status_code == 200
    code = code_for(desktop, learner)
    assert_refused(with_secret(desktop).redeem(code), 401, "invalid_client", 700025)
    assert desktop.redeem(code).status_code == 200


@pytest.mark.statement(129)
def test_a_redemption_names_no_platform_of_its_own(app: RelyingParty, learner: Person):
    # The code was sent to the web platform, whatever the redemption says.
    code = code_for(replace(app, redirect_uri=WEB), learner)
    for uri in (DESKTOP, PAGE, None):
        response = app.redeem(code, redirect_uri=uri)
        assert_refused(response, 401, "invalid_client", 7000218)


@pytest.mark.statement(129)
def test_a_request_without_a_redirect_uri_goes_by_the_registered_one(
    directory: Directory, desktop: RelyingParty, learner: Person, allowed: bool
):
    web = register(directory, desktop, public_client=allowed, web_redirect_uris=(WEB,))
    code = code_for(web, learner, redirect_uri=None)
    assert_refused(web.redeem(code, redirect_uri=None), 401, "invalid_client", 7000218)
    assert with_secret(web).redeem(code, redirect_uri=None).status_code == 200


@pytest.mark.statement(129)
def test_on_loopback_the_same_text_counts_before_another_port(
    directory: Directory, desktop: RelyingParty, learner: Person
):
    uris = {"web_redirect_uris": ("http://localhost:5000",), "public_redirect_uris": ("http://localhost",)}
    app = register(directory, desktop, **uris)
    for uri, expected in (("http://localhost:5000", 7000218), ("http://localhost", None)):
        one = replace(app, redirect_uri=uri)
        assert_answered(one.redeem(code_for(one, learner)), expected)


@pytest.mark.statement(129)
def test_a_page_redeems_its_code_whatever_the_flag_says(app: RelyingParty, learner: Person):
    page = replace(app, redirect_uri=PAGE)
    assert page.redeem(code_for(page, learner), headers=FROM_PAGE).status_code == 200
    refused = with_secret(page).redeem(code_for(page, learner), headers=FROM_PAGE)
    assert_refused(refused, 400, "invalid_request", 9002326)


@pytest.mark.statement(129)
def test_an_app_acts_on_its_own_behalf_whatever_the_flag_says(app: RelyingParty, directory: Directory):
    own = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    assert_answered(with_secret(app).token(**own), None)
    assert_answered(app.token(**own, client_secret=WRONG), 7000215)
    assert_answered(app.token(**own), 7000216)
    certificate = new_certificate(START)
    directory.add_key(app.client_id, certificate.credential)
    audience = f"https://login.microsoftonline.com/{app.authority.tenant}/oauth2/v2.0/token"
    assertion = certificate.sign(assertion_claims(app.client_id, audience, START), algorithm="PS256")
    assert_answered(app.token(**own, **as_form(assertion)), None)


@pytest.mark.statement(129)
def test_on_behalf_of_wants_a_credential_whatever_the_flag_says(
    app: RelyingParty, directory: Directory, learner: Person, desktop: RelyingParty
):
    api = directory.application(app_id=app.client_id)
    scope = replace(directory.application(app_id=desktop.client_id).required_permissions[0])
    directory.change_application(replace(api, required_permissions=(scope,)))
    desktop_of_app = replace(app, redirect_uri=DESKTOP)
    body = desktop_of_app.redeem(code_for(desktop_of_app, learner, scope=f"{app.client_id}/.default openid")).json()
    assertion = body["access_token"]
    assert_refused(app.on_behalf_of(assertion), 401, "invalid_client", 7000218)
    assert_refused(app.on_behalf_of(assertion, client_secret=WRONG), 401, "invalid_client", 7000215)
    # The credential was taken; consent is another matter.
    assert with_secret(app).on_behalf_of(assertion).json().get("error_codes") in (None, [65001])


@pytest.mark.statement(129)
def test_where_no_redirect_uri_takes_part_the_flag_decides(app: RelyingParty, learner: Person, allowed: bool):
    code_for(replace(app, redirect_uri=DESKTOP), learner)  # consent
    without, with_one = (None, 700025) if allowed else (7000218, None)
    password = {"grant_type": "password", "username": learner.username, "password": learner.password}
    for client, expected in ((app, without), (with_secret(app), with_one)):
        assert_answered(client.token(**password, scope="User.Read"), expected)
        device = client.ask_device_code().json()
        learner.approve(device)
        assert_answered(client.poll(device), expected)


@pytest.mark.statement(130)
@pytest.mark.parametrize("uri", [WEB, DESKTOP])
def test_a_refresh_follows_the_sign_in(app: RelyingParty, learner: Person, uri: str):
    app = replace(app, redirect_uri=uri)
    without, with_one = PLATFORMS[uri]
    good = app if without is None else with_secret(app)
    body = good.redeem(code_for(app, learner)).json()
    assert "refresh_token" in body, body
    token = body["refresh_token"]
    for _ in range(2):
        assert_answered(app.refresh(token), without)
        assert_answered(with_secret(app).refresh(token), with_one)
        # What a refresh names as its redirect URI makes no other client of it.
        for other in PLATFORMS:
            assert_answered(app.refresh(token, redirect_uri=other), without)
        token = good.refresh(token).json()["refresh_token"]


@pytest.mark.statement(130)
def test_a_refresh_follows_a_grant_without_redirect_uri(app: RelyingParty, learner: Person, allowed: bool):
    code_for(replace(app, redirect_uri=DESKTOP), learner)  # consent
    without, with_one = (None, 700025) if allowed else (7000218, None)
    good = app if allowed else with_secret(app)
    device = good.ask_device_code().json()
    learner.approve(device)
    password = {"grant_type": "password", "username": learner.username, "password": learner.password}
    scope = "User.Read offline_access"
    for body in (good.poll(device).json(), good.token(**password, scope=scope).json()):
        assert_answered(app.refresh(body["refresh_token"]), without)
        assert_answered(with_secret(app).refresh(body["refresh_token"]), with_one)


@pytest.mark.statement(130)
def test_a_token_of_an_older_version_goes_by_the_flag(app: RelyingParty, learner: Person, directory, allowed: bool):
    desktop = replace(app, redirect_uri=DESKTOP)
    token = desktop.redeem(code_for(desktop, learner)).json()["refresh_token"]
    content = directory.issued("refresh_token", token).content
    del content["platform"]
    directory.change_issued("refresh_token", token, content)
    assert_answered(app.refresh(token), None if allowed else 7000218)


@pytest.mark.statement(129)
@pytest.mark.parametrize(("uri", "code"), [(WEB, 7000218), (DESKTOP, 9002313), (None, 7000218)])
def test_an_unknown_code_goes_by_its_redirect_uri(directory: Directory, desktop: RelyingParty, uri, code):
    app = register(directory, desktop, web_redirect_uris=(WEB,), public_redirect_uris=(DESKTOP,))
    assert_answered(app.redeem("unknown", redirect_uri=uri), code)
