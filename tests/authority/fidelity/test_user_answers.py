"""What an app gets when somebody signs in, beside recorded answers: codes for a device, token responses, ID tokens."""

from collections.abc import Callable

import httpx
import pytest

from tests.tenant.tokens import parts_of

from .comparison import assert_only_known_gaps
from .conftest import Tenant
from .records import Record, records
from .user_refusals import code, device_codes, poll, user_tokens

# Values that open something, or mean something to Entra alone; names and times of one sign-in.
_OPAQUE = ("access_token", "refresh_token", "id_token", "client_info", "device_code", "user_code")
_OPAQUE_CLAIMS = ("aio", "rh", "uti", "sub", "nonce", "name", "preferred_username", "iat", "nbf", "exp")

SCOPE = "User.Read openid profile email offline_access"


def shape(members: dict, opaque: tuple[str, ...] = (*_OPAQUE, "scope")) -> dict:
    """Members with such values masked: what is compared is their names, and the values that everybody gets."""
    return {name: "(opaque)" if name in opaque else value for name, value in members.items()}


def assert_members_of(record: Record, response: httpx.Response) -> None:
    """The answer has the record's members, but for known gaps."""
    ours, recorded = response.json(), record.body
    assert_only_known_gaps(
        record, shape(ours), recorded=shape(recorded), status=response.status_code, headers=response.headers
    )
    assert {name: type(ours[name]) for name in recorded} == {name: type(value) for name, value in recorded.items()}


def by_code(tenant: Tenant) -> httpx.Response:
    """The answer to an authorization code."""
    return tenant.desktop.redeem(code(tenant, scope=SCOPE))


def by_device(tenant: Tenant) -> httpx.Response:
    """The answer to the code of a device that the learner approved."""
    device = device_codes(tenant, SCOPE).json()
    tenant.learner.approve(device)
    return poll(tenant, device["device_code"])


def by_refresh_token(tenant: Tenant) -> httpx.Response:
    """The answer to a refresh token."""
    return tenant.desktop.refresh(user_tokens(tenant)["refresh_token"])


def test_the_codes_for_a_device_come_with_the_recorded_members(tenant):
    record, response = records()["devicecode_response"], device_codes(tenant)
    ours, recorded = response.json(), record.body
    sentences = [body["message"].replace(body["user_code"], "(code)") for body in (ours, recorded)]
    assert sentences[0].replace(ours["verification_uri"], recorded["verification_uri"]) == sentences[1]
    assert len(ours["user_code"]) == len(recorded["user_code"])
    without_message = [{name: body[name] for name in body if name != "message"} for body in (ours, recorded)]
    ours, recorded = (shape(body) for body in without_message)
    assert_only_known_gaps(record, ours, recorded=recorded, status=response.status_code, headers=response.headers)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("token_success authorization_code", by_code),
        ("token_success device_code", by_device),
        ("token_success of a user", by_code),
        ("token_success of a user", by_device),
        ("token_success of a user", by_refresh_token),
    ],
)
def test_a_token_response_has_the_recorded_members(tenant, name: str, answer: Callable[[Tenant], httpx.Response]):
    assert_members_of(records()[name], answer(tenant))


def test_scopes_are_answered_as_recorded(tenant):
    recorded = records()["token_success device_code"].body["scope"]
    assert set(by_device(tenant).json()["scope"].split()) == set(recorded.split())


def test_an_id_token_has_the_recorded_claims(tenant):
    record = records()["id_token claims v2"]
    _, claims = parts_of(user_tokens(tenant, scope="openid profile", nonce="a" * 64)["id_token"])
    ours, recorded = (shape(members, _OPAQUE_CLAIMS) for members in (claims, record.body))
    assert_only_known_gaps(record, ours, recorded=recorded)
    assert [claims[name] - claims["iat"] for name in ("nbf", "exp")] == [0, 3900]
    assert [record.body[name] - record.body["iat"] for name in ("nbf", "exp")] == [0, 3900]


def test_the_realm_of_a_user_has_the_recorded_members(tenant):
    answer = tenant.authority.http.get(f"/common/userrealm/{tenant.learner.username}?api-version=1.0")
    assert_only_known_gaps(records()["userrealm member names"], {"members": list(answer.json())})
