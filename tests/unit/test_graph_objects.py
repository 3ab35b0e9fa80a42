"""Graph's objects: registering an app as a person would automate it, and reading collections page by page.

https://learn.microsoft.com/graph/api/application-post-applications and its neighbours
"""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from practice_tenant.directory.permissions import GRAPH_APP_ID, graph_role_id, graph_scope_id
from tests.conformance.tokens import parts_of
from tests.unit.opened_state import REGISTERED

GRAPH = "https://graph.microsoft.com/v1.0"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def administrator(practice) -> str:
    """An access token that may register apps and grant permissions."""
    return practice.administrator_token()


@pytest.fixture
def learner(practice) -> str:
    """An access token that may read users."""
    return practice.learner_token()


def created(practice, token: str, path: str, body: dict) -> dict:
    """The object that a POST made."""
    response = practice.graph("POST", path, token, body)
    assert response.status_code == 201, response.text
    return response.json()


def values(practice, token: str, path: str, **query: object) -> list[dict]:
    """All objects of a collection, page by page as ``@odata.nextLink`` leads."""
    found, pages = [], 0
    while path:
        body = practice.graph("GET", path, token, **query).json()
        found += body["value"]
        path, query, pages = body.get("@odata.nextLink", "").removeprefix(GRAPH), {}, pages + 1
        assert pages < 100
    return found


def refused(response) -> tuple[int, str, str]:
    """Status, code and sentence of a refusal."""
    error = response.json()["error"]
    assert {"date", "request-id", "client-request-id"} == error["innerError"].keys()
    assert GUID.fullmatch(error["innerError"]["request-id"])
    return response.status_code, error["code"], error["message"]


def test_an_app_that_is_registered_secured_and_granted_gets_a_token_with_its_role(practice, administrator):
    app = created(practice, administrator, "/applications", {"displayName": "Mine", "signInAudience": "AzureADMyOrg"})
    secret = practice.graph("POST", f"/applications/{app['id']}/addPassword", administrator).json()["secretText"]
    assert practice.token(app["appId"], secret).json()["error_codes"] == [7000229]
    principal = created(practice, administrator, "/servicePrincipals", {"appId": app["appId"]})
    _, before = parts_of(practice.token(app["appId"], secret).json()["access_token"])
    [graph] = values(practice, administrator, "/servicePrincipals", filter=f"appId eq '{GRAPH_APP_ID}'")
    role = next(role for role in graph["appRoles"] if role["value"] == "User.Read.All")
    grant = {"principalId": principal["id"], "resourceId": graph["id"], "appRoleId": role["id"]}
    path = f"/servicePrincipals/{principal['id']}/appRoleAssignments"
    assignment = created(practice, administrator, path, grant)
    token = practice.token(app["appId"], secret).json()["access_token"]
    _, after = parts_of(token)
    assert "roles" not in before
    assert (after["roles"], after["oid"], after["app_displayname"]) == (["User.Read.All"], principal["id"], "Mine")
    assert practice.graph("GET", "/users", token).status_code == 200
    assert practice.graph("DELETE", f"{path}/{assignment['id']}", administrator).status_code == 204
    assert "roles" not in parts_of(practice.token(app["appId"], secret).json()["access_token"])[1]
    assert practice.graph("GET", "/users", token).status_code == 200, "a token keeps its roles until it ends"


def test_a_new_app_has_the_members_of_graphs_documentation(practice, administrator):
    wanted = {
        "displayName": "Everything",
        "signInAudience": "AzureADMultipleOrgs",
        "isFallbackPublicClient": True,
        "identifierUris": ["api://everything"],
        "api": {
            "requestedAccessTokenVersion": 2,
            "oauth2PermissionScopes": [
                {
                    "adminConsentDisplayName": "Read everything",
                    "id": "aaaaaaaa-0000-4000-8000-000000000003",
                    "isEnabled": True,
                    "type": "Admin",
                    "userConsentDisplayName": "Read everything",
                    "value": "Everything.Read",
                }
            ],
        },
        "web": {"redirectUris": ["https://app.example/signin"]},
        "publicClient": {"redirectUris": ["http://localhost"]},
        "spa": {"redirectUris": ["http://localhost:3000"]},
        "requiredResourceAccess": [
            {
                "resourceAppId": GRAPH_APP_ID,
                "resourceAccess": [
                    {"id": graph_role_id("User.Read.All"), "type": "Role"},
                    {"id": graph_scope_id("User.Read"), "type": "Scope"},
                ],
            }
        ],
    }
    app = created(practice, administrator, "/applications", wanted)
    assert {name: app[name] for name in wanted} == wanted
    assert app["@odata.context"] == f"{GRAPH}/$metadata#applications/$entity"
    assert GUID.fullmatch(app["id"])
    assert GUID.fullmatch(app["appId"])
    assert app["id"] != app["appId"]
    assert TIME.fullmatch(app["createdDateTime"])
    assert (app["appRoles"], app["passwordCredentials"], app["keyCredentials"]) == ([], [], [])
    assert practice.graph("GET", f"/applications/{app['id']}", administrator).json() == app


def test_what_an_app_asks_for_is_not_granted_by_asking(practice, administrator):
    asked = [
        {"resourceAppId": GRAPH_APP_ID, "resourceAccess": [{"id": graph_role_id("User.Read.All"), "type": "Role"}]}
    ]
    app = created(practice, administrator, "/applications", {"displayName": "Asks", "requiredResourceAccess": asked})
    secret = practice.graph("POST", f"/applications/{app['id']}/addPassword", administrator).json()["secretText"]
    created(practice, administrator, "/servicePrincipals", {"appId": app["appId"]})
    token = practice.token(app["appId"], secret).json()["access_token"]
    assert "roles" not in parts_of(token)[1]
    assert refused(practice.graph("GET", "/users", token))[:2] == (403, "Authorization_RequestDenied")


def test_a_secrets_value_is_shown_once_and_each_secret_has_its_end(practice, administrator):
    app = created(practice, administrator, "/applications", {"displayName": "Secrets"})
    created(practice, administrator, "/servicePrincipals", {"appId": app["appId"]})
    path = f"/applications/{app['id']}"
    soon = {"passwordCredential": {"displayName": "soon over", "endDateTime": "2026-09-22T00:00:00Z"}}
    added = [practice.graph("POST", f"{path}/addPassword", administrator, body).json() for body in (soon, None)]
    shown = practice.graph("GET", path, administrator)
    assert [item["secretText"] for item in shown.json()["passwordCredentials"]] == [None, None]
    assert not [item for item in added if item["secretText"] in shown.text]
    assert added[0]["endDateTime"] == "2026-09-22T00:00:00Z"
    assert added[0]["hint"] == added[0]["secretText"][:3]
    assert all("access_token" in practice.token(app["appId"], item["secretText"]).json() for item in added)
    practice.clock.advance(3 * 24 * 3600)
    codes = [practice.token(app["appId"], item["secretText"]).json().get("error_codes") for item in added]
    assert codes == [[7000222], None]
    administrator = practice.administrator_token()
    removed = practice.graph("POST", f"{path}/removePassword", administrator, {"keyId": added[1]["keyId"]})
    assert (removed.status_code, removed.content) == (204, b"")
    assert practice.token(app["appId"], added[1]["secretText"]).json()["error_codes"] == [7000215]


@pytest.mark.parametrize("top", [1, 5, 12, 13, 999])
def test_users_are_read_page_by_page_and_each_comes_once(top, practice, learner):
    first = practice.graph("GET", "/users", learner, top=top).json()
    assert len(first["value"]) == min(top, 12)
    assert ("@odata.nextLink" in first) is (top < 12)
    names = [user["userPrincipalName"] for user in values(practice, learner, "/users", top=top)]
    assert names == sorted(set(names))
    assert len(names) == 12


def test_the_next_link_keeps_the_options_and_names_the_cloud(practice, learner):
    body = practice.graph("GET", "/users", learner, top=2, select="id,displayName").json()
    link = urlsplit(body["@odata.nextLink"])
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{GRAPH}/users"
    options = dict(parse_qsl(link.query))
    assert {name: options[name] for name in ("$top", "$select")} == {"$top": "2", "$select": "id,displayName"}
    assert options.keys() == {"$top", "$select", "$skiptoken"}
    assert all(user.keys() == {"id", "displayName"} for user in body["value"])


def test_select_gives_those_members_and_its_absence_graphs_own_selection(practice, learner):
    path = "/users/learner@practice.example"
    assert practice.graph("GET", path, learner, select="displayName,userType").json() == {
        "@odata.context": f"{GRAPH}/$metadata#users/$entity",
        "displayName": "Practice Learner",
        "userType": "Member",
    }
    without = practice.graph("GET", path, learner).json()
    assert "userType" not in without
    assert without["mail"] == "learner@practice.example"
    assert practice.graph("GET", f"/users/{without['id']}", learner).json() == without


def test_a_filter_finds_what_it_names(practice, learner):
    found = values(practice, learner, "/users", filter="userPrincipalName eq 'learner@practice.example'")
    assert [user["displayName"] for user in found] == ["Practice Learner"]
    assert values(practice, learner, "/users", filter="displayName eq 'It''s nobody'") == []


def test_apps_and_principals_are_read_page_by_page(practice, administrator):
    for path in ("/applications", "/servicePrincipals"):
        everything = values(practice, administrator, path)
        assert values(practice, administrator, path, top=2) == everything
        assert len({item["id"] for item in everything}) == len(everything) >= 4


def test_only_the_callers_own_tenant_is_seen(practice, learner, administrator):
    other = practice.seeded.other_tenant_id
    user = practice.directory.users(other)[0]
    app = replace(REGISTERED, tenant_id=other)
    practice.directory.add_application(app)
    principal = practice.directory.service_principals(other)[0]
    domains = {name["userPrincipalName"].partition("@")[2] for name in values(practice, learner, "/users")}
    assert domains == {practice.seeded.tenant_domain}
    assert refused(practice.graph("GET", f"/users/{user.id}", learner))[0] == 404
    assert refused(practice.graph("GET", f"/applications/{app.id}", administrator))[0] == 404
    assert refused(practice.graph("POST", f"/applications/{app.id}/addPassword", administrator))[0] == 404
    assert app.id not in {item["id"] for item in values(practice, administrator, "/applications")}
    assert refused(practice.graph("GET", f"/servicePrincipals/{principal.id}", administrator))[0] == 404
    [organization] = values(practice, administrator, "/organization")
    assert organization["id"] == practice.seeded.tenant_id
