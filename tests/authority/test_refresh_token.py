"""The refresh token grant: no more than was granted, for the client it was issued to, until it is taken back."""

import pytest

from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clock import Clock
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of

DAY = 24 * 3600


@pytest.fixture
def refresh_token(learner: Person, desktop: RelyingParty) -> str:
    """What the desktop app keeps after a sign-in for User.Read."""
    return desktop.redeem(sent_back(learner.sign_in(desktop.link()))["code"]).json()["refresh_token"]


def consent_to(learner: Person, desktop: RelyingParty, scope: str) -> None:
    """The learner signs in once more, for something else."""
    assert "code" in sent_back(learner.sign_in(desktop.link(scope=scope)))


@pytest.mark.statement(60)
@pytest.mark.parametrize("scope", [None, "User.Read", "https://graph.microsoft.com/User.Read", "openid"])
def test_a_refresh_gives_what_was_granted(desktop: RelyingParty, refresh_token: str, scope: str | None):
    body = desktop.refresh(refresh_token, scope=scope).json()
    _, claims = parts_of(body["access_token"])
    assert "User.Read" in claims["scp"].split()
    assert "User.ReadBasic.All" not in claims["scp"]
    assert body["refresh_token"] != refresh_token


@pytest.mark.statement(60)
def test_entra_asks_for_consent_to_more(desktop: RelyingParty, refresh_token: str, seeded: SeededValues):
    for scope in ("User.ReadBasic.All", "User.Read User.ReadBasic.All", f"{seeded.api_uri}/Records.Read"):
        assert_refused(desktop.refresh(refresh_token, scope=scope), 400, "invalid_grant", 65001)


@pytest.mark.statement(60)
def test_entra_gives_what_was_consented_to_at_another_sign_in(
    learner: Person, desktop: RelyingParty, refresh_token: str, seeded: SeededValues
):
    scope = f"{seeded.api_uri}/Records.Read"
    consent_to(learner, desktop, scope)
    _, claims = parts_of(desktop.refresh(refresh_token, scope=scope).json()["access_token"])
    assert (claims["aud"], claims["scp"]) == (seeded.api_client_id, "Records.Read")


@pytest.mark.statement(60)
@pytest.mark.parametrize(
    ("scope", "error", "code"),
    [
        ('a"b', "invalid_scope", 70011),
        ("User.Nothing", "invalid_client", 650053),
        ("api://nobody/.default", "invalid_resource", 500011),
        ("User.Read https://graph.microsoft.com/.default", "invalid_scope", 70011),
    ],
)
def test_a_scope_that_is_none_is_refused(desktop: RelyingParty, refresh_token: str, scope, error: str, code: int):
    assert_refused(desktop.refresh(refresh_token, scope=scope), 400, error, code)


@pytest.mark.statement(60)
def test_consent_that_was_taken_back_is_not_renewed(desktop: RelyingParty, refresh_token: str, directory: Directory):
    directory.database.change("DELETE FROM permission_grant WHERE user_id IS NOT NULL")
    assert_refused(desktop.refresh(refresh_token), 400, "invalid_grant", 65001)


@pytest.mark.statement(61)
def test_another_clients_refresh_token_is_refused(desktop: RelyingParty, website: RelyingParty, refresh_token: str):
    assert_refused(website.refresh(refresh_token), 400, "invalid_grant", 9002313)
    assert desktop.refresh(refresh_token).status_code == 200


@pytest.mark.statement(61)
def test_a_confidential_clients_refresh_token_needs_its_credential(learner: Person, website: RelyingParty):
    token = website.redeem(sent_back(learner.sign_in(website.link()))["code"]).json()["refresh_token"]
    assert_refused(website.refresh(token, client_secret=None), 401, "invalid_client", 7000218)
    assert_refused(website.refresh(token, client_secret="wrong"), 401, "invalid_client", 7000215)
    assert website.refresh(token).status_code == 200


@pytest.mark.statement(61)
@pytest.mark.parametrize("change", ["shorter", "longer", "other case", "a space", "another kind"])
def test_an_altered_refresh_token_is_refused(learner: Person, desktop: RelyingParty, refresh_token: str, change: str):
    altered = {
        "shorter": lambda: refresh_token[:-1],
        "longer": lambda: refresh_token + "A",
        "other case": lambda: refresh_token.swapcase(),
        "a space": lambda: refresh_token + " ",
        "another kind": lambda: sent_back(learner.sign_in(desktop.link()))["code"],
    }[change]()
    assert_refused(desktop.refresh(altered), 400, "invalid_grant", 9002313)


@pytest.mark.statement(61)
def test_a_revoked_family_is_refused(desktop: RelyingParty, refresh_token: str, directory: Directory):
    newer = desktop.refresh(refresh_token).json()["refresh_token"]
    directory.revoke_family(directory.issued("refresh_token", newer).family)
    for token in (refresh_token, newer):
        assert_refused(desktop.refresh(token), 400, "invalid_grant", 9002313)


@pytest.mark.statement(61)
def test_a_refresh_token_of_somebody_who_left_is_refused(
    desktop: RelyingParty, refresh_token: str, directory: Directory, learner: Person
):
    directory.database.change("DELETE FROM user WHERE user_principal_name = ?", learner.username)
    assert_refused(desktop.refresh(refresh_token), 400, "invalid_grant", 70000)


@pytest.mark.statement(61)
@pytest.mark.parametrize(("seconds", "good"), [(90 * DAY - 1, True), (90 * DAY, False)])
def test_a_refresh_token_lasts_ninety_days(desktop: RelyingParty, refresh_token, clock: Clock, seconds: int, good):
    clock.advance(seconds)
    response = desktop.refresh(refresh_token)
    if good:
        assert response.status_code == 200
    else:
        assert_refused(response, 400, "invalid_grant", 700082)


@pytest.mark.statement(62)
def test_entra_goes_on_taking_a_token_that_was_replaced(desktop: RelyingParty, refresh_token: str):
    newer = desktop.refresh(refresh_token).json()["refresh_token"]
    for token in (refresh_token, newer, refresh_token):
        assert desktop.refresh(token).status_code == 200
