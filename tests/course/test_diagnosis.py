"""What the course says of whatever MSAL returns or raises: who has to act, and never a traceback of ours."""

import json
from collections.abc import Iterator
from http.client import RemoteDisconnected

import msal
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from msal.exceptions import MsalServiceError

from course.diagnosis import explain, who, words
from course.registration import Registration
from course.tenant import Tenant
from tests.kernel import Kernel, kernel

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJsZWFybmVyIn0.c2lnbmF0dXJl"


def refusal(word: str, code: int) -> dict:
    return {"error": word, "error_codes": [code], "error_description": f"AADSTS{code}: It says so. Trace ID: x"}


RETURNED = {
    "nothing": (None, "person"),
    "a token": ({"access_token": JWT, "token_source": "cache"}, "nobody"),
    "a token without its source": ({"access_token": JWT}, "nobody"),
    "an ID token only": ({"id_token": JWT, "id_token_claims": {}, "token_source": "identity_provider"}, "nobody"),
    "an empty answer": ({}, "developer"),
    "a begun device code flow": ({"user_code": "ABC", "device_code": "x", "message": "Sign in"}, "person"),
    "a begun code flow": ({"state": "x", "auth_uri": "https://login.microsoftonline.com/", "nonce": "y"}, "person"),
    "a text": (JWT, "developer"),
    "a list of accounts": ([{"username": "learner"}], "developer"),
    "an account": ({"username": "learner", "home_account_id": "x"}, "developer"),
    "an error of Graph": ({"error": {"code": "InvalidAuthenticationToken", "message": "It expired"}}, "developer"),
    "an error without words": ({"error": "invalid_scope"}, "developer"),
    "an error without codes": ({"error": "invalid_grant", "error_codes": None}, "person"),
    "a person who declined": (refusal("authorization_declined", 70018), "person"),
    "a person who declined to consent": (refusal("access_denied", 65004), "person"),
    "RFC 8628's word for it": ({"error": "access_denied"}, "person"),
    "another API's assertion": (refusal("invalid_grant", 500131), "developer"),
    "an assertion that was changed": (refusal("invalid_grant", 50013), "developer"),
    "another redirect URI": (refusal("invalid_grant", 500112), "developer"),
    "another code verifier": (refusal("invalid_grant", 501481), "developer"),
    "an assertion that expired": (refusal("invalid_grant", 500133), "person"),
    "a busy tenant": (refusal("temporarily_unavailable", 90055), "wait"),
}
RAISED = {
    "nobody finished": (msal.BrowserInteractionTimeoutError("User did not complete the flow in time"), "person"),
    "no network": (requests.ConnectionError("refused"), "network"),
    "no network, beneath requests": (RemoteDisconnected("closed"), "network"),
    "a time-out": (TimeoutError("timed out"), "network"),
    "no JSON": (json.JSONDecodeError("Expecting value", "<html>", 0), "wait"),
    "a server's error": (MsalServiceError(error="503", error_description="Unavailable"), "wait"),
    "another state": (ValueError("state mismatch"), "developer"),
    "no text": (RuntimeError(), "developer"),
    "a key that is missing": (KeyError("access_token"), "developer"),
    "an interrupt": (KeyboardInterrupt(), "developer"),
    "a text with a token in it": (ValueError(f"not valid: {JWT}"), "developer"),
}


@pytest.mark.parametrize("name", RETURNED)
def test_what_msal_returns_is_explained(name: str):
    returned, expected = RETURNED[name]
    acts, said = explain(returned)
    assert acts == expected
    assert isinstance(said, str) and said and JWT not in said and "Trace ID" not in said


@pytest.mark.parametrize("name", RAISED)
def test_what_msal_raises_is_explained(name: str):
    raised, expected = RAISED[name]
    acts, said = explain(raised)
    assert acts == expected
    assert isinstance(said, str) and said and JWT not in said


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
ANY = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.text(max_size=5), PLAIN, max_size=3)
NAMES = ("error", "error_codes", "error_description", "access_token", "token_source", "id_token", "user_code")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), ANY) | ANY)
def test_no_value_whatever_makes_it_fail(value: object):
    acts, said = explain(value)
    assert acts in ("nobody", "person", "developer", "network", "wait") and isinstance(said, str)
    if isinstance(value, dict):
        assert isinstance(words(value), str)
        assert who(value) in ("person", "developer", "wait")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A practice tenant that runs."""
    with kernel(tmp_path_factory.mktemp("diagnosis")) as started:
        yield started


@pytest.fixture
def registration(running: Kernel, monkeypatch: pytest.MonkeyPatch) -> Registration:
    """The practice registration of that tenant."""
    monkeypatch.setattr("practice_tenant.start", lambda: running, raising=False)
    return Registration.practice()


FAULTS = {
    "too many requests": (lambda tenant: tenant.throttle(times=2, endpoint="discovery"), "wait"),
    "too many, in plain text": (lambda tenant: tenant.throttle(times=2, plain_text=True, endpoint="discovery"), "wait"),
    "no JSON": (lambda tenant: tenant.answer_wrong_json(times=2, endpoint="discovery"), "wait"),
    "a server's error": (lambda tenant: tenant.fail(times=2, endpoint="discovery"), "wait"),
    "no answer": (lambda tenant: tenant.reset_connections(times=2, endpoint="discovery"), "network"),
    "no such tenant": (lambda tenant: None, "developer"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_discovery_that_fails_for_now_is_not_the_developers(registration: Registration, name: str):
    make_it_fail, expected = FAULTS[name]
    tenant = Tenant.of(registration)
    own = "no-such-tenant" if expected == "developer" else registration.tenant
    make_it_fail(tenant)
    try:
        with pytest.raises(Exception) as raised:
            msal.PublicClientApplication(
                registration.public_client_id,
                authority=f"https://login.microsoftonline.com/{own}",
            )
    finally:
        tenant.clear()
    assert explain(raised.value)[0] == expected


@pytest.mark.parametrize(
    ("status", "expected"), [(403, "network"), (407, "network"), (451, "network"), (404, "developer")]
)
def test_an_answer_of_something_before_the_tenant_is_the_networks(status: int, expected: str):
    class Before(requests.Session):
        def get(self, url, **keywords):
            response = requests.Response()
            response.status_code, response._content = status, b"blocked"
            return response

    with pytest.raises(ValueError) as raised:
        msal.PublicClientApplication(
            "app", authority="https://login.microsoftonline.com/contoso.com", http_client=Before()
        )
    assert explain(raised.value)[0] == expected
