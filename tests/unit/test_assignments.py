"""App role assignments of service principals, and the property that asks for one."""

import pytest

from practice_tenant.directory.objects import DEFAULT_ACCESS
from tests.unit.practice import Practice


class Administrator:
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
def administrator(practice) -> Administrator:
    return Administrator(practice)


def refused(response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_whether_an_app_wants_an_assignment_can_be_changed_and_nothing_else_can(administrator):
    path = f"/servicePrincipals/{administrator.desktop.id}"
    seen = [administrator.ask("GET", path).json()["appRoleAssignmentRequired"]]
    for value in (True, False):
        assert administrator.ask("PATCH", path, {"appRoleAssignmentRequired": value}).status_code == 204
        seen.append(administrator.ask("GET", path).json()["appRoleAssignmentRequired"])
    assert seen == [False, True, False]
    for body in ({"appRoleAssignmentRequired": "yes"}, {"accountEnabled": False}):
        assert refused(administrator.ask("PATCH", path, body)) == (400, "Request_BadRequest")


@pytest.mark.parametrize("without_roles", [False, True], ids=["a role", "default access"])
def test_an_app_is_assigned_to_another_and_the_assignment_is_shown_and_taken_back(administrator, without_roles):
    seeded = administrator.practice.seeded
    principal = administrator.principal(seeded.multi_tenant_client_id)
    resource = administrator.desktop if without_roles else administrator.principal(seeded.api_client_id)
    roles = ["8e52d0b6-17ca-4f93-8d6b-c74a3e90f125", DEFAULT_ACCESS]
    body = {"principalId": principal.id, "resourceId": resource.id, "appRoleId": roles[without_roles]}
    path = f"/servicePrincipals/{principal.id}/appRoleAssignments"
    before = administrator.ask("GET", path).json()["value"]
    wrong = administrator.ask("POST", path, body | {"appRoleId": roles[not without_roles]})
    assert refused(wrong) == (400, "Request_BadRequest")
    created = administrator.ask("POST", path, body)
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
    assert [item for item in administrator.ask("GET", path).json()["value"] if item not in before] == [shown]
    assert refused(administrator.ask("POST", path, body)) == (400, "Request_BadRequest")
    assert administrator.ask("DELETE", f"{path}/{shown['id']}").status_code == 204
    assert refused(administrator.ask("DELETE", f"{path}/{shown['id']}")) == (404, "Request_ResourceNotFound")
    assert administrator.ask("GET", path).json()["value"] == before


def test_an_apps_assignment_is_no_other_apps_to_take_back(administrator):
    practice = administrator.practice
    daemon = administrator.principal(practice.seeded.client_id)
    before = practice.directory.app_role_assignments(daemon.id)
    answer = administrator.ask(
        "DELETE", f"/servicePrincipals/{administrator.desktop.id}/appRoleAssignments/{before[0].id}"
    )
    assert refused(answer) == (404, "Request_ResourceNotFound")
    assert practice.directory.app_role_assignments(daemon.id) == before


def test_a_managed_identity_is_told_from_an_application(administrator):
    path = f"/servicePrincipals/{administrator.practice.seeded.managed_identity_object_id}"
    shown = administrator.ask("GET", path).json()
    assert shown["servicePrincipalType"] == "ManagedIdentity"
    assert shown["alternativeNames"][0] == "isExplicit=True"
    assert shown["alternativeNames"][1].endswith("/userAssignedIdentities/course-machine")
    app = administrator.ask("GET", f"/servicePrincipals/{administrator.desktop.id}").json()
    assert (app["servicePrincipalType"], app["alternativeNames"]) == ("Application", [])
