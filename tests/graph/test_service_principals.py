"""Service principals, and their app role assignments.

https://learn.microsoft.com/graph/api/resources/serviceprincipal, approleassignment
"""

import pytest

from practice_tenant.directory.objects import DEFAULT_ACCESS
from practice_tenant.directory.permissions import GRAPH_APP_ID, graph_role_id
from tests.tenant.practice import Practice
from tests.tenant.tokens import parts_of

from .answers import BAD_REQUEST, FORBIDDEN, NOT_FOUND, created, refused, values

MISSING = "99999999-9999-4999-8999-999999999999"


class Assigning:
    """The administrator's app, which assigns the seeded apps."""

    def __init__(self, practice: Practice):
        self.practice = practice
        self.token = practice.administrator_token()
        self.desktop = self.principal(practice.seeded.public_client_id)

    def principal(self, app_id: str):
        return self.practice.directory.service_principal(self.practice.seeded.tenant_id, app_id=app_id)

    def ask(self, method: str, path: str, body: object = None):
        return self.practice.graph(method, path, self.token, body)


@pytest.fixture
def assigning(practice) -> Assigning:
    return Assigning(practice)


@pytest.mark.statement(119)
def test_whether_an_app_wants_an_assignment_can_be_changed_and_nothing_else_can(assigning):
    path = f"/servicePrincipals/{assigning.desktop.id}"
    seen = [assigning.ask("GET", path).json()["appRoleAssignmentRequired"]]
    for value in (True, False):
        assert assigning.ask("PATCH", path, {"appRoleAssignmentRequired": value}).status_code == 204
        seen.append(assigning.ask("GET", path).json()["appRoleAssignmentRequired"])
    assert seen == [False, True, False]
    for body in ({"appRoleAssignmentRequired": "yes"}, {"accountEnabled": False}):
        assert refused(assigning.ask("PATCH", path, body)) == BAD_REQUEST


@pytest.mark.statement(121)
@pytest.mark.parametrize("without_roles", [False, True], ids=["a role", "default access"])
def test_an_app_is_assigned_to_another_and_the_assignment_is_shown_and_taken_back(assigning, without_roles):
    seeded = assigning.practice.seeded
    principal = assigning.principal(seeded.multi_tenant_client_id)
    resource = assigning.desktop if without_roles else assigning.principal(seeded.api_client_id)
    roles = ["8e52d0b6-17ca-4f93-8d6b-c74a3e90f125", DEFAULT_ACCESS]
    body = {"principalId": principal.id, "resourceId": resource.id, "appRoleId": roles[without_roles]}
    path = f"/servicePrincipals/{principal.id}/appRoleAssignments"
    before = assigning.ask("GET", path).json()["value"]
    wrong = assigning.ask("POST", path, body | {"appRoleId": roles[not without_roles]})
    assert refused(wrong) == BAD_REQUEST
    created = assigning.ask("POST", path, body)
    assert created.status_code == 201
    shown = created.json()
    assert shown.pop("@odata.context").endswith("/appRoleAssignments/$entity")
    assert shown == body | {
        "id": shown["id"],
        "createdDateTime": shown["createdDateTime"],
        "principalDisplayName": principal.display_name,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": resource.display_name,
    }
    assert [item for item in assigning.ask("GET", path).json()["value"] if item not in before] == [shown]
    assert refused(assigning.ask("POST", path, body)) == BAD_REQUEST
    assert assigning.ask("DELETE", f"{path}/{shown['id']}").status_code == 204
    assert refused(assigning.ask("DELETE", f"{path}/{shown['id']}")) == NOT_FOUND
    assert assigning.ask("GET", path).json()["value"] == before


@pytest.mark.statement(121)
def test_an_apps_assignment_is_no_other_apps_to_take_back(assigning):
    practice = assigning.practice
    daemon = assigning.principal(practice.seeded.client_id)
    before = practice.directory.app_role_assignments(daemon.id)
    answer = assigning.ask("DELETE", f"/servicePrincipals/{assigning.desktop.id}/appRoleAssignments/{before[0].id}")
    assert refused(answer) == NOT_FOUND
    assert practice.directory.app_role_assignments(daemon.id) == before


@pytest.mark.statement(119)
def test_a_managed_identity_is_told_from_an_application(assigning):
    path = f"/servicePrincipals/{assigning.practice.seeded.managed_identity_object_id}"
    shown = assigning.ask("GET", path).json()
    assert shown["servicePrincipalType"] == "ManagedIdentity"
    assert shown["alternativeNames"][0] == "isExplicit=True"
    assert shown["alternativeNames"][1].endswith("/userAssignedIdentities/course-machine")
    app = assigning.ask("GET", f"/servicePrincipals/{assigning.desktop.id}").json()
    assert (app["servicePrincipalType"], app["alternativeNames"]) == ("Application", [])


@pytest.mark.statement(119)
def test_a_second_service_principal_of_an_app_is_refused(practice, administrator_token):
    response = practice.graph("POST", "/servicePrincipals", administrator_token, {"appId": practice.seeded.client_id})
    assert refused(response) == (409, "Request_MultipleObjectsWithSameKeyValue")


@pytest.mark.statement(119)
@pytest.mark.parametrize("app_id", [MISSING, "", None, 5])
def test_a_service_principal_of_no_app_is_refused(app_id, practice, administrator_token):
    assert refused(practice.graph("POST", "/servicePrincipals", administrator_token, {"appId": app_id})) == BAD_REQUEST


@pytest.mark.statement(120)
def test_an_app_that_is_registered_secured_and_granted_gets_a_token_with_its_role(practice, administrator_token):
    app = created(
        practice, administrator_token, "/applications", {"displayName": "Mine", "signInAudience": "AzureADMyOrg"}
    )
    secret = practice.graph("POST", f"/applications/{app['id']}/addPassword", administrator_token).json()["secretText"]
    assert practice.token(app["appId"], secret).json()["error_codes"] == [7000229]
    principal = created(practice, administrator_token, "/servicePrincipals", {"appId": app["appId"]})
    _, before = parts_of(practice.token(app["appId"], secret).json()["access_token"])
    [graph] = values(practice, administrator_token, "/servicePrincipals", filter=f"appId eq '{GRAPH_APP_ID}'")
    role = next(role for role in graph["appRoles"] if role["value"] == "User.Read.All")
    grant = {"principalId": principal["id"], "resourceId": graph["id"], "appRoleId": role["id"]}
    path = f"/servicePrincipals/{principal['id']}/appRoleAssignments"
    assignment = created(practice, administrator_token, path, grant)
    token = practice.token(app["appId"], secret).json()["access_token"]
    _, after = parts_of(token)
    assert "roles" not in before
    assert (after.get("roles"), after["oid"], after["app_displayname"]) == (["User.Read.All"], principal["id"], "Mine")
    assert practice.graph("GET", "/users", token).status_code == 200
    assert practice.graph("DELETE", f"{path}/{assignment['id']}", administrator_token).status_code == 204
    assert "roles" not in parts_of(practice.token(app["appId"], secret).json()["access_token"])[1]
    assert practice.graph("GET", "/users", token).status_code == 200, "a token keeps its roles until it ends"


@pytest.mark.statement(120)
def test_what_an_app_asks_for_is_not_granted_by_asking(practice, administrator_token):
    asked = [
        {"resourceAppId": GRAPH_APP_ID, "resourceAccess": [{"id": graph_role_id("User.Read.All"), "type": "Role"}]}
    ]
    app = created(
        practice, administrator_token, "/applications", {"displayName": "Asks", "requiredResourceAccess": asked}
    )
    secret = practice.graph("POST", f"/applications/{app['id']}/addPassword", administrator_token).json()["secretText"]
    created(practice, administrator_token, "/servicePrincipals", {"appId": app["appId"]})
    token = practice.token(app["appId"], secret).json()["access_token"]
    assert "roles" not in parts_of(token)[1]
    assert refused(practice.graph("GET", "/users", token)) == FORBIDDEN


@pytest.mark.statement(121)
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
def test_a_grant_that_cannot_be_given_or_was_given_already_is_refused(change, practice, administrator_token):
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
    assert refused(practice.graph("POST", path, administrator_token, grant | change)) == BAD_REQUEST
    assert directory.app_role_assignments(principal.id) == before
