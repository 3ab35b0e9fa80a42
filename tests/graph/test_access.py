"""The permission that each request needs.

https://learn.microsoft.com/graph/permissions-reference
"""

import pytest

from .answers import FORBIDDEN, refused

MISSING = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
def ids(practice) -> dict[str, str]:
    """The object IDs of the seeded app, of its service principal and of an assignment."""
    directory, seeded = practice.directory, practice.seeded
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    return {
        "app": directory.application(app_id=seeded.client_id).id,
        "principal": principal.id,
        "assignment": directory.app_role_assignments(principal.id)[0].id,
    }


@pytest.mark.statement(125)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/applications"),
        ("POST", "/applications"),
        ("PATCH", "/applications/{app}"),
        ("DELETE", "/applications/{app}"),
        ("GET", "/applications/$count"),
        ("GET", "/servicePrincipals/$count"),
        ("GET", "/groups"),
        ("GET", "/groups/$count"),
        ("GET", f"/groups/{MISSING}"),
        ("GET", f"/groups/{MISSING}/members"),
        ("POST", "/applications/{app}/addPassword"),
        ("POST", "/applications/{app}/removePassword"),
        ("GET", "/applications/{app}/federatedIdentityCredentials"),
        ("POST", "/applications/{app}/federatedIdentityCredentials"),
        ("GET", f"/applications/{{app}}/federatedIdentityCredentials/{MISSING}"),
        ("PATCH", f"/applications/{{app}}/federatedIdentityCredentials/{MISSING}"),
        ("DELETE", f"/applications/{{app}}/federatedIdentityCredentials/{MISSING}"),
        ("GET", "/servicePrincipals"),
        ("POST", "/servicePrincipals"),
        ("PATCH", "/servicePrincipals/{principal}"),
        ("GET", "/servicePrincipals/{principal}/appRoleAssignments"),
        ("POST", "/servicePrincipals/{principal}/appRoleAssignments"),
        ("DELETE", "/servicePrincipals/{principal}/appRoleAssignments/{assignment}"),
        ("GET", "/organization"),
    ],
)
def test_an_app_that_may_only_read_users_may_do_nothing_else(method, path, ids, practice, learner_token):
    assert refused(practice.graph(method, path.format_map(ids), learner_token)) == FORBIDDEN


@pytest.mark.statement(125)
@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("Application.Read.All", "POST", "/applications"),
        ("Application.Read.All", "POST", "/applications/{app}/addPassword"),
        ("Application.Read.All", "POST", "/servicePrincipals"),
        ("Directory.Read.All", "POST", "/applications"),
        ("Application.Read.All", "DELETE", "/applications/{app}"),
        ("User.ReadBasic.All", "GET", "/users/learner@practice.example/memberOf"),
        ("AppRoleAssignment.ReadWrite.All", "POST", "/applications"),
        ("Application.ReadWrite.All", "POST", "/servicePrincipals/{principal}/appRoleAssignments"),
        ("Application.ReadWrite.All", "DELETE", "/servicePrincipals/{principal}/appRoleAssignments/{assignment}"),
        ("Application.ReadWrite.All", "GET", "/users"),
        ("application.readwrite.all", "POST", "/applications"),
    ],
)
def test_a_role_lets_its_app_do_what_it_says_and_no_more(role, method, path, ids, mint, practice):
    before = practice.directory.app_role_assignments(ids["principal"])
    response = practice.graph(method, path.format_map(ids), mint(roles=[role]))
    assert refused(response) == FORBIDDEN
    assert practice.directory.app_role_assignments(ids["principal"]) == before
