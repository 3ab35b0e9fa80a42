"""The protected API: how a token comes, and what a caller with a good one may do."""

import base64
import json
from urllib.parse import urlencode

import pytest

from practice_tenant.directory.seed import SeededValues
from tests.tenant.answers import assert_forbidden, assert_unauthorized
from tests.tenant.clients import FORM, Authority, Graph, InProcess
from tests.tenant.tokens import ABSENT, Mint

UNKNOWN_GUID = "5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f00"
EVERY_PATH = (
    "/users",
    "/users/learner@practice.example",
    "/organization",
    "/me",
    "/applications",
    "/servicePrincipals",
)


@pytest.mark.statement(81)
@pytest.mark.parametrize("path", [*EVERY_PATH, "/nothing", "/nothing/here"])
def test_without_a_token_the_challenge_has_no_error_code(graph: Graph, path: str):
    assert_unauthorized(graph.get(path), error=None)


@pytest.mark.statement(81)
def test_without_a_token_nothing_is_written(graph: Graph):
    assert_unauthorized(graph.request("POST", "/applications", content=b'{"displayName": "App"}'), error=None)


@pytest.mark.statement(81)
def test_the_localhost_face_asks_for_a_token_too(localhost: InProcess):
    assert_unauthorized(Graph(http=localhost, root="/graph/v1.0").get(), error=None)


@pytest.mark.statement(82)
def test_the_minted_token_is_good(graph: Graph, mint: Mint):
    """All other tests change this token in one respect: what they see refused is that one change."""
    for token in (mint(), mint(**mint.version_2())):
        response = graph.get(token=token)
        assert response.status_code == 200
        assert len(response.json()["value"]) == 12


@pytest.mark.statement(82)
@pytest.mark.parametrize(
    "authorization",
    [
        "garbage",
        "Bearer",
        "Bearer ",
        "Bearer garbage",
        "Bearer a.b.c",
        "Bearer a.b",
        "Bearer ..",
        "Bearer {token}.",
        "Bearer {token} {token}",
        "Bearer {token},Bearer {token}",
        'Bearer "{token}"',
        "Bearer token={token}",
        "{token}",
        "Basic {basic}",
        "Basic {token}",
        "MAC {token}",
        "Bearer,{token}",
        "Bearer\t{token}",
    ],
)
def test_what_is_no_bearer_token_is_unauthorized(graph: Graph, mint: Mint, seeded: SeededValues, authorization: str):
    pair = f"{seeded.client_id}:{seeded.client_secret}"
    value = authorization.format(token=mint(), basic=base64.b64encode(pair.encode()).decode())
    assert_unauthorized(graph.get(headers=[("Authorization", value)]))


@pytest.mark.statement(82)
def test_the_scheme_may_be_written_in_any_case(graph: Graph, mint: Mint):
    for scheme in ("bearer", "BEARER"):
        assert graph.get(headers=[("Authorization", f"{scheme} {mint()}")]).status_code == 200


@pytest.mark.statement(82)
def test_two_authorization_headers_are_refused(graph: Graph, mint: Mint):
    good, other = ("Authorization", f"Bearer {mint()}"), ("Authorization", "Bearer other")
    for headers in ([good, good], [good, other], [other, good], [good, ("Authorization", "Basic eDp5")]):
        assert_unauthorized(graph.get(headers=headers))


@pytest.mark.statement(82)
def test_a_token_in_a_form_is_none_and_spoils_one_in_the_header(graph: Graph, mint: Mint, administrator: dict):
    token = mint(**administrator)
    sent = {"headers": [("Content-Type", FORM)], "content": urlencode({"access_token": token}).encode()}
    assert_unauthorized(graph.request("POST", "/applications", **sent), error=None)
    assert graph.request("POST", "/applications", token=token, **sent).status_code == 400


@pytest.mark.statement(83)
@pytest.mark.parametrize("path", ["/users", "/users/learner@practice.example", "/nothing"])
@pytest.mark.parametrize("name", ["access_token", "Authorization", "token"])
def test_a_token_in_the_query_is_not_looked_at(graph: Graph, mint: Mint, path: str, name: str):
    response = graph.get(f"{path}?{name}={mint()}")
    assert_unauthorized(response, error=None)


@pytest.mark.statement(83)
def test_a_token_in_a_cookie_or_another_header_is_not_looked_at(graph: Graph, mint: Mint):
    token = mint()
    for header in ("Cookie", "X-Access-Token", "Proxy-Authorization", "X-Authorization"):
        value = f"access_token={token}" if header == "Cookie" else f"Bearer {token}"
        assert_unauthorized(graph.get(headers=[(header, value)]), error=None)


@pytest.mark.statement(93)
@pytest.mark.parametrize("path", ["/users", "/users/learner@practice.example", "/organization", "/applications"])
@pytest.mark.parametrize(
    "roles", [ABSENT, [], [""], [None, 1, ["User.Read.All"]]], ids=["absent", "none", "empty", "odd"]
)
def test_a_token_without_scp_and_roles_reads_nothing(graph: Graph, mint: Mint, path: str, roles: object):
    assert_forbidden(graph.get(path, token=mint(roles=roles)))


@pytest.mark.statement(93)
def test_a_token_without_scp_is_told_to_sign_a_user_in(graph: Graph, mint: Mint):
    response = graph.get("/me", token=mint(roles=ABSENT))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "BadRequest")


@pytest.mark.statement(93)
@pytest.mark.parametrize(
    "claims",
    [{"roles": "User.Read.All"}, {"roles": {"User.Read.All": 1}}, {"scp": ["User.Read.All"]}, {"scp": None}],
    ids=str,
)
def test_roles_are_a_list_and_scp_a_string(graph: Graph, mint: Mint, claims: dict):
    assert_unauthorized(graph.get(token=mint(**claims)))


@pytest.mark.statement(93)
@pytest.mark.parametrize(
    "role",
    ["User.Read", "User.Read.Al", "User.Read.All.", "user.read.all", " User.Read.All", "User.Read.All User.Read"],
)
def test_a_role_counts_as_a_whole_word_only(graph: Graph, mint: Mint, role: str):
    assert_forbidden(graph.get(token=mint(roles=[role])))


@pytest.mark.statement(93)
def test_consent_given_becomes_a_right_with_the_next_token(
    authority: Authority, graph: Graph, form: dict, directory, seeded: SeededValues
):
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    (consent,) = (
        assignment
        for assignment in directory.app_role_assignments(principal.id)
        if directory.service_principal(seeded.tenant_id, id=assignment.resource_id).display_name == "Microsoft Graph"
    )
    directory.remove_app_role_assignment(principal.id, consent.id)
    assert_forbidden(graph.get(token=authority.token(form).json()["access_token"]))
    directory.add_app_role_assignment(consent)
    assert graph.get(token=authority.token(form).json()["access_token"]).status_code == 200


@pytest.mark.statement(96)
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_caller_that_is_not_in_the_tenant_is_forbidden(graph: Graph, mint: Mint, version: str):
    claims = {"appid": UNKNOWN_GUID} if version == "1.0" else mint.version_2(azp=UNKNOWN_GUID)
    assert_forbidden(graph.get(token=mint(**claims)))


@pytest.mark.statement(96)
def test_the_object_id_has_to_be_the_callers_own(graph: Graph, mint: Mint, administrator: dict):
    for oid in (UNKNOWN_GUID, administrator["oid"]):
        assert_forbidden(graph.get(token=mint(oid=oid)))


@pytest.mark.statement(96)
@pytest.mark.parametrize("claim", ["appid", "azp"])
def test_a_version_2_token_names_its_client_in_azp_and_version_1_in_appid(graph: Graph, mint: Mint, claim: str):
    claims = mint.version_2(azp=ABSENT) if claim == "azp" else {"appid": ABSENT}
    other = {"appid": mint.seeded.client_id} if claim == "azp" else {"azp": mint.seeded.client_id}
    assert_unauthorized(graph.get(token=mint(**claims | other)))


@pytest.mark.statement(96)
@pytest.mark.parametrize("name", ["upn", "email", "preferred_username", "unique_name", "name", "app_displayname"])
def test_no_name_in_a_token_decides_anything(graph: Graph, mint: Mint, name: str):
    claims = {name: "admin@practice.example", "groups": ["Administrators"], "wids": [UNKNOWN_GUID]}
    assert_forbidden(graph.get("/applications", token=mint(**claims)))
    assert_forbidden(graph.get(token=mint(roles=[], **claims)))
    assert_forbidden(graph.get(token=mint(appid=UNKNOWN_GUID, **claims)))


@pytest.mark.statement(96)
def test_a_caller_sees_its_own_tenant_only(
    graph: Graph, mint: Mint, administrator: dict, seeded: SeededValues, directory
):
    (stranger, *_) = directory.users(seeded.other_tenant_id)
    assert graph.get(f"/users/{stranger.id}", token=mint()).status_code == 404
    names = [user["userPrincipalName"] for user in graph.get(token=mint()).json()["value"]]
    assert names and all(name.endswith("@practice.example") for name in names)
    body = json.dumps({"displayName": "App", "tenantId": seeded.other_tenant_id}).encode()
    assert graph.request("POST", "/applications", token=mint(**administrator), content=body).status_code == 400
    body = json.dumps({"displayName": "App"}).encode()
    made = graph.request("POST", "/applications", token=mint(**administrator), content=body).json()
    assert directory.application(id=made["id"]).tenant_id == seeded.tenant_id
