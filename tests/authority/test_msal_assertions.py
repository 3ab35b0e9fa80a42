"""MSAL with credentials that are no secrets, and with capabilities: what it sends, and what the practice tenant answers."""

import time
from collections.abc import Callable, Iterator

import jwt
import msal
import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding

from course.administrator import Administrator
from course.registration import Registration
from tests.kernel import Kernel, kernel
from tests.tenant.certificate import assertion_claims, new_certificate
from tests.tenant.tokens import parts_of

EXCHANGE = "api://AzureADTokenExchange"


@pytest.fixture(scope="module")
def tenant(tmp_path_factory) -> Iterator[Kernel]:
    """A practice tenant that runs."""
    with kernel(tmp_path_factory.mktemp("assertions")) as running:
        yield running


@pytest.fixture
def registration(tenant, sent, monkeypatch, tmp_path) -> Registration:
    """The registration values of practice, with that tenant behind them."""
    monkeypatch.setattr("practice_tenant.start", lambda: tenant, raising=False)
    return Registration.load(tmp_path / ".env", environ={})


@pytest.fixture
def identity(registration) -> msal.ManagedIdentityClient:
    """The machine's managed identity."""
    client_id = registration.practice_tenant.seeded.managed_identity_client_id
    return msal.ManagedIdentityClient(
        msal.UserAssignedManagedIdentity(client_id=client_id), http_client=requests.Session()
    )


def make_app(registration: Registration, credential: object, **more: object) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        registration.client_id,
        authority=registration.authority,
        client_credential=credential,
        **more,
    )


def signed(registration: Registration, **changes: object) -> str:
    """An assertion that we sign ourselves, with a certificate that is registered from now on."""
    certificate = new_certificate(time.time() - 60)
    pem = certificate.certificate.public_bytes(Encoding.PEM).decode()
    Administrator(registration=registration).add_certificate(pem, replace=True)
    audience = f"{registration.authority}/oauth2/v2.0/token"
    return certificate.sign(assertion_claims(registration.client_id, audience, time.time()) | changes)


# MSAL calls a string deprecated: it can't be made anew once it has expired.
string_is_deprecated = pytest.mark.filterwarnings("ignore:.*client_assertion.*:DeprecationWarning")


@string_is_deprecated
@pytest.mark.parametrize("kind", [str, str.encode], ids=["text", "bytes"])
def test_an_assertion_may_be_a_text(registration, kind):
    app = make_app(registration, {"client_assertion": kind(signed(registration))})
    assert "access_token" in app.acquire_token_for_client(registration.scopes)


def without_arguments(assertion: str, seen: list) -> Callable:
    return lambda: seen.append(None) or assertion


def with_a_context(assertion: str, seen: list) -> Callable:
    return lambda context: seen.append(context) or assertion


def with_a_default(assertion: str, seen: list) -> Callable:
    return lambda given=assertion: seen.append(None) or given


@pytest.mark.parametrize("make", [without_arguments, with_a_context, with_a_default])
def test_an_assertion_may_be_made_when_it_is_needed(registration, make):
    seen: list = []
    app = make_app(registration, {"client_assertion": make(signed(registration), seen)})
    assert seen == []
    for _ in range(3):
        assert "access_token" in app.acquire_token_for_client(registration.scopes)
    # The second and third token come from the cache: no request, no assertion.
    endpoint = f"{registration.authority}/oauth2/v2.0/token"
    context = {"client_id": registration.client_id, "token_endpoint": endpoint}
    assert seen == [context if make is with_a_context else None]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"iss": "another"}, 700021), ({"aud": "https://example.com"}, 700023), ({"exp": 1, "iat": 0}, 700024)],
    ids=str,
)
def test_an_assertion_that_does_not_fit_is_refused_and_msal_returns_why(registration, changes, code):
    assertion = signed(registration, **changes)
    app = make_app(registration, {"client_assertion": lambda: assertion})
    assert app.acquire_token_for_client(registration.scopes)["error_codes"] == [code]


def test_an_algorithm_that_entra_does_not_take_is_named(registration):
    token = jwt.encode({"iss": registration.client_id}, "a shared secret of a good length, 32 bytes", algorithm="HS256")
    refused = make_app(registration, {"client_assertion": lambda: token}).acquire_token_for_client(registration.scopes)
    assert refused["error_codes"] == [5002738]
    assert "'HS256' is not a supported signature algorithm" in refused["error_description"]


@pytest.mark.parametrize(
    ("credential", "code"),
    [
        ({"client_assertion": lambda: "the client secret, not a token"}, 50027),
        ("eyJhbGciOiJSUzI1NiJ9.e30.AA", 7000215),
    ],
    ids=["a secret as assertion", "an assertion as secret"],
)
def test_a_credential_in_the_place_of_another_is_told_apart(registration, credential, code):
    refused = make_app(registration, credential).acquire_token_for_client(registration.scopes)
    assert refused["error_codes"] == [code]


def test_a_managed_identity_stands_in_for_a_secret_and_msal_caches_both_tokens(registration, identity, sent):
    administrator = Administrator(registration=registration)
    seeded = registration.practice_tenant.seeded

    def assertion() -> str:
        return identity.acquire_token_for_client(resource=EXCHANGE)["access_token"]

    app = make_app(registration, {"client_assertion": assertion})
    assert app.acquire_token_for_client(registration.scopes)["error_codes"] == [70025]
    administrator.trust_identity(seeded.managed_identity_client_id)
    assert app.acquire_token_for_client(registration.scopes)["error_codes"] == [700213]
    administrator.trust_identity(seeded.managed_identity_object_id)
    sent.clear()
    result = app.acquire_token_for_client(registration.scopes)
    assert parts_of(result["access_token"])[1]["appidacr"] == "2"
    [exchange] = sent
    assert sorted(exchange.request_body) == [
        *("client_assertion", "client_assertion_type", "client_id", "client_info", "grant_type", "scope")
    ]


def test_a_machine_without_that_identity_says_so(registration):
    other = msal.UserAssignedManagedIdentity(client_id=registration.client_id)
    client = msal.ManagedIdentityClient(other, http_client=requests.Session())
    result = client.acquire_token_for_client(resource=EXCHANGE)
    assert result == {"error": "invalid_request", "error_description": "Identity not found"}


def test_a_managed_identity_is_given_a_day_and_renews_at_half_of_it(identity):
    result = identity.acquire_token_for_client(resource=EXCHANGE)
    assert (result["expires_in"], result["refresh_in"], result["token_source"]) == (86399, 43199, "identity_provider")
    assert identity.acquire_token_for_client(resource=EXCHANGE)["token_source"] == "cache"


@pytest.mark.parametrize(("capabilities", "seconds"), [(["cp1"], 86399), (["CP1"], 86399), (None, 3599)])
def test_the_capability_makes_a_token_last_a_day_and_msal_knows_when_to_renew(registration, capabilities, seconds):
    secret = registration.practice_tenant.seeded.client_secret
    app = make_app(registration, secret, client_capabilities=capabilities)
    before = time.time()
    result = app.acquire_token_for_client(registration.scopes)
    assert result["expires_in"] == seconds
    if capabilities is None:
        assert "refresh_on" not in result
        return
    assert before + 43199 - 1 <= result["refresh_on"] <= time.time() + 43199
    assert parts_of(result["access_token"])[1]["xms_cc"] == capabilities
    [kept] = app.token_cache.search(app.token_cache.CredentialType.ACCESS_TOKEN)
    assert int(kept["expires_on"]) - int(kept["cached_at"]) == 86399
    assert int(kept["refresh_on"]) - int(kept["cached_at"]) == 43199
