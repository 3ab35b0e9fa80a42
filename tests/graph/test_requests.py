"""Collections, query options, bodies and paths.

https://learn.microsoft.com/graph/query-parameters, paging
"""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.directory.opened_state import REGISTERED

from .answers import GRAPH, NOT_FOUND, refused, values

MISSING = "99999999-9999-4999-8999-999999999999"


@pytest.mark.statement(122)
@pytest.mark.parametrize("top", [1, 5, 12, 13, 999])
def test_users_are_read_page_by_page_and_each_comes_once(top, practice, learner_token):
    first = practice.graph("GET", "/users", learner_token, top=top).json()
    assert len(first["value"]) == min(top, 12)
    assert ("@odata.nextLink" in first) is (top < 12)
    names = [user["userPrincipalName"] for user in values(practice, learner_token, "/users", top=top)]
    assert names == sorted(set(names))
    assert len(names) == 12


@pytest.mark.statement(122)
def test_the_next_link_keeps_the_options_and_names_the_cloud(practice, learner_token):
    body = practice.graph("GET", "/users", learner_token, top=2, select="id,displayName").json()
    link = urlsplit(body["@odata.nextLink"])
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{GRAPH}/users"
    options = dict(parse_qsl(link.query))
    assert options.pop("$skiptoken")
    assert options == {"$top": "2", "$select": "id,displayName"}
    assert all(user.keys() == {"id", "displayName"} for user in body["value"])


@pytest.mark.statement(122)
def test_apps_and_principals_are_read_page_by_page(practice, administrator_token):
    for path in ("/applications", "/servicePrincipals"):
        everything = values(practice, administrator_token, path)
        assert values(practice, administrator_token, path, top=2) == everything
        assert len({item["id"] for item in everything}) == len(everything) >= 4


@pytest.mark.statement(122)
def test_select_gives_those_members_and_its_absence_graphs_own_selection(practice, learner_token):
    path = "/users/learner@practice.example"
    assert practice.graph("GET", path, learner_token, select="displayName,userType").json() == {
        "@odata.context": f"{GRAPH}/$metadata#users/$entity",
        "displayName": "Practice Learner",
        "userType": "Member",
    }
    without = practice.graph("GET", path, learner_token).json()
    assert "userType" not in without
    assert without["mail"] == "learner@practice.example"
    assert practice.graph("GET", f"/users/{without['id']}", learner_token).json() == without


@pytest.mark.statement(122)
def test_a_filter_finds_what_it_names(practice, learner_token):
    found = values(practice, learner_token, "/users", filter="userPrincipalName eq 'learner@practice.example'")
    assert [user["displayName"] for user in found] == ["Practice Learner"]
    assert values(practice, learner_token, "/users", filter="displayName eq 'It''s nobody'") == []


@pytest.mark.statement(123)
@pytest.mark.parametrize(
    "query",
    [
        {"top": 1000},
        {"top": "ten"},
        {"skiptoken": "%%%"},
        {"skiptoken": "_w=="},
        {"filter": "userPrincipalName ne 'x'"},
        {"filter": "mobilePhone eq 'x'"},
        {"filter": "userPrincipalName eq x"},
    ],
    ids=str,
)
def test_an_option_that_cannot_be_used_is_refused(query, practice, learner_token):
    assert practice.graph("GET", "/users", learner_token, **query).status_code == 400


@pytest.mark.statement(123)
def test_a_body_that_is_too_long_is_refused(practice, administrator_token):
    content = b'{"displayName": "' + b"x" * 300_000 + b'"}'
    response = practice.api.request("POST", "/applications", token=administrator_token, content=content)
    assert refused(response) == (413, "Request_EntityTooLarge")


@pytest.mark.statement(123)
def test_a_refusal_names_its_charset_and_forbids_guessing_at_its_type(practice):
    response = practice.graph("GET", "/users", "no token")
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.statement(124)
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
def test_what_is_not_there_is_not_found(method, path, practice, administrator_token, learner_token):
    token = learner_token if path.startswith("/users") else administrator_token
    body = {"keyId": MISSING} if method == "POST" else None
    assert refused(practice.graph(method, path, token, body)) == NOT_FOUND


@pytest.mark.statement(124)
@pytest.mark.parametrize("path", ["/no", "/no/", "//no"])
def test_a_path_that_is_not_there_is_named_and_leads_nowhere_else(path, practice, learner_token):
    response = practice.graph("GET", path, learner_token)
    assert refused(response) == (400, "BadRequest")
    assert "Resource not found for the segment 'no'." in response.json()["error"]["message"]
    assert "Location" not in response.headers


@pytest.mark.statement(124)
def test_only_the_callers_own_tenant_is_seen(practice, administrator_token):
    other = practice.seeded.other_tenant_id
    app = replace(REGISTERED, tenant_id=other)
    practice.directory.add_application(app)
    principal = practice.directory.service_principals(other)[0]
    assert refused(practice.graph("GET", f"/applications/{app.id}", administrator_token)) == NOT_FOUND
    assert refused(practice.graph("POST", f"/applications/{app.id}/addPassword", administrator_token)) == NOT_FOUND
    assert app.id not in {item["id"] for item in values(practice, administrator_token, "/applications")}
    assert refused(practice.graph("GET", f"/servicePrincipals/{principal.id}", administrator_token)) == NOT_FOUND
    [organization] = values(practice, administrator_token, "/organization")
    assert organization["id"] == practice.seeded.tenant_id
