"""On behalf of: an API trades the token it was called with, and no other, for one to call the next API."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from practice_tenant.app import PracticeTenant
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clients import Authority, Graph
from tests.tenant.clock import Clock
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import ABSENT, parts_of, segment, sign

EXPIRY = 3600


@pytest.fixture
def api(authority: Authority, seeded: SeededValues) -> RelyingParty:
    """The learner's own API, as a client of Graph."""
    return RelyingParty(
        authority=authority,
        client_id=seeded.api_client_id,
        redirect_uri="",
        credential={"client_secret": seeded.api_secret},
    )


@pytest.fixture
def called_with(learner: Person, desktop: RelyingParty, seeded: SeededValues) -> dict:
    """The token response of an app that calls the API for the learner."""
    link = desktop.link(scope=f"{seeded.api_uri}/Records.Read openid offline_access")
    return desktop.redeem(sent_back(learner.sign_in(link))["code"]).json()


@pytest.fixture
def forged(tenant: PracticeTenant, called_with: dict):
    """The token that the API was called with, changed, and signed with the tenant's own key or another."""

    def make(key=None, header: dict | None = None, **claims: object) -> str:
        good_header, good_claims = parts_of(called_with["access_token"])
        changed = {name: value for name, value in (good_claims | claims).items() if value is not ABSENT}
        return sign(good_header | (header or {}), changed, key or tenant.signing_keys.current().private_key)

    return make


@pytest.mark.statement(67)
def test_a_token_for_the_api_becomes_one_for_graph_for_the_same_person(
    api: RelyingParty, graph: Graph, called_with: dict, learner: Person, forged
):
    for assertion in (called_with["access_token"], forged()):
        body = api.on_behalf_of(assertion).json()
        _, claims = parts_of(body["access_token"])
        assert (claims["appid"], claims["upn"]) == (api.client_id, learner.username)
        assert "User.Read" in claims["scp"].split() and "roles" not in claims
        assert graph.get("/me", token=body["access_token"]).json()["userPrincipalName"] == learner.username
        assert "refresh_token" not in body and "id_token" not in body


@pytest.mark.statement(67)
def test_an_id_token_or_a_refresh_token_is_no_assertion(api: RelyingParty, called_with: dict, website, learner):
    assert_refused(api.on_behalf_of(called_with["id_token"]), 400, "invalid_grant", 500131)
    assert_refused(api.on_behalf_of(called_with["refresh_token"]), 400, "invalid_grant", 50027)


@pytest.mark.statement(67)
def test_the_callers_own_id_token_is_no_assertion_though_its_audience_is_right(learner: Person, website: RelyingParty):
    body = website.redeem(sent_back(learner.sign_in(website.link()))["code"]).json()
    assert parts_of(body["id_token"])[1]["aud"] == website.client_id
    assert_refused(website.on_behalf_of(body["id_token"]), 400, "invalid_grant", 50027)


@pytest.mark.statement(67)
def test_a_token_for_another_api_is_refused(api: RelyingParty, website: RelyingParty, called_with: dict, learner):
    for_graph = website.redeem(sent_back(learner.sign_in(website.link()))["code"]).json()["access_token"]
    assert_refused(api.on_behalf_of(for_graph), 400, "invalid_grant", 500131)
    assert_refused(website.on_behalf_of(called_with["access_token"]), 400, "invalid_grant", 500131)


@pytest.mark.statement(135)
def test_an_apps_own_token_is_refused(
    api: RelyingParty, website: RelyingParty, authority: Authority, form: dict, seeded: SeededValues
):
    # With roles for the API, and without roles for the app itself.
    for client, identifier, roles in ((api, seeded.api_uri, True), (website, website.client_id, False)):
        token = authority.token(form | {"scope": f"{identifier}/.default"}).json()["access_token"]
        claims = parts_of(token)[1]
        assert (claims["aud"], "roles" in claims) == (client.client_id, roles)
        response = client.on_behalf_of(token)
        assert_refused(response, 400, "unauthorized_client", 7000114)
        assert f"Application '{client.client_id}' is not allowed" in response.json()["error_description"]


@pytest.mark.statement(135)
def test_a_refusal_never_expects_the_audience_that_it_was_given(
    api: RelyingParty, website: RelyingParty, called_with: dict, learner: Person
):
    own = website.redeem(sent_back(learner.sign_in(website.link()))["code"]).json()
    for client in (api, website):
        for assertion in (called_with["access_token"], called_with["id_token"], own["access_token"], own["id_token"]):
            body = client.on_behalf_of(assertion).json()
            if body.get("error_codes") == [500131]:
                given = parts_of(assertion)[1]["aud"]
                assert given != client.client_id
                assert f"was '{given}' and the expected audience is '{client.client_id}'" in body["error_description"]


@pytest.mark.statement(132)
def test_a_claims_challenge_that_the_person_met_is_met_for_the_next_api(
    api: RelyingParty, desktop: RelyingParty, learner: Person, seeded: SeededValues, called_with: dict
):
    claims = '{"access_token": {"acrs": {"essential": true, "value": "c1"}}}'
    assert_refused(api.on_behalf_of(called_with["access_token"], claims=claims), 400, "invalid_grant", 50076)
    link = desktop.link(scope=f"{seeded.api_uri}/Records.Read openid", claims=claims)
    token = desktop.redeem(sent_back(learner.sign_in(link))["code"]).json()["access_token"]
    answer = api.on_behalf_of(token, claims=claims).json()
    assert "access_token" in answer, answer
    assert parts_of(answer["access_token"])[1]["acrs"] == ["c1"]


@pytest.mark.statement(67)
@pytest.mark.parametrize(("seconds", "good"), [(EXPIRY - 1, True), (EXPIRY, False)])
def test_an_expired_token_is_refused(api: RelyingParty, called_with: dict, clock: Clock, seconds: int, good: bool):
    clock.advance(seconds)
    response = api.on_behalf_of(called_with["access_token"])
    if good:
        assert response.status_code == 200
    else:
        assert_refused(response, 400, "invalid_grant", 500133)


@pytest.mark.statement(67)
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "00000003-0000-0000-c000-000000000000"}, 500131),
        ({"scp": ABSENT, "azp": ABSENT}, 50027),
        ({"iss": "https://login.microsoftonline.com/c4d9b1a7-58e2-4c3b-8f16-0e7a92d35b68/v2.0"}, 50013),
        ({"oid": "5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f00"}, 50013),
        ({"exp": 0}, 500133),
    ],
    ids=str,
)
def test_each_claim_is_looked_at(api: RelyingParty, forged, claims: dict, code: int):
    assert_refused(api.on_behalf_of(forged(**claims)), 400, "invalid_grant", code)


@pytest.mark.statement(67)
def test_a_token_that_is_not_signed_by_the_tenant_is_refused(
    api: RelyingParty, called_with: dict, forged, directory: Directory, tenant: PracticeTenant
):
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = called_with["access_token"]
    unsigned = f"{segment({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."
    for assertion in (
        forged(own),
        forged(header={"kid": "unknown"}),
        forged(header={"alg": "HS256"}),
        token[:-4] + "AAAA",
    ):
        assert_refused(api.on_behalf_of(assertion), 400, "invalid_grant", 50013)
    for assertion in (unsigned, "garbage", "a.b.c", "..", token + ".", f"{token}.{token}"):
        assert_refused(api.on_behalf_of(assertion), 400, "invalid_grant", 50027)


@pytest.mark.statement(67)
def test_only_a_client_with_a_credential_acts_for_others(api: RelyingParty, desktop: RelyingParty, called_with: dict):
    assert_refused(desktop.on_behalf_of(called_with["access_token"]), 401, "invalid_client", 7000218)
    assert_refused(api.on_behalf_of(called_with["access_token"], client_secret=None), 401, "invalid_client", 7000218)


@pytest.mark.statement(67)
def test_a_person_has_to_have_consented(api: RelyingParty, called_with: dict):
    scope = "https://graph.microsoft.com/User.ReadBasic.All"
    assert_refused(api.on_behalf_of(called_with["access_token"], scope=scope), 400, "invalid_grant", 65001)


@pytest.mark.statement(67)
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("assertion", None, 900144),
        ("requested_token_use", None, 900144),
        ("requested_token_use", "impersonation", 9002313),
        ("scope", None, 900144),
    ],
)
def test_each_parameter_is_needed(api: RelyingParty, called_with: dict, name: str, value: str | None, code: int):
    form = {"assertion": called_with["access_token"]} | {name: value}
    assert_refused(api.on_behalf_of(**form), 400, "invalid_request", code)
