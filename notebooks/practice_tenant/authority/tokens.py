"""Tokens: access tokens (app-only and delegated) and ID tokens, with Entra's headers and claims, and their lifetime.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference and id-token-claims-reference. The
resource decides the version of an access token: Graph takes v1.0, an API may register for v2.0.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from ..directory.base64url import base64url
from ..directory.objects import TOKEN_EXCHANGE_APP_ID, Application, Tenant, User, pairwise_subject
from ..directory.permissions import GRAPH_APP_ID
from ..directory.signing_keys import SigningKey
from ..hosts import Face
from .claims_request import client_capabilities
from .client_authentication import Client
from .scopes import Wanted
from .sign_in import SignIn
from .signing import Unsigned

USUAL_SECONDS = 3599
LONG_SECONDS = 86399
REFRESH_TOKEN_SECONDS = 90 * 24 * 3600
# Of a single-page app: https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
PAGE_REFRESH_TOKEN_SECONDS = 24 * 3600

# Entra dates a token five minutes back: an API whose clock is a little slow accepts it.
BACKDATED_SECONDS = 300

# The one known client capability: the client handles claims challenges.
_CAPABILITY = "cp1"

# appidacr / azpacr: how the client authenticated. 0: not at all; 1: with a secret; 2: with a signature. A signature is
# a certificate's, another issuer's token, or a managed identity's credential.
_AUTHENTICATION = {
    "none": "0",
    "client_secret_post": "1",
    "client_secret_basic": "1",
    "private_key_jwt": "2",
    "managed_identity": "2",
}

# The directory role template in the wids of Graph's app-only tokens. It means "an application".
_APPLICATION_TEMPLATE = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"


@dataclass(frozen=True, kw_only=True)
class TokenShape:
    """How token responses deviate from Entra's usual ones; a fault sets it.

    Attributes:
        lifetime: seconds an access token lasts: ``expires_in``, and ``exp`` in the token.
        refresh_in: seconds after which a client should ask for a new token; None leaves the member out.
        scope: the value of ``scope``; None keeps Entra's.
    """

    lifetime: int = USUAL_SECONDS
    refresh_in: int | None = None
    scope: str | None = None

    def answer(self, body: dict) -> dict:
        """A token response with the members that this shape adds or replaces."""
        added = {"refresh_in": self.refresh_in, "scope": self.scope}
        return body | {name: value for name, value in added.items() if value is not None}


AS_USUAL = TokenShape()


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """The lifetime of an access token.

    Attributes:
        seconds: how long it lasts from now on.
        refresh_in: seconds after which the client should ask again; None leaves that to the client.
        capabilities: the client's, as the token repeats them in ``xms_cc``.
    """

    seconds: int = USUAL_SECONDS
    refresh_in: int | None = None
    capabilities: tuple[str, ...] = ()

    def answer(self) -> dict:
        """The lifetime's members of a token response (RFC 6749 section 5.1, and Entra's own)."""
        told = {"expires_in": self.seconds, "ext_expires_in": self.seconds}
        return told | ({} if self.refresh_in is None else {"refresh_in": self.refresh_in})


A_DAY = Lifetime(seconds=LONG_SECONDS)


def lifetime_of(claims: str | None, resource: Application, usual: int = USUAL_SECONDS) -> Lifetime:
    """The lifetime of a token for an API: about an hour, or a day with continuous access evaluation.

    Graph answers with a claims challenge when an event ends a token early. A client that handles challenges (capability
    ``cp1``) therefore gets a token for Graph that lasts a day. ``refresh_in`` tells it to renew the token at half of
    that. https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation,
    https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation-workload

    Args:
        claims: the request's ``claims`` parameter.
        usual: seconds a token lasts; a value other than Entra's applies to every token.

    Raises:
        AuthorityError: 9002313 for malformed claims.
    """
    known = tuple(value for value in client_capabilities(claims) if value.lower() == _CAPABILITY)
    if not known or resource.app_id != GRAPH_APP_ID:
        return Lifetime(seconds=usual)
    if usual != USUAL_SECONDS:
        return Lifetime(seconds=usual, capabilities=known)
    return Lifetime(seconds=LONG_SECONDS, refresh_in=LONG_SECONDS // 2, capabilities=known)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """The API that a token is for: its registration, its requested identifier, and the roles granted on it."""

    application: Application
    identifier: str
    roles: tuple[str, ...]


def app_only(
    client: Client, resource: Resource, lifetime: Lifetime, *, face: Face, key: SigningKey, now: float
) -> Unsigned:
    """An access token for an app that acts on its own behalf."""
    v2 = resource.application.token_version == 2
    claims = _times_and_parties(resource, lifetime, client.tenant.id, face, now)
    claims |= _client_claims(client.application, client.method, client.tenant, face, v2=v2)
    if resource.application.app_id == GRAPH_APP_ID:
        claims |= _graph_only(client)
    if resource.application.app_id == TOKEN_EXCHANGE_APP_ID:
        claims["idtyp"] = "app"
    if client.principal.managed_identity:
        claims["xms_mirid"] = client.principal.resource_id
    claims |= {"oid": client.principal.id, "rh": f"1.{opaque(36)}"}
    if resource.roles:
        claims["roles"] = list(resource.roles)
    claims |= {"sub": client.principal.id, "tid": client.tenant.id}
    return _unsigned(claims, resource, key)


def delegated(
    sign_in: SignIn,
    resource: Resource,
    permissions: Sequence[str],
    lifetime: Lifetime,
    *,
    face: Face,
    key: SigningKey,
    now: float,
) -> Unsigned:
    """An access token for an app that acts for a signed-in person; ``scp`` has the delegated permissions."""
    v2 = resource.application.token_version == 2
    user = sign_in.user
    claims = _times_and_parties(resource, lifetime, sign_in.tenant.id, face, now) | {"acr": "1", "amr": ["pwd"]}
    if sign_in.contexts:
        claims["acrs"] = list(sign_in.contexts)
    claims |= _client_claims(sign_in.client, sign_in.method, sign_in.tenant, face, v2=v2)
    if resource.application.app_id == GRAPH_APP_ID:
        claims |= {"app_displayname": sign_in.client.display_name, "idtyp": "user"}
    claims |= {"name": user.display_name, "oid": user.id, "rh": f"1.{opaque(36)}", "scp": " ".join(permissions)}
    claims |= {"sub": pairwise_subject(user, resource.application), "tid": sign_in.tenant.id}
    claims |= {"preferred_username": user.user_principal_name} if v2 else _v1_user(user)
    return _unsigned(claims, resource, key)


def id_token(sign_in: SignIn, wanted: Wanted, *, face: Face, key: SigningKey, now: float) -> Unsigned:
    """An ID token (OpenID Connect Core section 2)."""
    issued = int(now) - BACKDATED_SECONDS
    claims = {
        "aud": sign_in.client.app_id,
        "iss": face.issuer(sign_in.tenant.id, "2.0"),
        "iat": issued,
        "nbf": issued,
        "exp": int(now) + USUAL_SECONDS + 1,
        "aio": opaque(40),
    }
    if sign_in.tells_auth_time:
        # OpenID Connect Core section 3.1.2.1: required with max_age.
        claims["auth_time"] = sign_in.auth_time
    if "email" in wanted.oidc:
        claims["email"] = sign_in.user.user_principal_name
    if "profile" in wanted.oidc:
        claims["name"] = sign_in.user.display_name
    if sign_in.nonce is not None:
        claims["nonce"] = sign_in.nonce
    claims["oid"] = sign_in.user.id
    if "profile" in wanted.oidc:
        claims["preferred_username"] = sign_in.user.user_principal_name
    claims |= {
        "rh": f"1.{opaque(36)}",
        "sub": pairwise_subject(sign_in.user, sign_in.client),
        "tid": sign_in.tenant.id,
        "uti": opaque(16),
        "ver": "2.0",
    }
    return Unsigned(header={"kid": key.kid}, claims=claims, key=key)


def client_info(sign_in: SignIn) -> str:
    """The ``client_info`` member: the user's and the tenant's GUID, which MSAL builds an account's ID from."""
    value = json.dumps({"uid": sign_in.user.id, "utid": sign_in.tenant.id})
    return base64url(value.encode())


def _times_and_parties(resource: Resource, lifetime: Lifetime, tenant_id: str, face: Face, now: float) -> dict:
    v2 = resource.application.token_version == 2
    issued = int(now) - BACKDATED_SECONDS
    claims = {
        "aud": resource.application.app_id if v2 else resource.identifier,
        "iss": face.issuer(tenant_id, "2.0" if v2 else "1.0"),
        "iat": issued,
        "nbf": issued,
        "exp": int(now) + lifetime.seconds + 1,
        "aio": opaque(40),
    }
    return claims | ({"xms_cc": list(lifetime.capabilities)} if lifetime.capabilities else {})


def _unsigned(claims: dict, resource: Resource, key: SigningKey) -> Unsigned:
    v2 = resource.application.token_version == 2
    claims |= {"uti": opaque(16), "ver": "2.0" if v2 else "1.0"}
    if v2:
        claims["xms_ftd"] = opaque(32)
    header = {"kid": key.kid} if v2 else {"x5t": key.kid, "kid": key.kid}
    return Unsigned(header=header, claims=claims, key=key)


def _client_claims(application: Application, method: str, tenant: Tenant, face: Face, *, v2: bool) -> dict:
    proof = _AUTHENTICATION[method]
    if v2:
        return {"azp": application.app_id, "azpacr": proof}
    return {"appid": application.app_id, "appidacr": proof, "idp": face.issuer(tenant.id, "1.0")}


def _v1_user(user: User) -> dict:
    return {"unique_name": user.user_principal_name, "upn": user.user_principal_name}


def _graph_only(client: Client) -> dict:
    return {
        "app_displayname": client.application.display_name,
        "idtyp": "app",
        "tenant_region_scope": "WW",
        "wids": [_APPLICATION_TEMPLATE],
        "xms_tcdt": client.tenant.created,
    }


def opaque(size: int) -> str:
    """Random base64url text of *size* bytes."""
    # Only Entra can read aio, rh and uti; here they are random and as long as the real ones.
    return base64url(secrets.token_bytes(size))
