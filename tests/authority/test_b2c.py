"""Azure AD B2C: each user flow is an authority of its own, with addresses and claims that aren't Entra ID's."""

from dataclasses import replace

import jwt
import pytest

from practice_tenant.directory import seed
from practice_tenant.directory.objects import Application, PermissionGrant, PermissionScope, ServicePrincipal
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused, assert_unauthorized
from tests.tenant.b2c import (
    API,
    API_CLIENT_ID,
    DOMAIN,
    FLOW,
    HOST,
    OTHER_FLOW,
    assert_b2c_description,
    assert_b2c_refused,
    began,
    code_for,
)
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.clock import START
from tests.tenant.person import Page, Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of


@pytest.mark.statement(102)
@pytest.mark.parametrize("prefix", ["", "/tfp"])
@pytest.mark.parametrize(
    ("named", "segment"),
    [
        (DOMAIN, DOMAIN),
        ("practice.example", DOMAIN),
        (SeededValues.tenant_id.upper(), SeededValues.tenant_id),
    ],
)
def test_the_metadata_names_the_user_flow_and_the_issuer_the_tenant(b2c: InProcess, prefix, named, segment):
    document = b2c.get(f"{prefix}/{named}/B2C_1_SUSI/v2.0/.well-known/openid-configuration").json()
    base = f"https://{HOST}/{segment}/b2c_1_susi"
    assert document["issuer"] == f"https://{HOST}/{SeededValues.tenant_id}/v2.0/"
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert document["jwks_uri"] == f"{base}/discovery/v2.0/keys"
    assert document["authorization_endpoint"] == (
        f"http://localhost:8400/{HOST}/{segment}/b2c_1_susi/oauth2/v2.0/authorize"
    )
    assert "tfp" in document["claims_supported"]
    assert document["token_endpoint_auth_methods_supported"] == ["client_secret_post", "client_secret_basic"]
    assert "device_authorization_endpoint" not in document


@pytest.mark.statement(102)
def test_the_keys_are_b2cs_own_and_their_public_half_alone(b2c: InProcess, login: InProcess, seeded: SeededValues):
    keys = b2c.get(f"/{FLOW}/discovery/v2.0/keys").json()["keys"]
    assert len(keys) >= 2
    assert {name for key in keys for name in key} == {"kid", "use", "kty", "e", "n"}
    entra = login.get(f"/{seeded.tenant_id}/discovery/v2.0/keys").json()["keys"]
    assert {key["kid"] for key in keys}.isdisjoint(key["kid"] for key in entra)


@pytest.mark.statement(102)
@pytest.mark.parametrize(
    "flow",
    [
        f"{DOMAIN}/b2c_1_nothing",
        f"{DOMAIN}/b2c_1_sus",
        "contoso.onmicrosoft.com/b2c_1_susi",
        f"{seed.OTHER_TENANT_ID}/b2c_1_susi",
        "nowhere.example/b2c_1_susi",
        "common/b2c_1_susi",
    ],
)
def test_an_unknown_tenant_or_user_flow_is_an_address_with_nothing_behind_it(
    b2c: InProcess, pages: InProcess, customer_app: RelyingParty, flow: str
):
    answers = [
        b2c.get(f"/{flow}/v2.0/.well-known/openid-configuration"),
        b2c.get(f"/{flow}/discovery/v2.0/keys"),
        replace(customer_app, authority=Authority(http=b2c, tenant=flow)).redeem("code"),
        pages.get(began(customer_app, tenant=flow)),
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")
        assert "has been removed, had its name changed, or is temporarily unavailable" in answer.text


@pytest.mark.statement(102)
@pytest.mark.parametrize("path", [f"/{DOMAIN}/v2.0/.well-known/openid-configuration", "/common/discovery/instance"])
def test_entra_ids_paths_are_not_there(b2c: InProcess, path: str):
    assert b2c.get(path).status_code == 404


@pytest.mark.statement(103)
def test_a_sign_in_gives_the_claims_and_members_of_b2c(
    b2c: InProcess, customer_app: RelyingParty, learner: Person, directory: Directory, seeded: SeededValues
):
    answer = customer_app.redeem(code_for(customer_app, learner, nonce="a-nonce"), client_info="1")
    body = answer.json()
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert {name: value for name, value in body.items() if isinstance(value, int)} == {
        "not_before": START,
        "expires_in": 3600,
        "expires_on": START + 3600,
        "id_token_expires_in": 3600,
        "refresh_token_expires_in": 1_209_600,
    }
    assert (body["resource"], body["token_type"]) == (customer_app.client_id, "Bearer")
    assert body["scope"] == f"{customer_app.client_id} offline_access openid"
    user = directory.user(seeded.tenant_id, learner.username)
    common = {"ver": "1.0", "iss": f"https://{HOST}/{seeded.tenant_id}/v2.0/", "sub": user.id, "oid": user.id}
    common |= {"exp": START + 3600, "nbf": START, "iat": START, "name": user.display_name, "tfp": "B2C_1_susi"}
    keys = {key["kid"]: key for key in b2c.get(f"/{FLOW}/discovery/v2.0/keys").json()["keys"]}
    for name, own in {
        "id_token": {"nonce": "a-nonce", "auth_time": START, "emails": [learner.username]},
        "access_token": {"azp": customer_app.client_id},
    }.items():
        header, claims = parts_of(body[name])
        assert claims == common | {"aud": customer_app.client_id} | own
        assert header == {"alg": "RS256", "kid": header["kid"], "typ": "JWT"}
        key = jwt.PyJWK(keys[header["kid"]], "RS256")
        jwt.decode(body[name], key, ["RS256"], options={"verify_aud": False, "verify_exp": False})


@pytest.mark.statement(103)
def test_without_a_resource_there_is_no_access_token_and_without_openid_no_id_token(
    customer_app: RelyingParty, learner: Person
):
    alone = customer_app.redeem(code_for(customer_app, learner, scope="openid")).json()
    assert "id_token" in alone and not alone.keys() & {"access_token", "expires_in", "refresh_token", "client_info"}
    for_itself = customer_app.redeem(code_for(customer_app, learner, scope=customer_app.client_id)).json()
    assert "access_token" in for_itself and "id_token" not in for_itself


@pytest.fixture
def tasks(directory: Directory, seeded: SeededValues) -> None:
    """An API of the tenant's customers; nothing is granted on it."""
    api = Application(
        id=API_CLIENT_ID,
        app_id=API_CLIENT_ID,
        tenant_id=seeded.tenant_id,
        display_name="Tasks",
        identifier_uris=(API,),
        permission_scopes=(PermissionScope(id="tasks-read", value="Tasks.Read", display_name="Read tasks"),),
    )
    directory.add_application(api)
    directory.add_service_principal(
        ServicePrincipal(id="tasks", tenant_id=seeded.tenant_id, app_id=API_CLIENT_ID, display_name="Tasks")
    )


@pytest.mark.statement(103)
@pytest.mark.parametrize(
    ("scope", "error", "code"),
    [
        (None, "invalid_request", 90010),
        ("offline_access", "invalid_request", 90115),
        ("openid User.Read", "invalid_request", 90117),
        ("openid https://graph.microsoft.com/User.Read", "invalid_request", 90117),
        (f"openid {seed.RECORDS_API_URI}/Records.Read", "invalid_request", 90117),
        (f"openid {API}/Tasks.Write", "invalid_request", 90117),
        (f"openid {API}/Tasks.Read", "unauthorized_client", 90205),
        ("openid \u00e9", "invalid_request", 99005),
    ],
)
def test_what_a_user_flow_does_not_give_is_told_to_the_app(
    customer_app: RelyingParty, pages: InProcess, tasks: None, scope, error: str, code: int
):
    told = sent_back(pages.get(began(customer_app, scope=scope)))
    assert (told.get("error"), told.get("state")) == (error, "a-state")
    assert_b2c_description(told["error_description"], code)


@pytest.mark.statement(103)
def test_an_api_is_reached_with_what_an_administrator_granted(
    customer_app: RelyingParty, learner: Person, directory: Directory, seeded: SeededValues, tasks: None
):
    client = directory.service_principal(seeded.tenant_id, app_id=customer_app.client_id)
    directory.add_permission_grant(
        PermissionGrant(id="g", principal_id=client.id, resource_id="tasks", user_id=None, scopes=("Tasks.Read",))
    )
    body = customer_app.redeem(code_for(customer_app, learner, scope=f"openid {API}/Tasks.Read")).json()
    _, claims = parts_of(body["access_token"])
    assert (claims["aud"], claims["scp"], body["resource"]) == (API_CLIENT_ID, "Tasks.Read", API_CLIENT_ID)
    two = sent_back(learner.http.get(began(customer_app, scope=f"{API}/Tasks.Read {customer_app.client_id}")))
    assert_b2c_description(two["error_description"], 90146)


@pytest.mark.statement(104)
def test_nothing_of_b2c_counts_at_entra_id_or_graph_nor_the_reverse(
    customer_app: RelyingParty, authority: Authority, graph: Graph, learner: Person
):
    body = customer_app.redeem(code_for(customer_app, learner)).json()
    for token in (body["access_token"], body["id_token"]):
        assert_unauthorized(graph.get("/me", token=token))
    entra = RelyingParty(authority=authority, client_id=customer_app.client_id, redirect_uri="http://localhost")
    assert_refused(entra.redeem(code_for(customer_app, learner)), 400, "invalid_grant", 9002313)
    assert_refused(entra.refresh(body["refresh_token"], scope="User.Read"), 400, "invalid_grant", 9002313)
    of_entra = sent_back(learner.sign_in(entra.link()))["code"]
    assert_b2c_refused(customer_app.redeem(of_entra), "invalid_grant", 90090)
    assert_b2c_refused(customer_app.refresh(entra.redeem(of_entra).json()["refresh_token"]), "invalid_grant", 90090)


@pytest.mark.statement(104)
def test_what_one_user_flow_issued_another_refuses(customer_app: RelyingParty, learner: Person, b2c: InProcess):
    other = replace(customer_app, authority=Authority(http=b2c, tenant=OTHER_FLOW))
    answer = other.redeem(code_for(customer_app, learner))
    assert_b2c_refused(answer, "invalid_grant", 90088)
    assert "Actual Value : B2C_1_susi and Expected Value : B2C_1_signin" in answer.json()["error_description"]
    refresh_token = customer_app.redeem(code_for(customer_app, learner)).json()["refresh_token"]
    assert_b2c_refused(other.refresh(refresh_token), "invalid_grant", 90088)


@pytest.mark.statement(104)
def test_a_step_of_one_user_flows_sign_in_is_none_of_anothers(customer_app: RelyingParty, learner: Person):
    def step() -> dict[str, str]:
        fields = Page(learner.http.get(began(customer_app, login_hint=learner.username)).text).fields
        return fields | {"password": learner.password, "decision": "sign-in"}

    assert learner.post(f"/{HOST}/{FLOW}/oauth2/v2.0/login", step()).status_code == 303
    assert learner.post(f"/{HOST}/{OTHER_FLOW}/oauth2/v2.0/login", step()).status_code == 403
    elsewhere = (("Sec-Fetch-Site", "cross-site"),)
    assert learner.post(f"/{HOST}/{FLOW}/oauth2/v2.0/login", step(), headers=elsewhere).status_code == 403
