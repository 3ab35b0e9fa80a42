"""The client credentials grant: who may use it, for what, and what comes back."""

import pytest

from practice_tenant.directory import credentials
from practice_tenant.directory.objects import ServicePrincipal
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clients import Authority
from tests.tenant.clock import Clock
from tests.tenant.tokens import parts_of


@pytest.mark.statement(63)
def test_a_client_without_a_credential_cannot_act_on_its_own_behalf(
    authority: Authority, form: dict, seeded: SeededValues
):
    form["client_id"] = seeded.public_client_id
    assert_refused(authority.token(form), 401, "invalid_client", 7000215)
    del form["client_secret"]
    assert_refused(authority.token(form), 401, "invalid_client", 7000216)


@pytest.mark.statement(63)
@pytest.mark.parametrize(
    "scope",
    [
        "https://graph.microsoft.com/User.Read",
        "User.Read",
        "https://graph.microsoft.com/.default openid",
        "https://graph.microsoft.com/.default https://graph.microsoft.com/.default",
        "https://graph.microsoft.com/.defaultt",
        "https://graph.microsoft.com.default",
    ],
)
def test_a_scope_other_than_default_is_invalid(authority: Authority, form: dict, scope: str):
    assert_refused(authority.token(form | {"scope": scope}), 400, "invalid_scope", 1002012)


@pytest.mark.statement(63)
@pytest.mark.parametrize("audience", ["common", "organizations", "Common"])
def test_an_audience_is_no_tenant(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues, clock: Clock, audience: str
):
    assert_refused(authority.token(form, tenant=audience), 400, "invalid_request", 50194)
    directory.add_password(seeded.multi_tenant_client_id, credentials.new_password_credential("its own", now=clock()))
    form |= {"client_id": seeded.multi_tenant_client_id, "client_secret": "its own"}
    assert authority.token(form).status_code == 200
    assert_refused(authority.token(form, tenant=audience), 400, "invalid_request", 50059)


@pytest.mark.statement(63)
def test_consumers_have_no_apps_of_their_own(authority: Authority, form: dict):
    assert_refused(authority.token(form, tenant="consumers"), 400, "unauthorized_client", 700016)


@pytest.mark.statement(63)
@pytest.mark.parametrize(("tenant_name", "code"), [("unknown.example", 90002), ("no tenant", 900023)])
def test_an_unknown_tenant_is_an_error(authority: Authority, form: dict, tenant_name: str, code: int):
    error = {90002: "invalid_tenant", 900023: "invalid_request"}[code]
    assert_refused(authority.token(form, tenant=tenant_name), 400, error, code)


@pytest.mark.statement(64)
def test_the_answer_has_an_access_token_and_nothing_for_a_user(authority: Authority, form: dict):
    assert list(authority.token(form).json()) == ["token_type", "expires_in", "ext_expires_in", "access_token"]


@pytest.mark.statement(64)
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_the_token_is_the_apps_own(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues, version: str
):
    scope = {"1.0": "https://graph.microsoft.com", "2.0": seeded.api_uri}[version] + "/.default"
    _, claims = parts_of(authority.token(form | {"scope": scope}).json()["access_token"])
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    assert claims["ver"] == version
    assert claims["sub"] == claims["oid"] == principal.id
    assert claims["roles"] == [{"1.0": "User.Read.All", "2.0": "Records.Read.All"}[version]]
    assert ("idtyp" in claims) is (version == "1.0")
    for of_a_user in ("scp", "name", "upn", "unique_name", "preferred_username", "email", "nonce"):
        assert of_a_user not in claims


@pytest.mark.statement(64)
def test_only_granted_permissions_become_roles(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues
):
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    for assignment in directory.app_role_assignments(principal.id):
        directory.remove_app_role_assignment(principal.id, assignment.id)
    _, claims = parts_of(authority.token(form).json()["access_token"])
    assert "roles" not in claims


@pytest.mark.statement(65)
@pytest.mark.parametrize(
    "resource",
    [
        "api://5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f00",
        "5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f00",
        "https://graph.microsoft.com.evil.example",
        "https://graph.microsoft.com/v1.0",
        "http://graph.microsoft.com",
        "urn:nobody",
    ],
)
def test_an_unknown_resource_is_invalid(authority: Authority, form: dict, resource: str):
    response = authority.token(form | {"scope": f"{resource}/.default"})
    assert_refused(response, 400, "invalid_resource", 500011)
    assert resource in response.json()["error_description"]


@pytest.mark.statement(65)
def test_a_resource_is_known_in_its_tenant_only(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues, clock: Clock
):
    principal = ServicePrincipal(
        id="5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f01",
        tenant_id=seeded.other_tenant_id,
        app_id=seeded.multi_tenant_client_id,
        display_name="Course multi-tenant app",
    )
    directory.add_service_principal(principal)
    directory.add_password(seeded.multi_tenant_client_id, credentials.new_password_credential("its own", now=clock()))
    form |= {"client_id": seeded.multi_tenant_client_id, "client_secret": "its own"}
    assert authority.token(form, tenant=seeded.other_tenant_id).status_code == 200
    response = authority.token(form | {"scope": f"{seeded.api_uri}/.default"}, tenant=seeded.other_tenant_id)
    assert_refused(response, 400, "invalid_resource", 500011)


@pytest.mark.statement(66)
@pytest.mark.parametrize("sign", ['"', "\\", "\t", "\n", "\x01", "\x7f", "é", "☃"], ids=ascii)
@pytest.mark.parametrize("place", ["before", "inside", "after"])
def test_a_scope_with_a_sign_that_scopes_do_not_have_is_invalid(
    authority: Authority, form: dict, sign: str, place: str
):
    good = form["scope"]
    form["scope"] = {"before": sign + good, "inside": good.replace("graph", f"gra{sign}ph"), "after": good + sign}[
        place
    ]
    assert_refused(authority.token(form), 400, "invalid_scope", 70011)


@pytest.mark.statement(66)
def test_a_scope_that_names_no_resource_is_invalid(authority: Authority, form: dict):
    for scope in ("/.default", "graph/.default", "//graph.microsoft.com/.default"):
        assert_refused(authority.token(form | {"scope": scope}), 400, "invalid_scope", 70011)


@pytest.mark.statement(66)
def test_very_many_scopes_are_invalid_and_soon_refused(authority: Authority, form: dict):
    assert_refused(authority.token(form | {"scope": "User.Read " * 5_000}), 400, "invalid_scope", 70011)
    assert_refused(authority.token(form | {"scope": "User.Read " * 10_000}), 413, "invalid_request", 9002313)
