"""The administrator: consent given and taken back, and apps registered, by the requests a person would automate."""

import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import msal
import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from course.administrator import Administrator, GraphRefusal
from course.redaction import Secret
from course.registration import Registration
from tests.kernel import Kernel, kernel
from tests.tenant.certificate import new_certificate
from tests.tenant.tokens import parts_of

LIVE = {
    "COURSE_MODE": "live",
    "TENANT": "8f1c2d3e-4b5a-4c6d-8e9f-0a1b2c3d4e5f",
    "CLIENT_ID": "6731de76-14a6-49ae-97bc-6eba6914391e",
    "CLIENT_SECRET": "Zk38Q~canary-canary-canary-canary-canary",
}


@pytest.fixture(scope="module")
def tenant(tmp_path_factory) -> Iterator[Kernel]:
    """A practice tenant that runs."""
    with kernel(tmp_path_factory.mktemp("administrator")) as running:
        yield running


@pytest.fixture
def registration(tenant, sent, monkeypatch, tmp_path) -> Registration:
    """The registration values of practice, with that tenant behind them."""
    monkeypatch.setattr("practice_tenant.start", lambda: tenant, raising=False)
    return Registration.load(tmp_path / ".env", environ={})


@pytest.fixture
def administrator(registration, sent) -> Administrator:
    """The administrator of the practice tenant, who has taken back what the seed granted for Graph."""
    made = Administrator(registration=registration)
    for permission in roles(registration):
        made.revoke(permission)
    sent.clear()
    return made


def token(registration: Registration, credential: dict | None = None) -> dict:
    """What MSAL gets for a registration with its secret, or with a certificate, without any cache."""
    app = msal.ConfidentialClientApplication(
        registration.client_id,
        authority=registration.authority,
        client_credential=credential or registration.client_credential,
    )
    return app.acquire_token_for_client(registration.scopes)


def roles(registration: Registration) -> list[str]:
    """The roles in a new token for Graph."""
    _, claims = parts_of(token(registration)["access_token"])
    return claims.get("roles", [])


def changes(registration: Registration) -> list[str]:
    """The requests that changed something at Graph."""
    sent = [exchange for exchange in registration.session.trace if exchange.host == "graph.microsoft.com"]
    return [f"{exchange.method} {exchange.path.rpartition('/')[2]}" for exchange in sent if exchange.method != "GET"]


def test_what_is_granted_is_in_the_next_token_and_what_is_taken_back_is_not(administrator, registration):
    assert roles(registration) == []
    assert administrator.grant("User.Read.All") == "Admin consent given: User.Read.All."
    assert administrator.grant("Organization.Read.All") == "Admin consent given: Organization.Read.All."
    assert sorted(roles(registration)) == ["Organization.Read.All", "User.Read.All"]
    assert administrator.revoke("User.Read.All") == "Taken back: User.Read.All."
    assert roles(registration) == ["Organization.Read.All"]


def test_granting_and_taking_back_twice_says_so_and_changes_nothing(administrator, registration):
    administrator.grant("User.Read.All")
    assert administrator.grant("User.Read.All") == "User.Read.All was granted already."
    administrator.revoke("User.Read.All")
    assert administrator.revoke("User.Read.All") == "User.Read.All was not granted."
    assert len(changes(registration)) == 2


def test_a_permission_that_graph_does_not_have_is_refused_with_those_it_has(administrator, registration):
    for method in (administrator.grant, administrator.revoke):
        with pytest.raises(GraphRefusal, match="no application permission 'User.Read' here. It has: .*User.Read.All"):
            method("User.Read")
    assert changes(registration) == []


def test_an_app_that_is_not_in_the_tenant_is_told(registration):
    other = registration.with_values(client_id="6731de76-14a6-49ae-97bc-6eba6914391e")
    with pytest.raises(GraphRefusal, match="No app with the client ID 6731de76-14a6-49ae-97bc-6eba6914391e"):
        Administrator(registration=other).grant("User.Read.All")


def test_an_app_that_is_registered_can_get_a_token_and_use_it(administrator, registration):
    made = administrator.register_app("Mine", ("User.Read.All",))
    assert made.client_id not in {registration.client_id, ""}
    assert isinstance(made.client_secret, Secret)
    assert made.client_secret.value not in repr(made)
    assert made.problems == ()
    assert roles(made) == ["User.Read.All"]
    bearer = {"Authorization": f"Bearer {token(made)['access_token']}"}
    assert requests.get(made.api_endpoint, headers=bearer).status_code == 200
    assert changes(registration) == [
        *("POST applications", "POST addPassword", "POST servicePrincipals", "POST appRoleAssignments")
    ]


def test_an_app_may_be_registered_without_any_permission(administrator):
    assert roles(administrator.register_app("Nothing", permissions=())) == []


def test_two_apps_of_one_name_are_two_apps(administrator):
    made = [administrator.register_app("Twice", permissions=()) for _ in range(2)]
    assert len({app.client_id for app in made}) == 2


def certificate() -> tuple[str, str]:
    """A new private key and its certificate, PEM."""
    made = new_certificate(time.time() - 60)
    private = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode(), made.certificate.public_bytes(Encoding.PEM).decode()


def test_a_certificate_is_registered_beside_the_others_or_in_their_place(administrator, registration):
    made = administrator.register_app("With certificates", permissions=())
    owner = Administrator(registration=made)
    (old_key, old), (new_key, new) = certificate(), certificate()
    assert owner.add_certificate(old) == "The app has 1 certificate."
    assert owner.add_certificate(new) == "The app has 2 certificates."
    keys = {"old": {"private_key": old_key, "public_certificate": old}}
    keys["new"] = {"private_key": new_key, "public_certificate": new}
    assert [sorted(token(made, key)) for key in keys.values()] == [sorted(token(made))] * 2
    assert owner.add_certificate(new, replace=True) == "The app has 1 certificate."
    assert token(made, keys["old"])["error_codes"] == [700027]
    assert "access_token" in token(made, keys["new"])


def test_a_private_key_is_not_registered(administrator, registration):
    private, _ = certificate()
    with pytest.raises(GraphRefusal, match="That is a private key"):
        administrator.add_certificate(private)


def test_a_certificate_of_an_app_that_is_not_in_the_tenant_is_told(registration):
    unknown = registration.with_values(client_id="11112222-bbbb-3333-cccc-4444dddd5555")
    with pytest.raises(GraphRefusal, match="No app with the client ID 11112222-bbbb-3333-cccc-4444dddd5555"):
        Administrator(registration=unknown).add_certificate(certificate()[1])


def test_the_trace_shows_no_secret_of_anybody(administrator, sent, tenant):
    made = administrator.register_app()
    shown = repr([vars(exchange) for exchange in sent])
    for secret in (made.client_secret.value, tenant.seeded.administrator_secret, tenant.face_header[1]):
        assert secret not in shown
    assert "'secretText': '****'" in shown


def test_one_client_application_serves_one_session(administrator, sent):
    for _ in range(3):
        administrator.revoke("User.Read.All")
    tokens = [exchange for exchange in sent if exchange.path.endswith("/token")]
    assert len(tokens) <= 1


def test_a_secret_that_no_longer_works_is_told_in_entras_words(registration, tenant, monkeypatch):
    seeded = replace(tenant.seeded, administrator_secret="not-the-secret")
    monkeypatch.setattr("practice_tenant.start", lambda: replace(tenant, seeded=seeded))
    fresh = Registration.load(registration._source.env_file, environ={})
    with pytest.raises(GraphRefusal, match="AADSTS7000215"):
        Administrator(registration=fresh).grant("User.Read.All")


@pytest.fixture
def live(sent, tmp_path, monkeypatch) -> Administrator:
    """The administrator of a real tenant, with a session that fails the test if it is used."""
    registration = Registration.load(tmp_path / ".env", environ=LIVE)
    monkeypatch.setitem(vars(registration), "session", SimpleNamespace())
    return Administrator(registration=registration)


def test_live_a_sentence_says_what_to_do_and_nothing_is_sent(live):
    assert live.live
    assert live.registration.practice_tenant is None
    for method in (live.grant, live.revoke):
        sentence = method("User.Read.All")
        assert "User.Read.All" in sentence
        assert "https://entra.microsoft.com" in sentence


def test_live_a_sentence_says_where_a_certificate_is_uploaded(live):
    assert "Certificates & secrets" in live.add_certificate("-----BEGIN CERTIFICATE-----")


def test_live_a_sentence_says_where_a_federated_credential_is_added(live):
    assert "Federated credentials" in live.trust_identity("a9b37c50-1e64-4f8d-b2d7-08c5e6f39a14")


def test_of_the_identities_that_an_app_was_told_to_trust_the_last_counts(administrator, registration, sent):
    said = [administrator.trust_identity(subject) for subject in ("first", "second")]
    assert said == ["The app trusts tokens about first.", "The app trusts tokens about second."]
    asked = [(exchange.method, exchange.request_body) for exchange in sent]
    trusted = {
        "issuer": f"https://login.microsoftonline.com/{registration.practice_tenant.seeded.tenant_id}/v2.0",
        "audiences": ["api://AzureADTokenExchange"],
    }
    assert ("POST", {"name": "course-machine", "subject": "first"} | trusted) in asked
    assert ("PATCH", {"subject": "second"} | trusted) in asked


def test_live_no_app_is_registered(live):
    with pytest.raises(RuntimeError, match="you register an app yourself: https://entra.microsoft.com"):
        live.register_app()


def test_an_app_becomes_an_api_that_tokens_can_be_asked_for(administrator, registration):
    made = administrator.register_app("Mine", ()).with_values(scope="")
    made = made.with_values(scope=f"api://{made.client_id}/.default")
    assert token(made)["error_codes"] == [500011]
    assert Administrator(registration=made).expose_api() == "The app has an Application ID URI now."
    assert "access_token" in token(made)


def test_live_it_says_where_to_expose_the_api_and_sends_nothing(tmp_path, sent):
    live = Registration.load(tmp_path / ".env", environ=LIVE)
    sentence = Administrator(registration=live).expose_api()
    assert "Expose an API" in sentence and f"api://{LIVE['CLIENT_ID']}" in sentence
    assert len(sent) == 0


def test_an_added_secret_works_beside_the_first_one(administrator, registration):
    added = administrator.add_secret()
    assert added.value not in repr(added)
    assert "access_token" in token(registration.with_values(client_secret=added))
    assert "access_token" in token(registration)


def test_public_client_flows_are_switched_on_and_off(administrator, registration):
    def read() -> bool:
        return administrator.send("GET", f"/applications?$filter=appId eq '{registration.client_id}'")["value"][0][
            "isFallbackPublicClient"
        ]

    assert administrator.allow_public_client_flows() == "Public client flows are allowed."
    assert read() is True
    assert administrator.allow_public_client_flows(False) == "Public client flows are not allowed."
    assert read() is False


def test_redirect_uris_are_replaced(administrator, registration):
    assert (
        administrator.set_redirect_uris("http://localhost", "http://localhost/other") == "The app has 2 redirect URIs."
    )
    assert administrator.set_redirect_uris("http://localhost") == "The app has 1 redirect URI."


def test_live_sentences_say_where_the_registration_is_changed(live):
    assert "public client flows on" in live.allow_public_client_flows()
    assert "http://localhost/other" in live.set_redirect_uris("http://localhost/other")
    with pytest.raises(RuntimeError, match="Certificates & secrets"):
        live.add_secret()
