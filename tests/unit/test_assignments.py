"""Who may use an app: the property that asks for an assignment, and assignments from each side that Graph has."""

import pytest

from practice_tenant.directory.objects import DEFAULT_ACCESS
from tests.unit.practice import Practice


class Administrator:
    """The administrator's app, which assigns people to the seeded apps."""

    def __init__(self, practice: Practice):
        self.practice = practice
        self.token = practice.administrator_token()
        self.desktop = self.principal(practice.seeded.public_client_id)
        self.user = practice.directory.user(practice.seeded.tenant_id, "learner@practice.example")

    def principal(self, app_id: str):
        return self.practice.directory.service_principal(self.practice.seeded.tenant_id, app_id=app_id)

    def ask(self, method: str, path: str, body: object = None):
        return self.practice.graph(method, path, self.token, body)

    def body(self, **changes: str) -> dict:
        names = {"principalId": self.user.id, "resourceId": self.desktop.id, "appRoleId": DEFAULT_ACCESS}
        return names | changes

    @property
    def sides(self) -> dict[str, str]:
        return {
            "to the app": f"/servicePrincipals/{self.desktop.id}/appRoleAssignedTo",
            "of the user, by ID": f"/users/{self.user.id}/appRoleAssignments",
            "of the user, by name": f"/users/{self.user.user_principal_name}/appRoleAssignments",
        }


SIDES = ("to the app", "of the user, by ID", "of the user, by name")


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


@pytest.mark.parametrize("side", SIDES)
def test_a_user_is_assigned_from_either_side_and_seen_from_both(administrator, side):
    created = administrator.ask("POST", administrator.sides[side], administrator.body())
    assert created.status_code == 201
    body = created.json()
    assert body.pop("@odata.context").endswith("/appRoleAssignments/$entity" if "user" in side else "edTo/$entity")
    assert body == administrator.body() | {
        "id": body["id"],
        "createdDateTime": body["createdDateTime"],
        "principalDisplayName": "Practice Learner",
        "principalType": "User",
        "resourceDisplayName": "Course desktop app",
    }
    for path in administrator.sides.values():
        assert administrator.ask("GET", path).json()["value"] == [body]


@pytest.mark.parametrize("side", SIDES)
def test_an_assignment_is_taken_back_from_either_side(administrator, side):
    created = administrator.ask("POST", administrator.sides["to the app"], administrator.body()).json()
    path = f"{administrator.sides[side]}/{created['id']}"
    assert administrator.ask("DELETE", path).status_code == 204
    assert refused(administrator.ask("DELETE", path)) == (404, "Request_ResourceNotFound")
    assert administrator.ask("GET", administrator.sides[side]).json()["value"] == []


def test_an_assignment_counts_once(administrator):
    administrator.ask("POST", administrator.sides["to the app"], administrator.body())
    for path in administrator.sides.values():
        assert refused(administrator.ask("POST", path, administrator.body())) == (400, "Request_BadRequest")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    "change",
    [
        {"appRoleId": "3c9f7e21-6b40-4d8a-95e3-f01b8c2d7a64"},
        {"appRoleId": ""},
        {"principalId": "learner@practice.example"},
        {"principalId": "00000000-0000-4000-8000-000000000000"},
        {"resourceId": "00000000-0000-4000-8000-000000000000"},
    ],
    ids=str,
)
def test_what_there_is_not_cannot_be_assigned(administrator, side, change):
    answer = administrator.ask("POST", administrator.sides[side], administrator.body(**change))
    assert refused(answer) == (400, "Request_BadRequest")
    assert administrator.ask("GET", administrator.sides[side]).json()["value"] == []


def test_a_user_of_another_tenant_cannot_be_assigned(administrator):
    other = administrator.practice.directory.user(administrator.practice.seeded.other_tenant_id, "learner@contoso.com")
    path = administrator.sides["to the app"]
    assert refused(administrator.ask("POST", path, administrator.body(principalId=other.id)))[0] == 400
    assert administrator.ask("GET", f"/users/{other.id}/appRoleAssignments").status_code == 404


def test_an_application_permission_is_seen_from_the_api_it_is_for(administrator):
    seeded = administrator.practice.seeded
    records = administrator.principal(seeded.api_client_id)
    [shown] = administrator.ask("GET", f"/servicePrincipals/{records.id}/appRoleAssignedTo").json()["value"]
    assert (shown["principalDisplayName"], shown["principalType"]) == ("Course daemon", "ServicePrincipal")
    role = {"resourceId": records.id, "appRoleId": "8e52d0b6-17ca-4f93-8d6b-c74a3e90f125"}
    body = role | {"principalId": administrator.principal(seeded.multi_tenant_client_id).id}
    path = f"/servicePrincipals/{records.id}/appRoleAssignedTo"
    assert administrator.ask("POST", path, body).status_code == 201
    assert refused(administrator.ask("POST", path, body | {"appRoleId": DEFAULT_ACCESS})) == (400, "Request_BadRequest")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_app_without_the_permission_is_refused(administrator, side, method):
    token = administrator.practice.learner_token()
    body = administrator.body() if method == "POST" else None
    answer = administrator.practice.graph(method, administrator.sides[side], token, body)
    assert refused(answer) == (403, "Authorization_RequestDenied")


def test_a_managed_identity_is_told_from_an_application(administrator):
    path = f"/servicePrincipals/{administrator.practice.seeded.managed_identity_object_id}"
    shown = administrator.ask("GET", path).json()
    assert shown["servicePrincipalType"] == "ManagedIdentity"
    assert shown["alternativeNames"][0] == "isExplicit=True"
    assert shown["alternativeNames"][1].endswith("/userAssignedIdentities/course-machine")
    app = administrator.ask("GET", f"/servicePrincipals/{administrator.desktop.id}").json()
    assert (app["servicePrincipalType"], app["alternativeNames"]) == ("Application", [])
