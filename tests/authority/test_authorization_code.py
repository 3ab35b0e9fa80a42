"""The authorization code: good once, for a short while, for the one it was issued to."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clients import Authority
from tests.tenant.clock import Clock
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of


@pytest.fixture
def code(learner: Person, desktop: RelyingParty) -> str:
    """A code that the desktop app was sent."""
    return sent_back(learner.sign_in(desktop.link()))["code"]


@pytest.fixture
def travelling(authority: Authority, seeded: SeededValues) -> RelyingParty:
    """A public client that people of every organization may sign in to."""
    return RelyingParty(
        authority=authority, client_id=seeded.multi_tenant_desktop_client_id, redirect_uri="http://localhost"
    )


@pytest.mark.statement(45)
def test_a_code_is_redeemed_once(desktop: RelyingParty, code: str):
    assert desktop.redeem(code).status_code == 200
    assert_refused(desktop.redeem(code), 400, "invalid_grant", 54005)
    assert desktop.redeem(code).json()["error"] == "invalid_grant"


@pytest.mark.statement(45, 46)
def test_of_twenty_redemptions_at_once_one_succeeds_and_its_tokens_end(desktop: RelyingParty, code: str):
    with ThreadPoolExecutor(20) as threads:
        responses = list(threads.map(desktop.redeem, [code] * 20))
    winners = [response for response in responses if response.status_code == 200]
    assert len(winners) == 1
    assert {(r.status_code, r.json()["error"]) for r in responses if r not in winners} == {(400, "invalid_grant")}
    assert_refused(desktop.refresh(winners[0].json()["refresh_token"]), 400, "invalid_grant", 9002313)


@pytest.mark.statement(46)
def test_reuse_ends_every_token_that_came_of_the_first_use(desktop: RelyingParty, code: str):
    first = desktop.redeem(code).json()["refresh_token"]
    second = desktop.refresh(first).json()["refresh_token"]
    assert_refused(desktop.redeem(code), 400, "invalid_grant", 54005)
    for token in (first, second):
        assert_refused(desktop.refresh(token), 400, "invalid_grant", 9002313)


@pytest.mark.statement(46)
def test_reuse_ends_nothing_of_another_sign_in(learner: Person, desktop: RelyingParty, code: str):
    other = desktop.redeem(sent_back(learner.sign_in(desktop.link()))["code"]).json()["refresh_token"]
    for _ in range(2):
        desktop.redeem(code)
    assert desktop.refresh(other).status_code == 200


@pytest.mark.statement(47)
@pytest.mark.parametrize(("seconds", "good"), [(599, True), (600, False), (86_400, False)])
def test_a_code_lasts_ten_minutes(desktop: RelyingParty, code: str, clock: Clock, seconds: int, good: bool):
    clock.advance(seconds)
    response = desktop.redeem(code)
    if good:
        assert response.status_code == 200
    else:
        assert_refused(response, 400, "invalid_grant", 70008)


@pytest.mark.statement(48)
def test_a_code_belongs_to_its_client(desktop: RelyingParty, website: RelyingParty, code: str):
    response = website.redeem(code, redirect_uri=desktop.redirect_uri)
    assert_refused(response, 400, "invalid_grant", 9002313)
    assert desktop.redeem(code).status_code == 200, "a stranger's try doesn't use it up"


@pytest.mark.statement(48)
@pytest.mark.parametrize("redirect_uri", [None, "http://localhost/", "http://localhost:1", "https://localhost"])
def test_a_code_belongs_to_its_redirect_uri(desktop: RelyingParty, code: str, redirect_uri: str | None):
    assert_refused(desktop.redeem(code, redirect_uri=redirect_uri), 400, "invalid_grant", 500112)
    assert desktop.redeem(code).status_code == 200


@pytest.mark.statement(48)
def test_a_redirect_uri_that_was_left_out_is_left_out_again(learner: Person, desktop: RelyingParty):
    code = sent_back(learner.sign_in(desktop.link(redirect_uri=None)))["code"]
    assert_refused(desktop.redeem(code), 400, "invalid_grant", 500112)
    assert desktop.redeem(code, redirect_uri=None).status_code == 200


@pytest.mark.statement(48)
def test_a_code_belongs_to_its_tenant(learner: Person, travelling: RelyingParty, seeded: SeededValues):
    code = sent_back(learner.sign_in(travelling.link()))["code"]
    assert_refused(travelling.redeem(code, tenant=seeded.other_tenant_id), 400, "invalid_grant", 70000)
    assert travelling.redeem(code, tenant="organizations").status_code == 200


@pytest.mark.statement(48)
def test_a_single_tenant_app_is_unknown_elsewhere(desktop: RelyingParty, code: str, seeded: SeededValues):
    response = desktop.redeem(code, tenant=seeded.other_tenant_id)
    assert_refused(response, 400, "unauthorized_client", 700016)


@pytest.mark.statement(48)
@pytest.mark.parametrize("kind", ["refresh_token", "access_token", "id_token", "nothing of ours"])
def test_another_value_is_no_code(desktop: RelyingParty, code: str, kind: str):
    value = desktop.redeem(code).json().get(kind, kind)
    assert_refused(desktop.redeem(value), 400, "invalid_grant", 9002313)


@pytest.mark.statement(49)
@pytest.mark.parametrize("kind", ["code", "refresh_token", "device_code"])
def test_values_are_long_and_never_repeat(directory: Directory, clock: Clock, kind: str):
    values = {directory.issue(kind, {}, expires=clock() + 600) for _ in range(10_000)}
    assert len(values) == 10_000
    # 22 signs of base64url are 132 bits.
    assert min(map(len, values)) >= 22


@pytest.mark.statement(49)
def test_the_values_that_are_handed_out_are_those(learner: Person, desktop: RelyingParty, code: str):
    device = desktop.authority.http.request(
        "POST",
        f"/{desktop.authority.tenant}/oauth2/v2.0/devicecode",
        headers=[("Content-Type", "application/x-www-form-urlencoded")],
        content=f"client_id={desktop.client_id}&scope=User.Read".encode(),
    ).json()
    for value in (code, desktop.redeem(code).json()["refresh_token"], device["device_code"]):
        assert len(value) == 43 and "." not in value


@pytest.mark.statement(50)
@pytest.mark.parametrize("nonce", ["n-0S6_WzA2Mj", "é☃ &=+%", "a" * 2_000, None])
def test_the_id_token_repeats_the_nonce(learner: Person, desktop: RelyingParty, nonce: str | None):
    code = sent_back(learner.sign_in(desktop.link(nonce=nonce)))["code"]
    _, claims = parts_of(desktop.redeem(code).json()["id_token"])
    assert claims.get("nonce") == nonce
    assert ("nonce" in claims) is (nonce is not None)
