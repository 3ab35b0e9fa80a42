"""The token response, and the header and claims of app-only access tokens, beside recorded ones."""

import pytest

from tests.tenant.tokens import parts_of

from .comparison import assert_answers_as, assert_only_known_gaps
from .records import records

# Values that mean something to Entra alone, or that are somebody's.
_OPAQUE = ("aio", "rh", "uti", "xms_ftd")
_TIMES = ("iat", "nbf", "exp", "xms_tcdt")
_NAMES = ("app_displayname", "roles")


def shape(claims: dict) -> dict:
    """Claims with such values left out: what is compared is their names, and the values every tenant has."""
    kinds = {_OPAQUE: "(opaque)", _TIMES: "(seconds)", _NAMES: "(names)"}
    masks = {name: mask for names, mask in kinds.items() for name in names}
    return {name: masks.get(name, value) for name, value in claims.items()}


def records_scope(tenant) -> str:
    """The scope of the seeded API of the learner's own, which takes v2.0 tokens."""
    return f"{tenant.seeded.api_uri}/.default"


@pytest.fixture
def without_roles(tenant) -> str:
    """A v2.0 token of an app that was granted nothing on the API."""
    return tenant.access_token(
        client_id=tenant.seeded.administrator_client_id,
        client_secret=tenant.seeded.administrator_secret,
        scope=records_scope(tenant),
    )


def assert_shaped_as(name: str, claims: dict) -> None:
    """The claims have the shape of a record's, but for known gaps."""
    record = records()[name]
    assert_only_known_gaps(record, shape(claims), recorded=shape(record.body))


def test_the_token_response_has_the_recorded_members_and_headers(tenant):
    assert_answers_as(records()["token_success client_credentials"], tenant.authority.token(tenant.form()))


def test_a_token_for_graph_has_the_recorded_claims(tenant):
    _, claims = parts_of(tenant.access_token())
    assert_shaped_as("access token claims v1", claims)


def test_a_token_for_graph_has_the_recorded_header(tenant):
    header, _ = parts_of(tenant.access_token())
    assert header["alg"] == "RS256"
    assert_only_known_gaps(records()["access token header v1 (Graph)"], {"header": list(header)})


def test_a_token_for_an_api_of_ones_own_has_the_recorded_claims(tenant):
    _, claims = parts_of(tenant.access_token(scope=records_scope(tenant)))
    assert_shaped_as("access token claims v2, with roles", claims)


def test_a_token_without_roles_has_the_recorded_claims(without_roles):
    _, claims = parts_of(without_roles)
    assert_shaped_as("access token claims v2, no roles", claims)


def test_a_token_without_roles_has_the_names_recorded_in_2026(without_roles):
    header, claims = parts_of(without_roles)
    assert_only_known_gaps(
        records()["access token names v2 (2026)"], {"header": sorted(header), "claims": sorted(claims)}
    )


@pytest.mark.parametrize("name", ["access token claims v1", "access token claims v2, with roles"])
def test_times_and_subject_stand_to_each_other_as_recorded(tenant, name):
    scope = {"scope": records_scope(tenant)} if "v2" in name else {}
    _, ours = parts_of(tenant.access_token(**scope))
    relations = [
        {
            "lifetime": claims["exp"] - claims["iat"],
            "not before": claims["nbf"] - claims["iat"],
            "sub is oid": claims["sub"] == claims["oid"],
            "idp is iss": claims.get("idp", claims["iss"]) == claims["iss"],
        }
        for claims in (ours, records()[name].body)
    ]
    assert relations[0] == relations[1]
    assert relations[0]["lifetime"] == 3900
