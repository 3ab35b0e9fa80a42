"""The instance metadata service: tokens of a machine's managed identity, for what runs on the machine alone."""

from dataclasses import replace

import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.directory.objects import AppRoleAssignment
from practice_tenant.directory.permissions import GRAPH_APP_ID, graph_role_id
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.clients import Graph, InProcess
from tests.tenant.clock import Clock
from tests.tenant.machine import EXCHANGE, EXCHANGE_APP_ID, METADATA, Machine
from tests.tenant.tokens import parts_of

GRAPH = "https://graph.microsoft.com"


def test_the_answer_has_texts_for_times_as_the_service_has(machine: Machine, seeded: SeededValues, clock: Clock):
    answer = machine.ask()
    body = answer.json()
    _, claims = parts_of(body.pop("access_token"))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store, no-cache")
    assert body == {
        "client_id": seeded.managed_identity_client_id,
        "expires_in": "86399",
        "expires_on": str(claims["exp"]),
        "ext_expires_in": "86399",
        "not_before": str(claims["nbf"]),
        "resource": EXCHANGE,
        "token_type": "Bearer",
    }
    assert claims["exp"] == clock() + 86400


def test_a_token_for_trading_is_entras_of_version_2_about_the_identity(machine: Machine, seeded: SeededValues):
    header, claims = parts_of(machine.token())
    expected = {
        "aud": EXCHANGE_APP_ID,
        "iss": f"https://login.microsoftonline.com/{seeded.tenant_id}/v2.0",
        "azp": seeded.managed_identity_client_id,
        "azpacr": "2",
        "idtyp": "app",
        "oid": seeded.managed_identity_object_id,
        "sub": seeded.managed_identity_object_id,
        "tid": seeded.tenant_id,
        "ver": "2.0",
    }
    assert {name: claims[name] for name in expected} == expected
    assert claims["xms_mirid"].endswith("/Microsoft.ManagedIdentity/userAssignedIdentities/course-machine")
    assert header["kid"] == machine.keys.current().kid


@pytest.mark.parametrize("name", ["client_id", "object_id", "msi_res_id", "mi_res_id", None])
@pytest.mark.parametrize("change", [str, str.upper])
def test_an_identity_is_named_by_any_of_its_ids_or_not_at_all(machine: Machine, seeded, name: str | None, change):
    values = {
        "client_id": seeded.managed_identity_client_id,
        "object_id": seeded.managed_identity_object_id,
        "msi_res_id": machine.claims()["xms_mirid"],
        "mi_res_id": machine.claims()["xms_mirid"],
    }
    query = {name: change(values[name])} if name else {}
    assert machine.ask(**query).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"client_id": "{object}"},
        {"object_id": "{client}"},
        {"client_id": "2f8e6a10-94b7-4d2c-a3e5-71c0d9b8f642"},
        {"client_id": ""},
        {"client_id": "{client}", "object_id": "{client}"},
    ],
    ids=str,
)
def test_another_name_is_no_identity_of_the_machine(machine: Machine, seeded: SeededValues, query: dict):
    ids = {"client": seeded.managed_identity_client_id, "object": seeded.managed_identity_object_id}
    answer = machine.ask(**{name: value.format_map(ids) for name, value in query.items()})
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": "Identity not found"}


def test_of_several_identities_one_has_to_be_named(machine: Machine, directory: Directory, seeded: SeededValues):
    first = directory.managed_identities()[0]
    second = replace(
        first, id="b" + first.id[1:], tenant_id=seeded.other_tenant_id, resource_id=first.resource_id + "-2"
    )
    directory.add_service_principal(second)
    assert "Multiple user assigned identities" in machine.ask().json()["error_description"]
    assert parts_of(machine.ask(object_id=second.id).json()["access_token"])[1]["oid"] == second.id


@pytest.mark.parametrize("headers", [(), (("Metadata", "True"),), (("Metadata", "1"),), (("Metadata", ""),)])
def test_a_request_without_its_header_is_refused(machine: Machine, headers):
    answer = machine.ask(headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request_102")


def test_a_request_that_was_passed_on_is_refused(machine: Machine):
    answer = machine.ask(headers=(*METADATA, ("X-Forwarded-For", "10.0.0.1")))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["api-version", "resource"])
@pytest.mark.parametrize("value", [None, ""])
def test_what_a_request_lacks_is_named(machine: Machine, name: str, value: str | None):
    answer = machine.ask(**{name: value})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert f"'{name}'" in answer.json()["error_description"]


@pytest.mark.parametrize("resource", ["https://api.loganalytics.io", f"{EXCHANGE}/.default", "garbage"])
def test_an_unknown_api_is_refused_as_entra_does(machine: Machine, resource: str):
    answer = machine.ask(resource=resource)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_resource")
    assert answer.json()["error_description"].startswith("AADSTS500011: ")


def test_azures_own_apis_are_known(machine: Machine):
    answer = machine.ask(resource="https://vault.azure.net")
    assert answer.status_code == 200 and answer.json()["resource"] == "https://vault.azure.net"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_get_is_answered(machine: Machine, method: str):
    path = f"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={EXCHANGE}"
    answer = machine.http.request(method, path, headers=METADATA)
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found"})


def test_whoever_is_not_of_this_run_is_refused_and_no_other_listener_answers(tenant: PracticeTenant, machine: Machine):
    path = f"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={EXCHANGE}"
    for headers in ((), (("X-Practice-Tenant-Run", "guessed"),)):
        stranger = InProcess(app=tenant, base_url="https://169.254.169.254", headers=headers)
        answer = stranger.get(path, headers=METADATA)
        assert answer.status_code == 403 and "access_token" not in answer.json()
    for base in ("http://169.254.169.254", "https://localhost:8443", "https://login.microsoftonline.com"):
        other = InProcess(app=tenant, base_url=base, headers=machine.http.headers)
        assert other.get(path, headers=METADATA).status_code in (404, 421)


def test_the_identity_may_do_what_it_was_granted(machine: Machine, directory: Directory, seeded, graph: Graph):
    token = machine.ask(resource=GRAPH).json()["access_token"]
    _, claims = parts_of(token)
    assert (claims["iss"], claims["appidacr"]) == (f"https://sts.windows.net/{seeded.tenant_id}/", "2")
    assert "roles" not in claims
    assert graph.get(token=token).status_code == 403
    directory.add_app_role_assignment(
        AppRoleAssignment(
            id="granted",
            principal_id=seeded.managed_identity_object_id,
            resource_id=directory.service_principal(seeded.tenant_id, app_id=GRAPH_APP_ID).id,
            app_role_id=graph_role_id("User.Read.All"),
            created=0,
        )
    )
    token = machine.ask(resource=GRAPH).json()["access_token"]
    assert parts_of(token)[1]["roles"] == ["User.Read.All"]
    assert graph.get(token=token).status_code == 200


def test_an_identity_has_no_secret_and_no_sign_in(machine: Machine, authority, seeded: SeededValues, pages):
    form = {
        "grant_type": "client_credentials",
        "client_id": seeded.managed_identity_client_id,
        "scope": f"{GRAPH}/.default",
    }
    assert authority.token(form).json()["error_codes"] == [7000216]
    assert authority.token(form | {"client_secret": seeded.client_secret}).json()["error_codes"] == [7000215]
    link = f"/{seeded.tenant_id}/oauth2/v2.0/authorize?client_id={seeded.managed_identity_client_id}&response_type=code"
    assert "AADSTS500113" in pages.get(f"{link}&redirect_uri=http://localhost&scope=openid").text
