"""The APIs of a sign-in: what ``/.default`` stands for, several APIs at once, and the app's own."""

from dataclasses import replace

import pytest

from practice_tenant import SeededValues
from practice_tenant.directory.objects import RequiredPermission
from practice_tenant.directory.permissions import GRAPH_APP_ID
from practice_tenant.directory.seeded_applications import RECORDS_READ_ALL
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clients import InProcess
from tests.tenant.person import Page, Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of

GRAPH = "https://graph.microsoft.com"
OIDC = "openid profile offline_access"


def redeemed(client: RelyingParty, person: Person, **changes: str) -> dict:
    """The token response for a sign-in."""
    return client.redeem(sent_back(person.sign_in(client.link(**changes)))["code"]).json()


def assert_sent_back(answer: dict, code: int) -> None:
    """The app was told this AADSTS code instead of being given a code."""
    assert (answer.get("error_description", "").partition(":")[0], "code" in answer) == (f"AADSTS{code}", False)


@pytest.fixture
def records(seeded: SeededValues) -> str:
    """The learner's own API."""
    return seeded.api_uri


@pytest.mark.statement(134)
def test_default_of_an_api_that_the_registration_does_not_list_is_refused(
    desktop: RelyingParty, learner: Person, records: str
):
    scope = f"{records}/.default"
    answer = sent_back(learner.sign_in(desktop.link(scope=f"{scope} openid")))
    assert_sent_back(answer, 650057)
    assert f"Resource value from request: {records}." in answer["error_description"]
    assert (
        answer["error_description"]
        .partition("List of valid resources")[2]
        .startswith(f" from app registration: {GRAPH_APP_ID}.")
    )
    device = desktop.ask_device_code(scope=scope).json()
    learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"])
    token = redeemed(desktop, learner)["refresh_token"]
    code = sent_back(learner.sign_in(desktop.link()))["code"]
    password = {"grant_type": "password", "username": learner.username, "password": learner.password}
    for response in (
        desktop.refresh(token, scope=scope),
        desktop.redeem(code, scope=scope),
        desktop.token(**password, scope=scope),
    ):
        assert_refused(response, 400, "invalid_client", 650057)


@pytest.mark.statement(134)
def test_nobody_acts_for_a_person_by_it(desktop, learner: Person, website: RelyingParty, seeded: SeededValues, records):
    scope = f"{website.client_id}/access_as_user openid"
    assertion = redeemed(desktop, learner, scope=scope)["access_token"]
    assert_refused(website.on_behalf_of(assertion, scope=f"{records}/.default"), 400, "invalid_client", 650056)


@pytest.mark.statement(134)
def test_default_is_refused_if_only_application_permissions_are_listed(
    desktop: RelyingParty, learner: Person, directory: Directory, seeded: SeededValues, records: str
):
    app = directory.application(app_id=desktop.client_id)
    listed = RequiredPermission(resource_app_id=seeded.api_client_id, role_id=RECORDS_READ_ALL)
    directory.change_application(replace(app, required_permissions=(*app.required_permissions, listed)))
    assert_sent_back(sent_back(learner.sign_in(desktop.link(scope=f"{records}/.default"))), 650056)


@pytest.mark.statement(134)
def test_consent_that_exists_counts_whatever_is_listed(desktop: RelyingParty, learner: Person, records: str):
    redeemed(desktop, learner, scope=f"{records}/Records.Read openid")
    body = redeemed(desktop, learner, scope=f"{records}/.default {OIDC}")
    assert parts_of(body["access_token"])[1]["scp"] == "Records.Read"
    assert desktop.refresh(body["refresh_token"]).status_code == 200


@pytest.mark.statement(136)
def test_one_sign_in_consents_to_two_apis_and_is_redeemed_for_one(
    desktop: RelyingParty, learner: Person, pages: InProcess, records: str, seeded: SeededValues
):
    scope = f"User.ReadBasic.All {records}/Records.Read"
    asked = learner.log_in(pages.get(desktop.link(scope=f"{scope} {OIDC}")))
    shown = Page(asked.text).text
    assert "User.ReadBasic.All" in shown and "Records.Read" in shown
    code = sent_back(learner.consent(asked))["code"]
    body = desktop.redeem(code, scope=f"User.ReadBasic.All {OIDC}").json()
    assert parts_of(body["access_token"])[1]["aud"] == GRAPH
    assert "id_token" in body
    # Consent to the other one is there; without a scope the token is for the one that the code was redeemed for.
    other = desktop.refresh(body["refresh_token"], scope=f"{records}/Records.Read").json()
    assert parts_of(other["access_token"])[1]["aud"] == seeded.api_client_id
    assert parts_of(desktop.refresh(body["refresh_token"]).json()["access_token"])[1]["aud"] == GRAPH


@pytest.mark.statement(136)
def test_the_second_api_can_be_the_one(desktop: RelyingParty, learner: Person, records: str, seeded: SeededValues):
    scope = f"User.Read {records}/Records.Read {OIDC}"
    code = sent_back(learner.sign_in(desktop.link(scope=scope)))["code"]
    body = desktop.redeem(code, scope=f"{records}/Records.Read").json()
    claims = parts_of(body["access_token"])[1]
    assert (claims["aud"], claims["scp"]) == (seeded.api_client_id, "Records.Read")


@pytest.mark.statement(136)
def test_no_token_is_for_two_apis(desktop: RelyingParty, learner: Person, website: RelyingParty, records: str):
    both = f"User.Read {records}/Records.Read offline_access"
    code = sent_back(learner.sign_in(desktop.link(scope=both)))["code"]
    assert_refused(desktop.redeem(code), 400, "invalid_request", 28003)
    assert_refused(desktop.redeem(code, scope=both), 400, "invalid_request", 28000)
    token = desktop.redeem(code, scope="User.Read").json()["refresh_token"]
    assert_refused(desktop.refresh(token, scope=both), 400, "invalid_request", 28000)
    password = {"grant_type": "password", "username": learner.username, "password": learner.password}
    assert_refused(desktop.token(**password, scope=both), 400, "invalid_request", 28000)
    device = desktop.ask_device_code(scope=both).json()
    assert "signed in" in learner.approve(device).text
    assert_refused(desktop.poll(device), 400, "invalid_request", 28000)
    scope = f"{website.client_id}/access_as_user openid"
    assertion = redeemed(desktop, learner, scope=scope)["access_token"]
    assert_refused(website.on_behalf_of(assertion, scope=both), 400, "invalid_request", 28000)


@pytest.mark.statement(136)
def test_declining_consents_to_neither(desktop: RelyingParty, learner: Person, pages: InProcess, records: str):
    scope = f"User.ReadBasic.All {records}/Records.Read"
    asked = learner.log_in(pages.get(desktop.link(scope=scope)))
    assert_sent_back(sent_back(learner.consent(asked, "decline")), 65004)
    token = redeemed(desktop, learner)["refresh_token"]
    for one in scope.split():
        assert_refused(desktop.refresh(token, scope=one), 400, "invalid_grant", 65001)


@pytest.mark.statement(136)
def test_a_permission_that_only_administrators_grant_is_one_at_a_second_api_too(
    desktop: RelyingParty, learner: Person, pages: InProcess, records: str
):
    asked = learner.log_in(pages.get(desktop.link(scope=f"{records}/Records.Read User.Read.All")))
    assert_sent_back(sent_back(learner.submit(asked, decision="accept")), 65004)


@pytest.mark.statement(136)
@pytest.mark.parametrize(
    "scope", ["https://graph.microsoft.com/.default {records}/Records.Read", "{records}/.default User.Read"]
)
def test_default_goes_with_no_other_api(desktop: RelyingParty, learner: Person, records: str, scope: str):
    assert_sent_back(sent_back(learner.sign_in(desktop.link(scope=scope.format(records=records)))), 70011)


@pytest.fixture
def own_api(website: RelyingParty, directory: Directory) -> RelyingParty:
    """An app that is an API too, which a URI names."""
    app = directory.application(app_id=website.client_id)
    uris = {"identifier_uris": (f"api://{website.client_id}",), "public_redirect_uris": ("http://localhost/desktop",)}
    directory.change_application(replace(app, public_client=False, **uris))
    return website


@pytest.mark.statement(137)
def test_an_app_renews_a_token_for_itself_by_its_guid_alone(own_api: RelyingParty, learner: Person):
    uri, guid = f"api://{own_api.client_id}", own_api.client_id
    body = redeemed(own_api, learner, scope=f"{uri}/access_as_user {OIDC}")
    token = body["refresh_token"]
    assert parts_of(body["access_token"])[1]["aud"] == guid
    for scope in (None, f"{uri}/access_as_user", f"{uri}/.default"):
        response = own_api.refresh(token, scope=scope)
        assert_refused(response, 400, "invalid_request", 90009)
        assert f"'{guid}'(Course daemon) is requesting a token for itself" in response.json()["error_description"]
    renewed = own_api.refresh(token, scope=f"{guid}/access_as_user").json()
    assert parts_of(renewed["access_token"])[1]["scp"] == "access_as_user"
    assert own_api.refresh(token, scope="User.Read").status_code == 200


@pytest.mark.statement(137)
def test_neither_a_password_nor_a_device_code_gives_one_by_a_uri(own_api: RelyingParty, learner: Person):
    for identifier, code in ((f"api://{own_api.client_id}", 90009), (own_api.client_id, None)):
        scope = f"{identifier}/access_as_user"
        password = {"grant_type": "password", "username": learner.username, "password": learner.password}
        device = own_api.ask_device_code(scope=scope).json()
        learner.approve(device)
        for response in (own_api.token(**password, scope=scope), own_api.poll(device)):
            assert response.json().get("error_codes") == (code and [code]), response.text


@pytest.mark.statement(137)
def test_an_app_by_itself_may_name_itself_by_a_uri(own_api: RelyingParty):
    scope = f"api://{own_api.client_id}/.default"
    assert own_api.token(grant_type="client_credentials", scope=scope).status_code == 200


@pytest.mark.statement(137)
def test_another_app_may_name_the_api_by_its_uri(desktop: RelyingParty, own_api: RelyingParty, learner: Person):
    scope = f"api://{own_api.client_id}/access_as_user {OIDC}"
    assert desktop.refresh(redeemed(desktop, learner, scope=scope)["refresh_token"]).status_code == 200
