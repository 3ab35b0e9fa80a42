"""App registrations: creating one, and the properties that PATCH changes.

https://learn.microsoft.com/graph/api/application-post-applications, application-update
"""

import re
from dataclasses import dataclass, field, replace

import pytest

from practice_tenant.directory.objects import Application
from practice_tenant.directory.permissions import GRAPH_APP_ID, graph_role_id, graph_scope_id
from tests.tenant.practice import Practice

from .answers import BAD_REQUEST, FORBIDDEN, GRAPH, GUID, NOT_FOUND, created, refused

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
WRONG = {
    "a redirect URI over plain http": {"web": {"redirectUris": ["http://app.example/callback"]}},
    "text for a switch": {"isFallbackPublicClient": "yes"},
    "a property that doesn't exist": {"displayname": "Another name"},
    "a property that the practice tenant hasn't": {"tags": ["x"], "isFallbackPublicClient": True},
    "secrets": {"passwordCredentials": []},
    "a property that stays": {"appId": "00001111-aaaa-2222-bbbb-3333cccc4444"},
}


@pytest.mark.statement(110)
def test_a_new_app_has_the_members_of_graphs_documentation(practice, administrator_token):
    wanted = {
        "displayName": "Everything",
        "signInAudience": "AzureADMultipleOrgs",
        "isFallbackPublicClient": True,
        "identifierUris": ["https://practice.example/everything"],
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
    app = created(practice, administrator_token, "/applications", wanted)
    assert {name: app[name] for name in wanted} == wanted
    assert app["@odata.context"] == f"{GRAPH}/$metadata#applications/$entity"
    assert GUID.fullmatch(app["id"])
    assert GUID.fullmatch(app["appId"])
    assert app["id"] != app["appId"]
    assert TIME.fullmatch(app["createdDateTime"])
    assert (app["appRoles"], app["passwordCredentials"], app["keyCredentials"]) == ([], [], [])
    assert practice.graph("GET", f"/applications/{app['id']}", administrator_token).json() == app


@pytest.mark.statement(111)
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": ""},
        {"displayName": "   "},
        {"displayName": "x" * 257},
        {"displayName": "x", "signInAudience": "Everybody"},
        {"displayName": "x", "isFallbackPublicClient": "yes"},
        {"displayName": "x", "identifierUris": "api://x"},
        {"displayName": "x", "identifierUris": [""]},
        {"displayName": "x", "identifierUris": ["https://practice.example/x", "HTTPS://practice.example/X"]},
        {"displayName": "x", "identifierUris": ["https://graph.microsoft.com"]},
        {"displayName": "x", "api": {"requestedAccessTokenVersion": 3}},
        {"displayName": "x", "api": {"requestedAccessTokenVersion": True}},
        {"displayName": "x", "web": []},
        {"displayName": "x", "web": {"redirectUris": [None]}},
        {"displayName": "x", "appRoles": [{"displayName": "no value"}]},
        {"displayName": "x", "requiredResourceAccess": ["x"]},
        {"displayName": "x", "requiredResourceAccess": [{"resourceAccess": ["x"]}]},
        {"displayName": "x", "requiredResourceAccess": [{"resourceAccess": [{"id": "x"}]}]},
    ],
    ids=str,
)
def test_an_app_that_cannot_be_made_is_refused_and_nothing_is_kept(body, practice, administrator_token):
    before = practice.directory.applications(practice.seeded.tenant_id)
    assert practice.graph("POST", "/applications", administrator_token, body).status_code == 400
    assert practice.directory.applications(practice.seeded.tenant_id) == before


def known(practice: Practice) -> Application:
    """The seeded app, as the directory knows it."""
    return practice.directory.application(app_id=practice.seeded.client_id)


def patched(practice: Practice, body: dict) -> int:
    """The status of the answer to a change of the seeded app."""
    path = f"/applications/{known(practice).id}"
    return practice.graph("PATCH", path, practice.administrator_token(), body).status_code


@pytest.mark.statement(112)
def test_public_client_flows_are_allowed_and_forbidden_and_nothing_else_changes(practice: Practice):
    before = known(practice)
    assert patched(practice, {"isFallbackPublicClient": True}) == 204
    assert known(practice) == replace(before, public_client=True)
    assert patched(practice, {"isFallbackPublicClient": False}) == 204
    assert known(practice) == before


@pytest.mark.statement(112)
@pytest.mark.parametrize(
    ("platform", "column"),
    [("web", "web_redirect_uris"), ("publicClient", "public_redirect_uris"), ("spa", "spa_redirect_uris")],
)
def test_the_redirect_uris_of_one_platform_are_replaced(practice: Practice, platform: str, column: str):
    before, uris = known(practice), ["https://app.example/callback", "http://localhost/callback"]
    assert patched(practice, {platform: {"redirectUris": uris}}) == 204
    assert known(practice) == replace(before, **{column: tuple(uris)})


@pytest.mark.statement(112)
def test_a_platform_without_its_uris_keeps_them(practice: Practice):
    before = known(practice)
    assert patched(practice, {"web": {}}) == 204
    assert known(practice) == before


@pytest.mark.statement(112)
@pytest.mark.parametrize("body", WRONG.values(), ids=list(WRONG))
def test_what_is_wrong_changes_nothing(practice: Practice, body: dict):
    before = known(practice)
    assert patched(practice, body) == 400
    assert known(practice) == before


@dataclass(frozen=True, kw_only=True)
class Api:
    """The seeded app as an API, and its identifier URIs."""

    practice: Practice
    id: str
    own: str
    token: str = field(repr=False)

    def patch(self, *uris: object):
        """Make these its identifier URIs."""
        return self.practice.graph("PATCH", f"/applications/{self.id}", self.token, {"identifierUris": list(uris)})

    @property
    def uris(self) -> list[str]:
        return self.practice.graph("GET", f"/applications/{self.id}", self.token).json()["identifierUris"]

    def asks_for(self, uri: str):
        """A token request of the app for an API of that name."""
        seeded = self.practice.seeded
        return self.practice.token(seeded.client_id, seeded.client_secret, scope=f"{uri}/.default").json()


@pytest.fixture
def api(practice, administrator_token) -> Api:
    app = practice.directory.application(app_id=practice.seeded.client_id)
    return Api(practice=practice, id=app.id, own=f"api://{app.app_id}", token=administrator_token)


@pytest.mark.statement(113)
def test_an_api_can_be_asked_for_from_the_moment_it_has_its_uri(api):
    assert api.asks_for(api.own)["error_codes"] == [500011]
    assert api.patch(api.own).status_code == 204
    assert api.uris == [api.own]
    assert "access_token" in api.asks_for(api.own)


@pytest.mark.statement(113)
def test_a_uri_that_is_taken_away_names_nothing_any_more(api):
    api.patch(api.own, f"{api.own}/v2")
    assert "access_token" in api.asks_for(f"{api.own}/v2")
    api.patch(api.own)
    assert api.uris == [api.own]
    assert api.asks_for(f"{api.own}/v2")["error_codes"] == [500011]


@pytest.mark.statement(113)
@pytest.mark.parametrize(
    "uri",
    [
        "api://reports",
        "https://graph.microsoft.com",
        "api://00001111-aaaa-2222-bbbb-3333cccc4444",
        "",
        # Another app's client ID that begins with this one's can't be; more after it can.
        "{own}-more",
    ],
)
def test_a_name_that_could_be_somebody_elses_is_refused_and_changes_nothing(api, uri):
    api.patch(api.own)
    answer = api.patch(uri.format(own=api.own))
    assert refused(answer) == BAD_REQUEST
    assert api.uris == [api.own]


@pytest.mark.statement(113)
@pytest.mark.parametrize("value", ["api://text", 7, [7]])
def test_what_is_no_list_of_texts_is_refused(api, value):
    body = {"identifierUris": value}
    answer = api.practice.graph("PATCH", f"/applications/{api.id}", api.token, body)
    assert answer.status_code == 400
    assert api.uris == []


@pytest.mark.statement(112)
def test_a_new_name_is_its_service_principals_too(practice, administrator_token):
    app = created(practice, administrator_token, "/applications", {"displayName": "Old"})
    made = created(practice, administrator_token, "/servicePrincipals", {"appId": app["appId"]})
    practice.graph("PATCH", f"/applications/{app['id']}", administrator_token, {"displayName": "New"})
    found = practice.graph("GET", f"/servicePrincipals/{made['id']}", administrator_token).json()
    assert (found["displayName"], found["appDisplayName"]) == ("New", "New")


@pytest.mark.statement(160)
def test_an_app_that_was_deleted_is_gone_with_all_it_had(practice, administrator_token):
    app = created(practice, administrator_token, "/applications", {"displayName": "Short"})
    principal = created(practice, administrator_token, "/servicePrincipals", {"appId": app["appId"]})
    graph = practice.directory.service_principal(practice.seeded.tenant_id, app_id=GRAPH_APP_ID)
    role = {"principalId": principal["id"], "resourceId": graph.id, "appRoleId": graph_role_id("User.Read.All")}
    created(practice, administrator_token, f"/servicePrincipals/{principal['id']}/appRoleAssignments", role)
    path = f"/applications/{app['id']}"
    secret = practice.graph("POST", f"{path}/addPassword", administrator_token).json()["secretText"]
    token = practice.token(app["appId"], secret).json()["access_token"]
    assert practice.graph("DELETE", path, administrator_token).status_code == 204
    assert practice.token(app["appId"], secret).json()["error_codes"] == [700016]
    assert practice.graph("GET", "/users", token).status_code == 403
    for gone in (path, f"/servicePrincipals/{principal['id']}"):
        assert refused(practice.graph("GET", gone, administrator_token)) == NOT_FOUND
    assert practice.directory.app_role_assignments(principal["id"]) == []


@pytest.mark.statement(160)
def test_the_apps_of_the_course_stay(practice: Practice, administrator_token):
    answer = practice.graph("DELETE", f"/applications/{known(practice).id}", administrator_token)
    assert refused(answer) == FORBIDDEN
    assert "The practice tenant has no way" in answer.json()["error"]["message"]
    assert known(practice) is not None


@pytest.mark.statement(161)
def test_an_app_and_its_principal_are_found_by_the_client_id(practice: Practice, administrator_token):
    client_id = practice.seeded.client_id
    for path in ("/applications", "/servicePrincipals"):
        found = practice.graph("GET", f"{path}(appId='{client_id}')", administrator_token).json()
        assert found["appId"] == client_id
        assert practice.graph("GET", f"{path}('{found['id']}')", administrator_token).json() == found
        missing = practice.graph("GET", f"{path}(appId='{found['id']}')", administrator_token)
        assert refused(missing) == NOT_FOUND
    change = {"isFallbackPublicClient": True}
    assert (
        practice.graph("PATCH", f"/applications(appId='{client_id}')", administrator_token, change).status_code == 204
    )
    assert known(practice).public_client
