"""Access tokens, app-only and delegated, with the header and the claims Entra gives them.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference. The resource decides the version:
Graph takes v1.0 tokens, an API whose registration says so takes v2.0 ones.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from ..directory.base64url import base64url
from ..directory.objects import TOKEN_EXCHANGE_APP_ID, Application, Tenant, User, pairwise_subject
from ..directory.permissions import GRAPH_APP_ID
from ..directory.signing_keys import SigningKey
from ..hosts import Face
from .client_authentication import Client
from .lifetime import Lifetime
from .signing import Unsigned

# Entra dates a token five minutes back, so that an API whose clock is a little slow accepts it.
BACKDATED_SECONDS = 300

# appidacr / azpacr: how the client proved itself. 0 not at all, 1 by a secret, 2 by a signature: with a certificate, by
# another issuer's token, or with what Azure keeps for a managed identity.
_AUTHENTICATION = {
    "none": "0",
    "client_secret_post": "1",
    "client_secret_basic": "1",
    "private_key_jwt": "2",
    "managed_identity": "2",
}

# The directory role template that Graph's app-only tokens carry in wids: "an application", not a person's role.
_APPLICATION_TEMPLATE = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What a token is for: the API's registration, the identifier that was asked for, and the roles granted on it."""

    application: Application
    identifier: str
    roles: tuple[str, ...]


def app_only(
    client: Client, resource: Resource, lifetime: Lifetime, *, face: Face, key: SigningKey, now: float
) -> Unsigned:
    """An access token for a client acting on its own behalf."""
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
    sign_in,
    resource: Resource,
    permissions: Sequence[str],
    lifetime: Lifetime,
    *,
    face: Face,
    key: SigningKey,
    now: float,
) -> Unsigned:
    """An access token for an app acting for a signed-in person; ``scp`` has the delegated permissions."""
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
    """A random text, *size* bytes long before its base64url encoding."""
    # aio, rh and uti mean something to Entra only; here they are random and as long as the real ones.
    return base64url(secrets.token_bytes(size))
