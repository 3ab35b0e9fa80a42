"""Authlib, an OpenID Connect client that knows nothing of Microsoft: https://docs.authlib.org/en/latest/client/"""

from dataclasses import dataclass, field

import pytest
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import BadSignatureError, InvalidClaimError

from tests.notebooks.live.served import ServedTenant
from tests.tenant.person import Person
from tests.tenant.relying_party import sent_back

from .api import Api, WebApp


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    """Put together as Authlib's own integrations of Flask and Django are, without a web framework."""

    client_cls = OAuth2Session


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """How a sign-in ended: the token response, and the nonce that it began with."""

    token: dict = field(repr=False)
    nonce: str


@pytest.fixture
def app(web_app: WebApp, tenant: ServedTenant, authority: str) -> App:
    """All that it is told of the tenant is where the metadata is."""
    return App(
        framework=None,
        client_id=web_app.client_id,
        client_secret=web_app.client_secret,
        server_metadata_url=f"{authority}/v2.0/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email offline_access User.Read",
            "code_challenge_method": "S256",
            "verify": str(tenant.ca_certificate),
            "trust_env": False,
        },
    )


@pytest.fixture
def signed_in(app: App, web_app: WebApp, person: Person) -> SignedIn:
    """Discovery, and the authorization code flow with PKCE."""
    began = app.create_authorization_url(web_app.redirect_uri)
    answer = sent_back(person.sign_in(began["url"]))
    assert answer["state"] == began["state"]
    token = app.fetch_access_token(web_app.redirect_uri, code=answer["code"], code_verifier=began["code_verifier"])
    return SignedIn(token=token, nonce=began["nonce"])


def test_the_id_token_is_valid(app: App, signed_in: SignedIn, web_app: WebApp, authority: str, person: Person):
    claims = app.parse_id_token(signed_in.token, signed_in.nonce)
    assert claims["iss"] == f"{authority}/v2.0"
    assert claims["aud"] == web_app.client_id
    assert claims["preferred_username"] == person.username


def test_an_id_token_for_another_sign_in_is_not_valid(app: App, signed_in: SignedIn):
    with pytest.raises(InvalidClaimError, match="nonce"):
        app.parse_id_token(signed_in.token, "another")


def test_an_id_token_under_another_signature_is_not_valid(app: App, signed_in: SignedIn):
    signed, _, _ = signed_in.token["id_token"].rpartition(".")
    _, _, signature = signed_in.token["access_token"].rpartition(".")
    with pytest.raises(BadSignatureError):
        app.parse_id_token(signed_in.token | {"id_token": f"{signed}.{signature}"}, signed_in.nonce)


def test_graph_accepts_the_access_token(signed_in: SignedIn, api: Api, person: Person):
    answer = api.get("/me", signed_in.token["access_token"])
    assert answer.json()["userPrincipalName"] == person.username


def test_the_refresh_token_brings_another_access_token(app: App, signed_in: SignedIn, api: Api):
    refresh_token = signed_in.token["refresh_token"]
    renewed = app.fetch_access_token(grant_type="refresh_token", refresh_token=refresh_token)
    answer = api.get("/me", renewed["access_token"])
    assert answer.status_code == 200
    assert len({renewed["access_token"], signed_in.token["access_token"]}) == 2
