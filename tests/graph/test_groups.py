"""Groups and their members.

https://learn.microsoft.com/graph/api/group-list, group-list-members, user-list-memberof
"""

import pytest

from tests.tenant.practice import Practice

from .answers import FORBIDDEN, NOT_FOUND, refused


@pytest.fixture
def reader(mint) -> str:
    """An access token that may read groups, and users' basic properties."""
    return mint(roles=["Group.Read.All", "User.Read.All"])


@pytest.mark.statement(157)
@pytest.mark.parametrize(
    ("label", "joined"),
    [
        ("learner", ["Course participants"]),
        ("instructor", ["Course instructors", "Course participants"]),
        ("admin", ["Global Administrator", "Course instructors", "Course participants"]),
    ],
)
def test_a_user_and_a_group_tell_the_same(label: str, joined: list[str], practice: Practice, reader: str):
    name = f"{label}@practice.example"
    body = practice.graph("GET", f"/users/{name}/memberOf", reader).json()
    assert [item["displayName"] for item in body["value"]] == joined
    for group in practice.graph("GET", "/groups", reader).json()["value"]:
        members = practice.graph("GET", f"/groups/{group['id']}/members", reader).json()["value"]
        is_member = name in [member["userPrincipalName"] for member in members]
        assert is_member is (group["displayName"] in joined)


@pytest.mark.statement(157)
def test_a_group_without_permission_is_an_id(practice: Practice):
    [group] = practice.graph("GET", "/me/memberOf", practice.user_token("User.Read")).json()["value"]
    assert group.pop("@odata.type") == "#microsoft.graph.group"
    assert group.pop("id") and all(value is None for value in group.values())


@pytest.mark.statement(157)
def test_groups_are_read_with_their_permission(practice: Practice, reader: str, learner_token: str):
    assert refused(practice.graph("GET", "/groups", learner_token)) == FORBIDDEN
    [group, _] = practice.graph("GET", "/groups", reader, orderby="displayName").json()["value"]
    found = practice.graph("GET", f"/groups/{group['id']}", reader, select="displayName").json()
    assert found["displayName"] == "Course instructors"
    assert refused(practice.graph("GET", "/groups/99999999-9999-4999-8999-999999999999", reader)) == NOT_FOUND
    counted = practice.api.get("/groups/$count", token=reader, headers=[("ConsistencyLevel", "eventual")])
    assert counted.text == "2"


@pytest.mark.statement(157)
def test_a_group_that_cannot_be_made_is_the_practice_tenants_limit(practice: Practice, administrator_token: str):
    answer = practice.graph("POST", "/groups", administrator_token, {"displayName": "x"})
    assert answer.status_code == 405
    assert "The practice tenant has no POST here." in answer.json()["error"]["message"]
