"""What the API says of the person who signed in, and who is let through to which handler."""

import asyncio
import base64
import json
import re

import pytest
from starlette.responses import JSONResponse

from practice_tenant.directory.objects import pairwise_subject
from practice_tenant.graph import access
from practice_tenant.graph.bearer import Caller
from practice_tenant.graph.errors import GraphError
from practice_tenant.graph.me import CONTEXT
from tests.conformance.relying_party import RelyingParty, sent_back
from tests.unit.practice import Practice

GRAPH = "https://graph.microsoft.com/v1.0"
PATHS = ("/me", "/me/memberOf", "/me/signInActivity")


def refused(response) -> tuple[int, str]:
    """Status and code of an error."""
    return response.status_code, response.json()["error"]["code"]


def test_me_is_the_person_who_signed_in(practice):
    token = practice.user_token("User.Read openid")
    me = practice.graph("GET", "/me", token).json()
    assert me["@odata.context"] == f"{GRAPH}/$metadata#users/$entity"
    user = practice.directory.user(practice.seeded.tenant_id, "learner@practice.example")
    assert (me["id"], me["userPrincipalName"], me["displayName"]) == (
        user.id,
        "learner@practice.example",
        "Practice Learner",
    )
    assert practice.graph("GET", f"/users/{user.id}", practice.learner_token()).json() == me
    assert practice.graph("GET", "/me", token, select="displayName").json() == {
        "@odata.context": me["@odata.context"],
        "displayName": "Practice Learner",
    }
    assert not re.search("password|hash", json.dumps(me), re.IGNORECASE)


@pytest.mark.parametrize(("label", "roles"), [("learner", []), ("admin", ["Global Administrator"])])
def test_an_administrator_is_in_a_directory_role_and_nobody_else_is(label, roles, practice):
    body = practice.graph("GET", "/me/memberOf", practice.user_token("User.Read openid", label)).json()
    assert body["@odata.context"] == f"{GRAPH}/$metadata#directoryObjects"
    assert [item["displayName"] for item in body["value"]] == roles
    assert {item["@odata.type"] for item in body["value"]} <= {"#microsoft.graph.directoryRole"}


@pytest.mark.parametrize("path", PATHS)
def test_an_app_on_its_own_behalf_has_no_me(path, practice):
    assert refused(practice.graph("GET", path, practice.learner_token())) == (400, "BadRequest")


@pytest.mark.parametrize("path", PATHS)
def test_a_person_who_consented_to_nothing_of_it_is_refused(path, practice):
    token = practice.user_token("openid profile")
    assert refused(practice.graph("GET", path, token)) == (403, "Authorization_RequestDenied")


def challenge(response) -> str:
    """The claims that a claims challenge asks for."""
    header = response.headers["WWW-Authenticate"]
    assert 'error="insufficient_claims"' in header
    return base64.b64decode(re.search('claims="([^"]+)"', header)[1]).decode()


def test_the_sign_in_activity_asks_for_a_stronger_sign_in_and_then_answers(practice):
    path = "/me/signInActivity"
    refusal = practice.graph("GET", path, practice.user_token("User.Read openid"))
    assert refused(refusal) == (401, "InvalidAuthenticationToken")
    claims = challenge(refusal)
    assert json.loads(claims) == {"access_token": {"acrs": {"essential": True, "value": CONTEXT}}}
    token = signed_in_with(practice, claims)
    answer = practice.graph("GET", path, token)
    assert answer.status_code == 200
    assert answer.json()["authenticationContext"] == CONTEXT


def signed_in_with(practice: Practice, claims: str) -> str:
    """An access token that meets *claims*."""
    client_id = practice.seeded.public_client_id
    app = RelyingParty(authority=practice.authority, client_id=client_id, redirect_uri="http://localhost")
    return app.redeem(sent_back(practice.person().sign_in(app.link(claims=claims)))["code"]).json()["access_token"]


@pytest.mark.parametrize(
    ("roles", "scopes", "through"),
    [
        ({"Records.Read.All"}, set(), True),
        ({"Records.Read"}, set(), False),
        ({"Records.Read.All.Other"}, set(), False),
        ({"records.read.all"}, set(), False),
        (set(), {"Records.Read"}, True),
        (set(), {"Records.Read.All"}, False),
        (set(), {"Records"}, False),
        ({"Records.Read.All"}, {"openid"}, False),
        ({"Records.Read"}, {"openid"}, False),
        (set(), set(), False),
    ],
)
def test_a_role_is_no_scope_and_a_part_of_a_word_is_neither(roles, scopes, through, monkeypatch):
    caller = Caller(tenant_id="t", object_id="o", app_id="a", roles=frozenset(roles), scopes=frozenset(scopes))

    async def authenticated(request: object) -> Caller:
        return caller

    @access.allowed(roles=("Records.Read.All",), scopes=("Records.Read",))
    async def handler(request: object, caller: Caller) -> JSONResponse:
        return JSONResponse({"app": caller.app_id})

    monkeypatch.setattr(access, "authenticate", authenticated)
    if through:
        assert asyncio.run(handler(None)).status_code == 200
    else:
        with pytest.raises(GraphError) as raised:
            asyncio.run(handler(None))
        assert raised.value.status == 403


def test_what_names_no_permission_lets_nobody_through(monkeypatch):
    async def authenticated(request: object) -> Caller:
        return Caller(tenant_id="t", object_id="o", app_id="a", roles=frozenset({"x"}), scopes=frozenset())

    @access.allowed(scopes=("x",))
    async def handler(request: object, caller: Caller) -> JSONResponse:
        raise AssertionError("reached")

    monkeypatch.setattr(access, "authenticate", authenticated)
    with pytest.raises(GraphError):
        asyncio.run(handler(None))


@pytest.mark.parametrize(
    ("scope", "members"),
    [
        ("User.Read openid", {"sub"}),
        ("User.Read openid profile", {"sub", "name", "given_name", "family_name"}),
        ("User.Read openid email", {"sub", "email"}),
    ],
)
def test_the_user_info_endpoint_of_the_metadata_says_what_was_consented_to(scope: str, members: set, practice):
    document = practice.authority.http.get(f"/{practice.seeded.tenant_id}/v2.0/.well-known/openid-configuration").json()
    assert document["userinfo_endpoint"] == "https://graph.microsoft.com/oidc/userinfo"
    headers = [("Authorization", f"Bearer {practice.user_token(scope)}")]
    answer = practice.api.http.get("/oidc/userinfo", headers=headers)
    assert answer.status_code == 200
    assert answer.json().keys() == members


def test_the_user_info_has_the_subject_of_the_id_token(practice):
    client = practice.directory.application(app_id=practice.seeded.public_client_id)
    user = practice.directory.user(practice.seeded.tenant_id, "learner@practice.example")
    headers = [("Authorization", f"Bearer {practice.user_token('User.Read openid')}")]
    assert practice.api.http.get("/oidc/userinfo", headers=headers).json() == {"sub": pairwise_subject(user, client)}
