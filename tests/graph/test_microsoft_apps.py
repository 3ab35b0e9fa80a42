"""Azure's own APIs and the Azure CLI, as every tenant knows them.

https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
"""

import pytest

from practice_tenant.directory.azure import APIS, AZURE_CLI_CLIENT_ID
from tests.tenant.practice import Practice, under
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of

from .answers import values

NAMES = [name for api in APIS for name in api.names]
MANAGEMENT = "https://management.azure.com"


@pytest.mark.statement(158)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slash", ["", "/"])
def test_an_app_gets_a_token_without_roles(name: str, slash: str, practice: Practice):
    seeded = practice.seeded
    answer = practice.token(seeded.client_id, seeded.client_secret, scope=f"{name}{slash}/.default").json()
    _, claims = parts_of(answer["access_token"])
    assert claims["aud"] == name + slash
    assert "roles" not in claims and claims["ver"] == "1.0"


@pytest.mark.statement(158)
def test_a_person_lets_an_app_act_for_them_and_graph_refuses_the_token(practice: Practice):
    token = practice.user_token(f"{MANAGEMENT}/user_impersonation")
    assert parts_of(token)[1]["scp"] == "user_impersonation"
    assert practice.graph("GET", "/me", token).status_code == 401


@pytest.mark.statement(158)
@pytest.mark.parametrize(
    ("host", "name", "known"),
    [
        ("login.microsoftonline.us", MANAGEMENT, False),
        ("login.microsoftonline.us", "https://management.usgovcloudapi.net", True),
        ("login.microsoftonline.us", "https://storage.azure.com", True),
        ("login.partner.microsoftonline.cn", "https://vault.azure.net", False),
        ("login.partner.microsoftonline.cn", "https://vault.azure.cn", True),
        ("login.microsoftonline.com", "https://vault.azure.cn", False),
    ],
)
def test_each_cloud_has_its_own_names(host: str, name: str, known: bool, practice: Practice):
    seeded, form = practice.seeded, {"grant_type": "client_credentials", "scope": f"{name}/.default"}
    form |= {"client_id": seeded.client_id, "client_secret": seeded.client_secret}
    authority = type(practice.authority)(http=under(practice.app, host), tenant=seeded.tenant_id)
    answer = authority.token(form).json()
    assert ("access_token" in answer) is known
    assert known or answer["error_codes"] == [500011]


@pytest.mark.statement(158)
def test_they_are_service_principals_with_permissions(practice: Practice, administrator_token: str):
    found = {item["appId"]: item for item in values(practice, administrator_token, "/servicePrincipals")}
    for api in APIS:
        scopes = found[api.app_id]["oauth2PermissionScopes"]
        assert [scope["value"] for scope in scopes] == [value for value, *_ in api.scopes]
    graph = found["00000003-0000-0000-c000-000000000000"]
    assert "User.Read" in [scope["value"] for scope in graph["oauth2PermissionScopes"]]
    assert "User.Read.All" in [role["value"] for role in graph["appRoles"]]


@pytest.mark.statement(159)
@pytest.mark.parametrize("name", ["7a1c0e52-3f0d-4f6e-9a57-2b8d6c1e4f90", "organizations", "common"])
def test_the_azure_cli_signs_people_in_without_asking_for_consent(name: str, practice: Practice):
    authority = type(practice.authority)(http=practice.authority.http, tenant=name)
    cli = RelyingParty(authority=authority, client_id=AZURE_CLI_CLIENT_ID, redirect_uri="http://localhost:49152")
    scope = "https://management.core.windows.net//.default openid offline_access"
    person = practice.person()
    redirect = person.log_in(person.http.get(cli.link(scope=scope)))
    assert "code" in sent_back(redirect)
    answer = cli.redeem(sent_back(redirect)["code"]).json()
    _, claims = parts_of(answer["access_token"])
    assert (claims["aud"], claims["scp"]) == ("https://management.core.windows.net/", "user_impersonation")
    assert claims["appid"] == AZURE_CLI_CLIENT_ID and "refresh_token" in answer
