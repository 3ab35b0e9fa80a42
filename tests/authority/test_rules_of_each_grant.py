"""A rule of the sign-in holds in each grant that gives tokens for a person, not in one of them alone."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from practice_tenant import SeededValues
from practice_tenant.directory.objects import MULTIPLE_ORGS
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.apps import register, with_secret
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back

WEB = "https://app.example/back"
CHALLENGE = '{"access_token": {"acrs": {"essential": true, "value": "c1"}}}'


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An app that a person has signed in to, and a token request of each grant that is yet to be sent."""

    client: RelyingParty
    grants: dict[str, Callable[..., httpx.Response]]


@pytest.fixture
def prepared(directory: Directory, desktop: RelyingParty, learner: Person, seeded: SeededValues) -> Prepared:
    """A web app that is an API too. Public client flows are not allowed, so each grant wants its secret."""
    app = with_secret(
        register(
            directory,
            desktop,
            web_redirect_uris=(WEB,),
            permission_scopes=directory.application(app_id=seeded.client_id).permission_scopes,
            required_permissions=directory.application(app_id=desktop.client_id).required_permissions,
            sign_in_audience=MULTIPLE_ORGS,
        )
    )

    def code(**changes: str) -> str:
        return sent_back(learner.sign_in(app.link(**changes)))["code"]

    scope = f"{app.client_id}/access_as_user openid"
    assertion = app.redeem(code(scope=scope), scope=scope).json()["access_token"]
    token, unused = app.redeem(code()).json()["refresh_token"], code()
    device = app.ask_device_code().json()
    learner.approve(device)
    password = {"grant_type": "password", "username": learner.username, "password": learner.password}
    return Prepared(
        client=app,
        grants={
            "code": lambda **more: app.redeem(unused, **more),
            "refresh token": lambda **more: app.refresh(token, **more),
            "device code": lambda **more: app.poll(device, **more),
            "password": lambda **more: app.token(**password, scope="User.Read", **more),
            "on behalf of": lambda **more: app.on_behalf_of(assertion, **more),
        },
    )


@pytest.fixture(params=["code", "refresh token", "device code", "password", "on behalf of"])
def grant(request: pytest.FixtureRequest, prepared: Prepared) -> Callable[..., httpx.Response]:
    """The token request of one grant."""
    return prepared.grants[request.param]


@pytest.mark.statement(132)
def test_each_grant_gives_a_token_once_all_is_well(grant):
    assert "access_token" in grant().json()


@pytest.mark.statement(132)
def test_consent_that_was_taken_back_counts_for_none(grant, directory: Directory):
    directory.database.change("DELETE FROM permission_grant WHERE user_id IS NOT NULL")
    assert_refused(grant(), 400, "invalid_grant", 65001)


@pytest.mark.statement(132)
def test_somebody_who_left_gets_none(grant, directory: Directory, learner: Person):
    directory.database.change("DELETE FROM user WHERE user_principal_name = ?", learner.username)
    body = grant().json()
    assert "access_token" not in body
    assert body["error"] in ("invalid_grant", "bad_verification_code")


@pytest.mark.statement(132)
def test_an_app_that_was_deleted_gets_none(grant, directory: Directory, prepared: Prepared):
    directory.database.change("DELETE FROM application WHERE app_id = ?", prepared.client.client_id)
    assert_refused(grant(), 400, "unauthorized_client", 700016)


@pytest.mark.statement(132)
def test_an_app_that_was_removed_from_the_tenant_gets_none(grant, directory: Directory, prepared: Prepared):
    directory.database.change("DELETE FROM service_principal WHERE app_id = ?", prepared.client.client_id)
    assert_refused(grant(), 401, "invalid_client", 7000229)


@pytest.mark.statement(132)
def test_another_tenant_gives_none(grant, seeded: SeededValues):
    body = grant(tenant=seeded.other_tenant_id).json()
    assert "access_token" not in body
    assert body["error"] in ("invalid_grant", "bad_verification_code")


@pytest.mark.statement(132)
def test_a_person_who_is_no_longer_assigned_gets_none(grant, directory: Directory, prepared: Prepared):
    tenant = prepared.client.authority.tenant
    principal = directory.service_principal(tenant, app_id=prepared.client.client_id)
    directory.require_assignment(principal.id, True)
    assert_refused(grant(), 400, "invalid_grant", 50105)


@pytest.mark.statement(132)
def test_a_claims_challenge_that_nobody_met_is_met_by_none(grant):
    assert_refused(grant(claims=CHALLENGE), 400, "invalid_grant", 50076)
    assert_refused(grant(claims="{"), 400, "invalid_request", 9002313)


@pytest.mark.statement(132)
def test_a_code_tells_of_the_challenge_that_its_sign_in_met(desktop: RelyingParty, learner: Person):
    code = sent_back(learner.sign_in(desktop.link(claims=CHALLENGE)))["code"]
    body = desktop.redeem(code, claims=CHALLENGE).json()
    again = desktop.refresh(body["refresh_token"], claims=CHALLENGE)
    assert again.status_code == 200
    assert_refused(
        desktop.refresh(body["refresh_token"], claims=CHALLENGE.replace("c1", "c2")), 400, "invalid_grant", 50076
    )
