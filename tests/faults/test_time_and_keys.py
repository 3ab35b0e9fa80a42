"""The tenant's clock, secrets that expire and keys that are rotated: what MSAL and the API make of them."""

import time

import jwt
import msal
import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msal.exceptions import MsalServiceError

from course import Administrator, Registration, Tenant, person
from course.http_trace import Trace
from tests.faults.conftest import NewApp
from tests.tenant.certificate import new_certificate

SCOPE = ["https://graph.microsoft.com/.default"]
USERS = "https://graph.microsoft.com/v1.0/users"
HOUR, DAY = 3600, 24 * 3600


def users(http: requests.Session, token: str) -> requests.Response:
    """The API's answer to a token."""
    return http.get(USERS, headers={"Authorization": f"Bearer {token}"})


def claims(token: str) -> dict:
    """What is in a token; nothing is verified."""
    return jwt.decode(token, options={"verify_signature": False})


@pytest.fixture(scope="module")
def certified() -> tuple[Registration, dict]:
    """An app with a certificate that has counted for a year and does for another, and what MSAL takes for it."""
    certificate = new_certificate(time.time() - 365 * DAY, days=730)
    registration = Administrator(registration=Registration.practice()).register_app("App with a certificate", ())
    pem = certificate.certificate.public_bytes(Encoding.PEM).decode()
    Administrator(registration=registration).add_certificate(pem)
    private_key = certificate.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return registration, {"private_key": private_key, "public_certificate": pem}


# The clock


@pytest.mark.parametrize("seconds", [HOUR, -HOUR], ids=["fast", "slow"])
def test_an_assertion_by_another_clock_is_refused_with_700024(tenant: Tenant, new_app: NewApp, certified, seconds: int):
    registration, credential = certified

    def ask() -> dict:
        app = new_app(client_id=registration.client_id, client_credential=credential)
        return app.acquire_token_for_client(SCOPE)

    assert "access_token" in ask()
    tenant.shift_clock(seconds)
    result = ask()
    assert (result["error"], result["error_codes"]) == ("invalid_client", [700024])
    tenant.shift_clock(0)
    assert "access_token" in ask()


def test_tokens_are_dated_by_the_tenants_clock_and_msal_goes_by_expires_in(tenant: Tenant, new_app: NewApp):
    tenant.shift_clock(10 * DAY)
    result = new_app().acquire_token_for_client(SCOPE)
    assert result["expires_in"] == 3599
    assert abs(claims(result["access_token"])["exp"] - time.time() - 10 * DAY - 3600) < 60


def test_a_token_expires_at_the_api_when_the_tenants_clock_is_shifted(
    tenant: Tenant, new_app: NewApp, http: requests.Session
):
    token = new_app().acquire_token_for_client(SCOPE)["access_token"]
    tenant.shift_clock(3600)
    assert users(http, token).ok, "APIs allow five minutes"
    tenant.shift_clock(3600 + 301)
    answer = users(http, token)
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        401,
        "Lifetime validation failed, the token is expired.",
    )
    tenant.shift_clock(-HOUR)
    assert "not valid yet" in users(http, token).json()["error"]["message"]
    tenant.clear()
    assert users(http, token).ok


def test_the_lifetime_of_a_token_is_the_one_in_the_answer(tenant: Tenant, new_app: NewApp):
    tenant.token_lifetime(360)
    result = new_app().acquire_token_for_client(SCOPE)
    assert result["expires_in"] == 360
    assert abs(claims(result["access_token"])["exp"] - time.time() - 361) < 60


def test_a_fast_clock_does_not_stop_tls(tenant: Tenant, new_app: NewApp, http: requests.Session):
    tenant.shift_clock(10 * 365 * DAY)
    assert http.get("https://login.microsoftonline.com/common/discovery/v2.0/keys").ok
    assert new_app().acquire_token_for_client(SCOPE)["error_codes"] == [7000222], "secrets last two years"


def test_a_persons_tokens_go_by_the_clock_as_well(tenant: Tenant, practice: Registration):
    app = msal.PublicClientApplication(practice.public_client_id, authority=practice.authority)
    tenant.token_lifetime(300)
    flow = app.initiate_device_flow(["User.Read"])
    person.visit(f"{flow['verification_uri']}?otc={flow['user_code']}")
    result = app.acquire_token_by_device_flow(flow)
    assert result["expires_in"] == 300
    assert abs(claims(result["access_token"])["exp"] - time.time() - 301) < 60
    account = app.get_accounts()[0]
    assert "access_token" in app.acquire_token_silent(["User.Read"], account)
    tenant.shift_clock(91 * DAY)
    assert app.acquire_token_silent(["User.Read"], account) is None, "the error is hidden"
    assert app.acquire_token_silent_with_error(["User.Read"], account)["error_codes"] == [700082]


# Secrets


def test_an_expired_secret_is_a_401_that_always_reaches_the_tenant(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.expire_secret()
    before = tenant.requests("token")
    for _ in range(3):
        result = app.acquire_token_for_client(SCOPE)
        assert (result["error"], result["error_codes"]) == ("invalid_client", [7000222])
    assert tenant.requests("token") - before == 3, "http_cache keeps no 401"
    tenant.clear()
    assert "access_token" in app.acquire_token_for_client(SCOPE)


def test_past_refresh_on_an_expired_secret_is_hidden_by_a_valid_token(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.refresh_in(0)
    result = app.acquire_token_for_client(SCOPE)
    while time.time() < result["refresh_on"] + 1:
        time.sleep(0.05)
    tenant.expire_secret()
    assert app.acquire_token_for_client(SCOPE)["access_token"] == result["access_token"]


def test_the_secret_that_expires_is_that_of_the_registration(practice: Registration, tenant: Tenant, new_app: NewApp):
    other = Administrator(registration=practice).register_app("App whose secret expires", ())
    Tenant.of(other).expire_secret()
    assert tenant.faults == ("The secrets of the app 'App whose secret expires' are expired.",)
    app = new_app(client_id=other.client_id, client_credential=other.client_secret.value)
    assert app.acquire_token_for_client(SCOPE)["error_codes"] == [7000222]
    assert "access_token" in new_app().acquire_token_for_client(SCOPE)


# Keys


def test_tokens_of_every_key_verify_at_the_api_however_often_keys_are_rotated(
    tenant: Tenant, new_app: NewApp, http: requests.Session
):
    tokens = [new_app().acquire_token_for_client(SCOPE)["access_token"]]
    assert users(http, tokens[0]).ok, "the API has fetched the keys"
    for _ in range(3):
        tenant.rotate_signing_key()
        tokens.append(new_app().acquire_token_for_client(SCOPE)["access_token"])
    assert len({jwt.get_unverified_header(token)["kid"] for token in tokens}) == 4
    assert [users(http, token).status_code for token in tokens] == [200] * 4
    published = http.get("https://login.microsoftonline.com/common/discovery/v2.0/keys").json()["keys"]
    assert {jwt.get_unverified_header(token)["kid"] for token in tokens} < {key["kid"] for key in published}


def test_a_key_that_is_rotated_after_the_clock_was_put_back_verifies_too(
    tenant: Tenant, new_app: NewApp, http: requests.Session
):
    tenant.shift_clock(HOUR)
    assert users(http, new_app().acquire_token_for_client(SCOPE)["access_token"]).ok
    tenant.shift_clock(0)
    tenant.rotate_signing_key()
    tenant.rotate_signing_key()
    assert users(http, new_app().acquire_token_for_client(SCOPE)["access_token"]).ok


# The API, and the other endpoints


def test_the_api_throttles_as_graph_does(tenant: Tenant, new_app: NewApp, http: requests.Session):
    token = new_app().acquire_token_for_client(SCOPE)["access_token"]
    tenant.throttle(times=1, retry_after=3, endpoint="graph")
    answer = users(http, token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert answer.json()["error"]["code"] == "TooManyRequests"
    assert users(http, token).ok


@pytest.mark.parametrize(
    ("fault", "options", "error", "sentence"),
    [
        ("fail", {}, MsalServiceError, "HTTP Error: 503"),
        # MSAL's own session waits the first one out, and sends the GET once more.
        ("fail", {"times": 2, "retry_after": 1}, MsalServiceError, "HTTP Error: 503"),
        ("throttle", {"times": 2, "retry_after": 1}, ValueError, "double check your tenant name"),
        ("throttle", {"retry_after": None}, ValueError, "double check your tenant name"),
        ("answer_wrong_json", {}, ValueError, "double check your tenant name"),
    ],
    ids=str,
)
def test_without_tenant_discovery_no_app_is_instantiated(
    tenant: Tenant, new_app: NewApp, fault: str, options: dict, error: type[Exception], sentence: str
):
    getattr(tenant, fault)(endpoint="discovery", **options)
    with pytest.raises(error, match=sentence):
        new_app()
    assert "access_token" in new_app().acquire_token_for_client(SCOPE)


@pytest.mark.parametrize("fault", ["throttle", "fail"])
def test_one_refusal_of_tenant_discovery_is_waited_out_for_as_long_as_it_says(
    tenant: Tenant, new_app: NewApp, sent: Trace, fault: str
):
    getattr(tenant, fault)(endpoint="discovery", retry_after=1)
    new_app()
    refused, answered = sent
    assert (refused.status, answered.status) == (429 if fault == "throttle" else 503, 200)
    assert (refused.attempt, answered.attempt) == (1, 2)
    assert refused.waited == 0 and 1 <= answered.waited < 5


def test_a_device_code_flow_can_be_throttled(tenant: Tenant, practice: Registration):
    app = msal.PublicClientApplication(practice.public_client_id, authority=practice.authority)
    tenant.throttle(times=1, retry_after=60, endpoint="devicecode")
    flow = app.initiate_device_flow(["User.Read"])
    assert (flow["error"], "user_code" in flow) == ("temporarily_unavailable", False)
