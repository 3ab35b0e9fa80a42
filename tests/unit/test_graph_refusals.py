"""What Graph refuses: requests that can't be understood, and objects that aren't there. Each with a sentence."""

import pytest

from practice_tenant.directory.permissions import GRAPH_APP_ID, graph_role_id
from tests.conformance.tokens import Mint

MISSING = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
def administrator(practice) -> str:
    """An access token that may register apps and grant permissions."""
    return practice.administrator_token()


def error(response) -> tuple[int, str]:
    """Status and code of a refusal; its sentence must say something."""
    body = response.json()["error"]
    assert len(body["message"]) > 20
    return response.status_code, body["code"]


@pytest.mark.parametrize(
    "query",
    [
        {"top": 0},
        {"top": 1000},
        {"top": -1},
        {"top": "ten"},
        {"top": "9" * 5000},
        {"skiptoken": "%%%"},
        {"skiptoken": "_w=="},
        {"filter": "userPrincipalName ne 'x'"},
        {"filter": "jobTitle eq 'x'"},
        {"filter": "userPrincipalName eq x"},
        {"expand": "manager"},
    ],
    ids=str,
)
def test_an_option_that_cannot_be_used_is_refused(query, practice):
    assert error(practice.graph("GET", "/users", practice.learner_token(), **query))[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": ""},
        {"displayName": "   "},
        {"displayName": 5},
        {"displayName": "x" * 257},
        {"displayName": "\ud800"},
        {"displayName": "x", "signInAudience": "Everybody"},
        {"displayName": "x", "isFallbackPublicClient": "yes"},
        {"displayName": "x", "identifierUris": "api://x"},
        {"displayName": "x", "identifierUris": [""]},
        {"displayName": "x", "identifierUris": ["api://x", "API://X"]},
        {"displayName": "x", "identifierUris": ["https://graph.microsoft.com"]},
        {"displayName": "x", "api": {"requestedAccessTokenVersion": 3}},
        {"displayName": "x", "api": {"requestedAccessTokenVersion": True}},
        {"displayName": "x", "web": []},
        {"displayName": "x", "web": {"redirectUris": [None]}},
        {"displayName": "x", "appRoles": [1]},
        {"displayName": "x", "appRoles": [{"displayName": "no value"}]},
        {"displayName": "x", "requiredResourceAccess": ["x"]},
        {"displayName": "x", "requiredResourceAccess": [{"resourceAccess": ["x"]}]},
        {"displayName": "x", "requiredResourceAccess": [{"resourceAccess": [{"id": "x"}]}]},
        [],
        "text",
        7,
    ],
    ids=lambda body: str(body)[:99].encode("ascii", "replace").decode(),
)
def test_an_app_that_cannot_be_made_is_refused_and_nothing_is_kept(body, practice, administrator):
    before = practice.directory.applications(practice.seeded.tenant_id)
    assert error(practice.graph("POST", "/applications", administrator, body))[0] == 400
    assert practice.directory.applications(practice.seeded.tenant_id) == before


@pytest.mark.parametrize("content", [b"{", b'{"displayName": "x"', b"\xff\xfe", b"[" * 60_000, b'{"displayName": NaN}'])
def test_a_body_that_is_no_json_is_refused(content, practice, administrator):
    response = practice.api.request("POST", "/applications", token=administrator, content=content)
    assert error(response)[0] == 400


def test_a_body_that_is_too_long_is_refused(practice, administrator):
    content = b'{"displayName": "' + b"x" * 300_000 + b'"}'
    response = practice.api.request("POST", "/applications", token=administrator, content=content)
    assert error(response)[0] == 413


@pytest.mark.parametrize(
    "credential",
    [
        {"endDateTime": "2020-01-01T00:00:00Z"},
        {"endDateTime": "next year"},
        {"endDateTime": 1_800_000_000},
        {"startDateTime": "2027-01-01T00:00:00Z", "endDateTime": "2026-12-31T00:00:00Z"},
        {"displayName": ["x"]},
        [],
    ],
    ids=str,
)
def test_a_secret_that_cannot_be_made_is_refused_and_none_is_kept(credential, practice, administrator):
    app = practice.directory.application(app_id=practice.seeded.client_id)
    before = practice.directory.passwords(app.app_id)
    path = f"/applications/{app.id}/addPassword"
    assert error(practice.graph("POST", path, administrator, {"passwordCredential": credential}))[0] == 400
    assert practice.directory.passwords(app.app_id) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/users/{MISSING}"),
        ("GET", f"/applications/{MISSING}"),
        ("POST", f"/applications/{MISSING}/addPassword"),
        ("POST", f"/applications/{MISSING}/removePassword"),
        ("GET", f"/servicePrincipals/{MISSING}"),
        ("GET", f"/servicePrincipals/{MISSING}/appRoleAssignments"),
        ("POST", f"/servicePrincipals/{MISSING}/appRoleAssignments"),
        ("DELETE", f"/servicePrincipals/{MISSING}/appRoleAssignments/{MISSING}"),
    ],
)
def test_what_is_not_there_is_not_found(method, path, practice, administrator):
    token = practice.learner_token() if path.startswith("/users") else administrator
    body = {"keyId": MISSING} if method == "POST" else None
    assert error(practice.graph(method, path, token, body)) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("path", "named"), [("/users/", "users/"), (f"/users/{MISSING}/", f"{MISSING}/"), ("/no", "no")]
)
def test_a_path_that_is_not_there_is_named_and_leads_nowhere_else(path, named, practice):
    response = practice.graph("GET", path, practice.learner_token())
    assert error(response) == (400, "BadRequest")
    assert f"Resource not found for the segment '{named}'." in response.json()["error"]["message"]
    assert "Location" not in response.headers


def test_a_refusal_names_its_charset_and_forbids_guessing_at_its_type(practice):
    response = practice.graph("GET", "/users", "no token")
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_secret_that_the_app_does_not_have_cannot_be_removed(practice, administrator):
    app = practice.directory.application(app_id=practice.seeded.client_id)
    other = practice.directory.passwords(practice.seeded.administrator_client_id)[0]
    path = f"/applications/{app.id}/removePassword"
    assert error(practice.graph("POST", path, administrator, {"keyId": other.key_id}))[0] == 400
    assert practice.directory.passwords(practice.seeded.administrator_client_id) == [other]


def test_a_second_service_principal_of_an_app_is_refused(practice, administrator):
    response = practice.graph("POST", "/servicePrincipals", administrator, {"appId": practice.seeded.client_id})
    assert error(response) == (409, "Request_MultipleObjectsWithSameKeyValue")


@pytest.mark.parametrize("app_id", [MISSING, "", None, 5])
def test_a_service_principal_of_no_app_is_refused(app_id, practice, administrator):
    assert error(practice.graph("POST", "/servicePrincipals", administrator, {"appId": app_id}))[0] == 400


@pytest.mark.parametrize(
    "change",
    [
        {"principalId": MISSING},
        {"resourceId": MISSING},
        {"appRoleId": MISSING},
        {"appRoleId": graph_role_id("User.Read.All")},
        {"principalId": None},
        {"resourceId": 1},
    ],
    ids=str,
)
def test_a_grant_that_cannot_be_given_or_was_given_already_is_refused(change, practice, administrator):
    directory, seeded = practice.directory, practice.seeded
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    graph = directory.service_principal(seeded.tenant_id, app_id=GRAPH_APP_ID)
    before = directory.app_role_assignments(principal.id)
    grant = {
        "principalId": principal.id,
        "resourceId": graph.id,
        "appRoleId": graph_role_id("User.ReadWrite.All"),
    }
    path = f"/servicePrincipals/{principal.id}/appRoleAssignments"
    assert error(practice.graph("POST", path, administrator, grant | change))[0] == 400
    assert directory.app_role_assignments(principal.id) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/applications"),
        ("GET", "/applications"),
        ("POST", f"/applications/{MISSING}/addPassword"),
        ("POST", f"/applications/{MISSING}/removePassword"),
        ("GET", "/servicePrincipals"),
        ("POST", "/servicePrincipals"),
        ("POST", f"/servicePrincipals/{MISSING}/appRoleAssignments"),
        ("DELETE", f"/servicePrincipals/{MISSING}/appRoleAssignments/{MISSING}"),
        ("GET", "/organization"),
    ],
)
def test_an_app_that_may_only_read_users_may_do_nothing_else(method, path, practice):
    response = practice.graph(method, path, practice.learner_token())
    assert error(response) == (403, "Authorization_RequestDenied")


@pytest.fixture
def mint(practice) -> Mint:
    """Signs tokens of the seeded app with the roles that a test asks for."""
    principal = practice.directory.service_principal(practice.seeded.tenant_id, app_id=practice.seeded.client_id)
    return Mint(
        key=practice.app.signing_keys.current(),
        seeded=practice.seeded,
        principal_id=principal.id,
        clock=practice.clock,
    )


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("Application.Read.All", "POST", "/applications"),
        ("Application.Read.All", "POST", "/applications/{app}/addPassword"),
        ("Application.Read.All", "POST", "/servicePrincipals"),
        ("Directory.Read.All", "POST", "/applications"),
        ("AppRoleAssignment.ReadWrite.All", "POST", "/applications"),
        ("Application.ReadWrite.All", "POST", "/servicePrincipals/{principal}/appRoleAssignments"),
        ("Application.ReadWrite.All", "DELETE", "/servicePrincipals/{principal}/appRoleAssignments/{assignment}"),
        ("Application.ReadWrite.All", "GET", "/users"),
        ("application.readwrite.all", "POST", "/applications"),
    ],
)
def test_a_role_lets_its_app_do_what_it_says_and_no_more(role, method, path, mint, practice):
    directory, seeded = practice.directory, practice.seeded
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    ids = {
        "app": directory.application(app_id=seeded.client_id).id,
        "principal": principal.id,
        "assignment": directory.app_role_assignments(principal.id)[0].id,
    }
    before = directory.app_role_assignments(principal.id)
    response = practice.graph(method, path.format_map(ids), mint(roles=[role]))
    assert error(response) == (403, "Authorization_RequestDenied")
    assert directory.app_role_assignments(principal.id) == before


def test_the_basic_permission_shows_basic_members_only(mint, practice):
    token = mint(roles=["User.ReadBasic.All"])
    user = practice.graph("GET", "/users/learner@practice.example", token).json()
    assert user.keys() == {
        "@odata.context",
        *("id", "displayName", "givenName", "surname", "mail", "userPrincipalName"),
    }
    hidden = practice.graph("GET", "/users", token, select="jobTitle,userType").json()["value"]
    assert all(item == {} for item in hidden)
