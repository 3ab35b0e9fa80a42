"""The user who signed in, as ``/me`` and the user info endpoint show them.

https://learn.microsoft.com/graph/api/user-get, user-list-memberof
"""

import json
import re

import pytest

from practice_tenant.directory.objects import pairwise_subject

from .answers import GRAPH


@pytest.mark.statement(126)
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


@pytest.mark.statement(126)
@pytest.mark.parametrize(("label", "roles"), [("learner", []), ("admin", ["Global Administrator"])])
def test_an_administrator_is_in_a_directory_role_and_nobody_else_is(label, roles, practice):
    body = practice.graph("GET", "/me/memberOf", practice.user_token("User.Read openid", label)).json()
    assert body["@odata.context"] == f"{GRAPH}/$metadata#directoryObjects"
    kind = "#microsoft.graph.directoryRole"
    assert [item["displayName"] for item in body["value"] if item["@odata.type"] == kind] == roles


@pytest.mark.statement(126)
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


@pytest.mark.statement(126)
def test_the_user_info_has_the_subject_of_the_id_token(practice):
    client = practice.directory.application(app_id=practice.seeded.public_client_id)
    user = practice.directory.user(practice.seeded.tenant_id, "learner@practice.example")
    headers = [("Authorization", f"Bearer {practice.user_token('User.Read openid')}")]
    assert practice.api.http.get("/oidc/userinfo", headers=headers).json() == {"sub": pairwise_subject(user, client)}


@pytest.mark.statement(126)
def test_the_basic_permission_shows_basic_members_only(mint, practice):
    token = mint(roles=["User.ReadBasic.All"])
    user = practice.graph("GET", "/users/learner@practice.example", token).json()
    assert user.keys() == {
        "@odata.context",
        *("id", "displayName", "givenName", "surname", "mail", "userPrincipalName"),
    }
    hidden = practice.graph("GET", "/users", token, select="jobTitle,userType").json()["value"]
    assert all(item == {} for item in hidden)
