"""Paths as the cloud's front end takes them: letter case, double slashes and a slash at the end don't matter."""

import msal
import pytest

from course.registration import Registration
from practice_tenant import SeededValues
from practice_tenant.app import PracticeTenant
from practice_tenant.directory.store import Directory
from practice_tenant.hosts import RUN_HEADER
from tests.tenant.b2c import FLOW
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.clock import Clock
from tests.tenant.person import Person
from tests.tenant.practice import RUN_TOKEN, Practice
from tests.tenant.relying_party import CHALLENGE, RelyingParty, sent_back

CONFIGURATION = "/v2.0/.well-known/openid-configuration"
TOKEN = "/oauth2/v2.0/token"


@pytest.mark.statement(128)
@pytest.mark.parametrize("prefix", ["/common", "/common/", "//common", "/Common//", "//COMMON//"])
@pytest.mark.parametrize("path", [CONFIGURATION, "/V2.0/.Well-Known/OpenID-Configuration", CONFIGURATION + "/"])
def test_the_metadata_is_the_same_however_its_path_is_written(login: InProcess, prefix: str, path: str):
    response = login.get(login.base_url + prefix + path)
    assert (response.status_code, response.json()) == (200, login.get("/common" + CONFIGURATION).json())


@pytest.mark.statement(128)
@pytest.mark.parametrize("path", ["/OAuth2/V2.0/Token", "//oauth2/v2.0/token", "/oauth2//v2.0/token", f"{TOKEN}/"])
def test_a_token_is_issued_however_the_path_is_written(authority: Authority, form: dict, path: str):
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    response = authority.http.request("POST", f"/{authority.tenant}{path}", headers=headers, content=body)
    assert response.status_code == 200, response.text
    refused = authority.http.request("GET", f"/{authority.tenant}{path}")
    assert (refused.status_code, "Location" in refused.headers) == (405, False)


@pytest.mark.statement(128)
@pytest.mark.parametrize("path", ["/Users", "//users", "/users/", "/USERS//"])
def test_graph_is_the_same_however_its_path_is_written(graph: Graph, practice: Practice, path: str):
    token = practice.learner_token()
    expected = graph.get("/users?$top=2", token=token).json()
    assert len(expected["value"]) == 2
    for root in ("/v1.0", "/V1.0", "//v1.0"):
        response = graph.http.get(
            f"{graph.http.base_url}{root}{path}?$top=2", headers=[("Authorization", f"Bearer {token}")]
        )
        assert (response.status_code, response.json()) == (200, expected), root


@pytest.mark.statement(128)
def test_names_in_a_path_stay_as_they_are_written(login: InProcess):
    assert login.get("/Common//UserRealm//Somebody@Example.com").json().get("domain_name") == "Example.com"
    response = login.get("/Not.A.Tenant.Example//V2.0/.well-known/openid-configuration")
    assert "Tenant 'Not.A.Tenant.Example' not found" in response.json()["error_description"]


@pytest.mark.statement(128)
@pytest.mark.parametrize("path", ["//OAuth2/V2.0/Authorize", "/oauth2//v2.0/authorize"])
def test_a_sign_in_ends_however_its_path_is_written(learner: Person, desktop: RelyingParty, path: str):
    link = desktop.link().replace("/oauth2/v2.0/authorize", path)
    assert desktop.redeem(sent_back(learner.sign_in(link))["code"]).status_code == 200


@pytest.mark.statement(128)
@pytest.mark.parametrize("prefix", [f"/{FLOW}/", f"//{FLOW.upper()}", f"/TFP//{FLOW}"])
def test_a_user_flow_is_the_same_too(b2c: InProcess, prefix: str):
    assert b2c.get(b2c.base_url + prefix + CONFIGURATION).json() == b2c.get(f"/{FLOW}{CONFIGURATION}").json()


@pytest.mark.statement(128)
@pytest.mark.parametrize(
    "path",
    [
        "/common%2F" + CONFIGURATION,
        "/%2Fcommon" + CONFIGURATION,
        "/common%2f%2fv2.0/.well-known/openid-configuration",
    ],
)
def test_an_encoded_slash_is_none(login: InProcess, path: str):
    response = login.get(path)
    assert (response.status_code, "Location" in response.headers) == (404, False)


@pytest.mark.statement(128)
def test_the_machines_metadata_and_the_control_api_have_one_path_each(
    tenant: PracticeTenant, localhost: InProcess, machine
):
    headers = [("Metadata", "true")]
    query = "?api-version=2018-02-01&resource=https://graph.microsoft.com"
    assert machine.http.get("/metadata/identity/oauth2/token" + query, headers=headers).status_code == 200
    for path in ("//metadata/identity/oauth2/token", "/Metadata/identity/oauth2/token"):
        assert machine.http.get(machine.http.base_url + path + query, headers=headers).status_code == 404
    for path in ("//control/clear", "/Control/clear", "/%2fcontrol/clear"):
        assert localhost.request("POST", localhost.base_url + path).status_code == 404


@pytest.mark.statement(128)
def test_the_key_of_the_pages_is_compared_to_the_letter(directory: Directory, clock: Clock, seeded: SeededValues):
    addresses = {"https_port": 8443, "http_port": 8400, "run_token": RUN_TOKEN}
    app = PracticeTenant(directory, **addresses, pages_key="The-Key", clock=clock)
    pages = InProcess(app=app, base_url="http://localhost:8400")
    challenge = f"code_challenge={CHALLENGE}&code_challenge_method=S256"
    query = f"?client_id={seeded.public_client_id}&response_type=code&scope=User.Read&{challenge}"
    path = f"/{seeded.tenant_id}/oauth2/v2.0/authorize{query}"
    assert pages.get(f"/The-Key{path}").status_code == 200
    assert pages.get(f"/The-Key/{path}").status_code == 200
    for key in ("/the-key", "//The-Key", "/THE-KEY/", "/%2fThe-Key"):
        assert pages.get(pages.base_url + key + path).status_code in (404, 421)


@pytest.mark.statement(128)
def test_the_clouds_names_still_want_the_runs_token(tenant: PracticeTenant):
    http = InProcess(app=tenant, base_url="https://login.microsoftonline.com", headers=((RUN_HEADER, "another"),))
    assert http.get("/common//v2.0/.well-known/openid-configuration").status_code == 403


@pytest.mark.statement(128)
@pytest.mark.parametrize("end", ["", "/", "//"])
def test_msal_takes_an_authority_that_ends_in_a_slash_and_none_at_all(end: str, tmp_path):
    (tmp_path / ".env").write_text("")
    registration = Registration.load(tmp_path / ".env", {})
    where = {"authority": registration.authority + end} if end else {}
    app = msal.PublicClientApplication(registration.public_client_id, http_client=registration.session, **where)
    flow = app.initiate_device_flow(["User.Read"])
    assert "user_code" in flow or flow["error_codes"] == [50194]
