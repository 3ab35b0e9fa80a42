"""Query strings and JSON bodies at the protected API and at the control API."""

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice_tenant.control import COMMANDS
from tests.faults.fuzz.asked import answer
from tests.faults.fuzz.inputs import fields, json_values, share, text
from tests.tenant.practice import CONTROL_TOKEN, Practice

OPTIONS = {
    "$top": ("1", "999", "0"),
    "$skiptoken": ("a",),
    "$select": ("id,displayName", "passwordCredentials"),
    "$filter": ("displayName eq 'a'", "startswith(displayName,'a')", "appId eq ''", "a eq 'b' and c eq 'd'"),
    "$count": ("true",),
    "$orderby": ("displayName desc",),
    "$search": ('"displayName:a"',),
    "$expand": ("owners",),
}
KEYS = (
    "displayName",
    "signInAudience",
    "identifierUris",
    "appRoles",
    "api",
    "oauth2PermissionScopes",
    "requestedAccessTokenVersion",
    "requiredResourceAccess",
    "resourceAccess",
    "web",
    "publicClient",
    "spa",
    "redirectUris",
    "keyCredentials",
    "passwordCredential",
    "startDateTime",
    "endDateTime",
    "id",
    "value",
    "type",
    "isEnabled",
    "key",
    "keyId",
    "issuer",
    "subject",
    "audiences",
    "name",
    "appId",
    "appRoleId",
    "principalId",
    "resourceId",
    "appRoleAssignmentRequired",
)
ARGUMENTS = (
    "command",
    "times",
    "retry_after",
    "plain_text",
    "endpoint",
    "status",
    "seconds",
    "text",
    "client_id",
)
RAW = (b"{", b"[]", b"[" * 3_000, b'{"a":' * 500, b"\xff", b"1" * 4_000, b'{"command": "clear", "command": 1}', b"")


@pytest.fixture
def administrator_token(practice: Practice) -> str:
    """What may change registrations."""
    return practice.administrator_token()


def raw_json(*keys: str) -> st.SearchStrategy[bytes]:
    """A body: mostly a JSON object with these keys."""
    objects = st.dictionaries(st.sampled_from(keys), json_values(*keys), max_size=6)
    return st.one_of(
        objects.map(lambda value: json.dumps(value).encode()),
        objects.map(
            lambda value: json.dumps({"displayName": "App", "name": "n", "issuer": "https://i"} | value).encode()
        ),
        st.sampled_from(RAW),
        st.binary(max_size=60),
    )


@share(0.08)
@given(body=raw_json(*KEYS), data=st.data())
def test_any_body_at_the_api(practice: Practice, administrator_token: str, body: bytes, data: st.DataObject):
    seeded = practice.seeded
    app = practice.directory.application(app_id=seeded.client_id).id
    principal = practice.directory.service_principal(seeded.tenant_id, app_id=seeded.client_id).id
    of_app = ("", "/addPassword", "/removePassword", "/federatedIdentityCredentials")
    paths = [
        "/applications",
        "/servicePrincipals",
        *(f"/applications/{app}{step}" for step in of_app),
        f"/servicePrincipals/{principal}",
        f"/servicePrincipals/{principal}/appRoleAssignments",
    ]
    path, method = data.draw(st.sampled_from(paths)), data.draw(st.sampled_from(["POST", "PATCH"]))
    headers = [("Authorization", f"Bearer {administrator_token}"), ("Content-Type", "application/json")]
    answer(practice.api.http, method, f"/v1.0{path}", headers=headers, content=body)
    # What was taken can be given out.
    listed = answer(practice.api.http, "GET", f"/v1.0/applications/{app}", headers=headers)
    assert listed.status_code == 200


@share(0.05)
@given(
    query=fields(OPTIONS, 3).map(urlencode) | st.binary(max_size=40).map(quote),
    id=text("me", "{}", "(appId='a')", size=20),
    path=st.sampled_from(
        ["/users", "/applications", "/servicePrincipals", "/organization", "/users/{}", "/applications/{}"]
    ),
)
def test_any_query_at_the_api(practice: Practice, administrator_token: str, query: str, id: str, path: str):
    headers = [("Authorization", f"Bearer {administrator_token}")]
    answer(practice.api.http, "GET", f"/v1.0{path.format(quote(id, safe=''))}?{query}", headers=headers)


@share(0.06)
@given(
    body=raw_json(*ARGUMENTS)
    | st.builds(
        lambda command, given: json.dumps({"command": command} | given).encode(),
        st.sampled_from(sorted(COMMANDS)),
        st.dictionaries(st.sampled_from(ARGUMENTS[1:]), json_values("a"), max_size=4),
    ),
    query=fields({"endpoint": ("token",), "client_id": ("a",)}, 3).map(urlencode),
)
def test_any_body_and_query_at_the_control_api(practice: Practice, body: bytes, query: str):
    headers = [("Authorization", f"Bearer {CONTROL_TOKEN}")]
    answer(practice.localhost, "POST", "/control/faults", headers=headers, content=body)
    answer(practice.localhost, "GET", f"/control/requests?{query}", headers=headers)
    assert answer(practice.localhost, "DELETE", "/control/faults", headers=headers).status_code == 200
