"""National clouds: names, issuers, keys and Microsoft Graph of their own, and nothing of one cloud counts in another."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from urllib.parse import quote

import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.clouds import US_GOVERNMENT
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.signing_keys import SigningKeys
from practice_tenant.directory.store import Directory
from practice_tenant.faults import Throttled
from practice_tenant.hosts import RUN_HEADER
from tests.tenant.answers import assert_refused, assert_unauthorized
from tests.tenant.certificate import ASSERTION_TYPE, new_certificate
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.clock import START, Clock
from tests.tenant.person import Page, Person
from tests.tenant.practice import RUN_TOKEN
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import Mint, parts_of

WORLDWIDE, CHINA, US = "login.microsoftonline.com", "login.partner.microsoftonline.cn", "login.microsoftonline.us"
GRAPHS = {WORLDWIDE: "graph.microsoft.com", CHINA: "microsoftgraph.chinacloudapi.cn", US: "graph.microsoft.us"}
VERSION_1_ISSUERS = {WORLDWIDE: "sts.windows.net", CHINA: "sts.chinacloudapi.cn", US: "sts.windows.net"}
# What the clouds' own metadata says, member by member.
METADATA = {
    CHINA: {
        "cloud_instance_name": "partner.microsoftonline.cn",
        "cloud_graph_host_name": "graph.chinacloudapi.cn",
        "msgraph_host": "microsoftgraph.chinacloudapi.cn",
        "rbac_url": "https://pas.chinacloudapi.cn",
    },
    US: {
        "cloud_instance_name": "microsoftonline.us",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.us",
        "rbac_url": "https://pasff.usgovcloudapi.net",
    },
}
ALIASES = {"login.chinacloudapi.cn": CHINA, "login.usgovcloudapi.net": US}
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
PAIRS = list(permutations(GRAPHS, 2))

Reached = Callable[[str], InProcess]


@pytest.fixture
def reached(tenant: PracticeTenant) -> Reached:
    """Requests to the tenant under a host name."""
    return lambda host: InProcess(app=tenant, base_url=f"https://{host}", headers=((RUN_HEADER, RUN_TOKEN),))


@pytest.fixture
def at(reached: Reached, seeded: SeededValues) -> Callable[[str], Authority]:
    """The authorization server of a cloud."""
    return lambda host: Authority(http=reached(host), tenant=seeded.tenant_id)


@pytest.fixture
def graph_at(reached: Reached) -> Callable[[str], Graph]:
    """The Microsoft Graph of a cloud."""
    return lambda host: Graph(http=reached(GRAPHS[host]))


def configuration(reached: Reached, host: str, tenant: str) -> dict:
    return reached(host).get(f"/{tenant}/v2.0/.well-known/openid-configuration").json()


@pytest.mark.statement(99)
@pytest.mark.parametrize("host", METADATA)
def test_the_metadata_of_a_cloud_names_that_cloud_alone(reached: Reached, seeded: SeededValues, host: str):
    document = configuration(reached, host, seeded.tenant_domain)
    base = f"https://{host}/{seeded.tenant_id}"
    assert document["issuer"] == f"{base}/v2.0"
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert document["device_authorization_endpoint"] == f"{base}/oauth2/v2.0/devicecode"
    assert document["jwks_uri"] == f"{base}/discovery/v2.0/keys"
    assert document["userinfo_endpoint"] == f"https://{GRAPHS[host]}/oidc/userinfo"
    assert {name: document[name] for name in METADATA[host]} == METADATA[host]


@pytest.mark.statement(99)
def test_a_browser_comes_back_to_the_cloud_that_sent_it(reached: Reached, seeded: SeededValues):
    for host in METADATA:
        endpoint = configuration(reached, host, "organizations")["authorization_endpoint"]
        assert endpoint == f"http://localhost:8400/{host}/organizations/oauth2/v2.0/authorize"


@pytest.mark.statement(99)
def test_chinas_older_name_has_endpoints_of_its_own_and_the_same_issuer(reached: Reached, seeded: SeededValues):
    document = configuration(reached, "login.chinacloudapi.cn", seeded.tenant_id)
    assert document["token_endpoint"] == f"https://login.chinacloudapi.cn/{seeded.tenant_id}/oauth2/v2.0/token"
    assert document["issuer"] == f"https://{CHINA}/{seeded.tenant_id}/v2.0"
    assert configuration(reached, "login.usgovcloudapi.net", "common") == configuration(reached, US, "common")


@pytest.mark.statement(99)
@pytest.mark.parametrize("host", [*GRAPHS, *ALIASES])
def test_instance_discovery_lists_every_cloud_and_finds_a_tenant_in_its_own(
    reached: Reached, seeded: SeededValues, host: str
):
    asked = quote(f"https://{host}/{seeded.tenant_id}/oauth2/v2.0/authorize", safe="")
    own = reached(host).get(f"/common/discovery/instance?api-version=1.1&authorization_endpoint={asked}").json()
    listed = {entry["preferred_network"]: entry["aliases"] for entry in own["metadata"]}
    assert listed == {
        WORLDWIDE: [WORLDWIDE, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
        CHINA: [CHINA, "login.chinacloudapi.cn"],
        US: [US, "login.usgovcloudapi.net"],
    }
    worldwide = reached(WORLDWIDE).get(f"/common/discovery/instance?authorization_endpoint={asked}").json()
    found = f"https://{ALIASES.get(host, host)}/{seeded.tenant_id}/v2.0/.well-known/openid-configuration"
    assert worldwide["tenant_discovery_endpoint"] == found


@pytest.mark.statement(99)
@pytest.mark.parametrize("host", METADATA)
def test_user_realm_discovery_names_the_cloud(reached: Reached, host: str):
    realm = reached(host).get("/common/userrealm/learner@practice.example?api-version=1.0").json()
    assert realm["cloud_instance_name"] == METADATA[host]["cloud_instance_name"]


@pytest.mark.statement(99)
def test_no_two_clouds_publish_one_key(reached: Reached, seeded: SeededValues):
    published = {host: reached(host).get(f"/{seeded.tenant_id}/discovery/v2.0/keys").json()["keys"] for host in GRAPHS}
    assert all(len(keys) >= 2 for keys in published.values())
    kids = [key["kid"] for keys in published.values() for key in keys]
    assert len(set(kids)) == len(kids)
    for host, expected in METADATA.items():
        assert {key["cloud_instance_name"] for key in published[host]} == {expected["cloud_instance_name"]}
        assert {key["issuer"] for key in published[host]} == {f"https://{host}/{seeded.tenant_id}/v2.0"}


@pytest.mark.statement(99)
@pytest.mark.parametrize("host", GRAPHS)
def test_a_token_of_a_cloud_opens_its_own_graph(at, graph_at, form: dict, seeded: SeededValues, host: str):
    answer = at(host).token(form | {"scope": f"https://{GRAPHS[host]}/.default"})
    token = answer.json()["access_token"]
    _, claims = parts_of(token)
    assert claims["aud"] == f"https://{GRAPHS[host]}"
    assert claims["iss"] == f"https://{VERSION_1_ISSUERS[host]}/{seeded.tenant_id}/"
    users = graph_at(host).get(token=token)
    assert users.status_code == 200
    assert users.json()["@odata.context"].startswith(f"https://{GRAPHS[host]}/v1.0/")


@pytest.mark.statement(100)
@pytest.mark.parametrize(("host", "other"), PAIRS)
@pytest.mark.parametrize("named", ["by its address", "by its client ID"])
def test_a_token_of_one_cloud_is_refused_by_the_graph_of_another(
    at, graph_at, form: dict, host: str, other: str, named: str
):
    # Microsoft Graph's client ID is one in all clouds, and two of them share an issuer: the key decides.
    identifier = f"https://{GRAPHS[host]}" if named == "by its address" else GRAPH_APP_ID
    token = at(host).token(form | {"scope": f"{identifier}/.default"}).json()["access_token"]
    assert graph_at(host).get(token=token).status_code == 200
    assert_unauthorized(graph_at(other).get(token=token))


@pytest.mark.statement(100)
@pytest.mark.parametrize(
    ("audience", "status"), [("https://graph.microsoft.us", 200), ("https://graph.microsoft.com", 401)]
)
def test_a_graph_has_its_own_clouds_name_alone(
    directory: Directory, clock: Clock, mint: Mint, graph_at, audience: str, status: int
):
    # The key and the issuer are the US Government cloud's: the audience decides.
    key = SigningKeys(directory.in_cloud(US_GOVERNMENT), clock).current()
    assert graph_at(US).get(token=replace(mint, key=key)(aud=audience)).status_code == status


@pytest.mark.statement(100)
@pytest.mark.parametrize(("host", "other"), PAIRS)
def test_the_graph_of_another_cloud_is_no_resource_here(at, form: dict, host: str, other: str):
    for slash in ("", "/"):
        answer = at(host).token(form | {"scope": f"https://{GRAPHS[other]}{slash}/.default"})
        assert_refused(answer, 400, "invalid_resource", 500011)


@pytest.mark.statement(100)
@pytest.mark.parametrize(("host", "other"), list(permutations([*GRAPHS, "login.chinacloudapi.cn"], 2)))
def test_an_assertion_is_for_the_cloud_that_it_is_addressed_to(
    at, form: dict, directory: Directory, seeded: SeededValues, host: str, other: str
):
    certificate = new_certificate(START)
    directory.add_key(seeded.client_id, certificate.credential)
    del form["client_secret"]
    endpoint = f"https://{host}/{seeded.tenant_id}/oauth2/v2.0/token"
    claims = {"aud": endpoint, "iss": seeded.client_id, "sub": seeded.client_id, "iat": START, "exp": START + 600}
    proof = {"client_assertion": certificate.sign(claims), "client_assertion_type": ASSERTION_TYPE}
    scope = {"scope": f"{seeded.api_uri}/.default"}
    assert at(host).token(form | proof | scope).status_code == 200
    assert_refused(at(other).token(form | proof | scope), 401, "invalid_client", 700023)


@pytest.mark.statement(100)
@pytest.mark.parametrize(("host", "other"), PAIRS)
def test_a_sign_in_counts_in_its_own_cloud_alone(
    at, graph_at, desktop: RelyingParty, learner: Person, host: str, other: str
):
    here, there = (replace(desktop, authority=at(name)) for name in (host, other))
    began = here.link() if host == WORLDWIDE else f"/{host}{here.link()}"
    code = sent_back(learner.sign_in(began))["code"]
    assert_refused(there.redeem(code), 400, "invalid_grant", 9002313)
    body = here.redeem(code).json()
    assert graph_at(host).get("/me", token=body["access_token"]).json()["userPrincipalName"] == learner.username
    assert_unauthorized(graph_at(other).get("/me", token=body["access_token"]))
    assert_refused(there.refresh(body["refresh_token"], scope="User.Read"), 400, "invalid_grant", 9002313)
    assert here.refresh(body["refresh_token"], scope="User.Read").status_code == 200


@pytest.mark.statement(100)
def test_a_device_is_signed_in_in_the_cloud_where_it_waits(at, desktop: RelyingParty, learner: Person, clock: Clock):
    here, there = (replace(desktop, authority=at(name)) for name in (US, WORLDWIDE))
    device = here.ask_device_code().json()
    assert device["verification_uri"] == f"http://localhost:8400/{US}/devicelogin"
    elsewhere = learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"])
    assert "That code didn't work" in Page(elsewhere.text).text
    page = learner.submit(learner.http.get(f"/{US}/devicelogin"), user_code=device["user_code"])
    learner.submit(learner.consent(learner.log_in(page)), decision="accept")
    clock.advance(6)
    assert there.poll(device).json().get("error_codes") == [70019]
    assert here.poll(device).status_code == 200


@pytest.mark.statement(100)
def test_on_behalf_of_takes_no_token_of_another_cloud(
    at, desktop: RelyingParty, website: RelyingParty, learner: Person, seeded: SeededValues
):
    here, there = (replace(desktop, authority=at(name)) for name in (US, WORLDWIDE))
    scope = f"{seeded.client_id}/access_as_user"
    code = sent_back(learner.sign_in(f"/{US}{here.link(scope=scope)}"))["code"]
    token = here.redeem(code).json()["access_token"]
    own = replace(website, authority=here.authority).on_behalf_of(token, scope="https://graph.microsoft.us/User.Read")
    assert own.status_code == 200
    assert_refused(replace(website, authority=there.authority).on_behalf_of(token), 400, "invalid_grant", 50013)


@pytest.mark.statement(100)
def test_a_fault_that_is_switched_on_is_met_in_every_cloud(tenant: PracticeTenant, at, form: dict):
    for host, graph in GRAPHS.items():
        tenant.faults.add(Throttled(endpoint="token", retry_after=7))
        answer = at(host).token(form)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
        assert at(host).token(form | {"scope": f"https://{graph}/.default"}).status_code == 200


@pytest.mark.statement(100)
@pytest.mark.parametrize("host", ["login.microsoftonline.us", "graph.microsoft.us", "login.chinacloudapi.cn"])
def test_a_clouds_name_in_a_path_is_no_way_round_the_host(pages: InProcess, localhost: InProcess, host: str):
    for reachable in (pages, localhost):
        assert reachable.get(f"/{host}/common/v2.0/.well-known/openid-configuration").status_code == 404
