"""App-only access tokens, with the header and the claims Entra gives them.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference. The resource decides the version:
Graph takes v1.0 tokens, an API whose registration says so takes v2.0 ones.
"""

import base64
import secrets
from dataclasses import dataclass

import jwt

from ..directory.objects import Application
from ..directory.permissions import GRAPH_APP_ID
from ..directory.signing_keys import SigningKey
from ..faces import Face
from .client_authentication import Client

# Entra dates a token five minutes back, so that an API whose clock is a little slow accepts it.
_BACKDATED_SECONDS = 300
LIFETIME_SECONDS = 3599

# appidacr / azpacr: how the client proved itself. 0 not at all, 1 by a secret, 2 by a certificate.
_AUTHENTICATION = {"none": "0", "client_secret_post": "1", "client_secret_basic": "1", "private_key_jwt": "2"}

# The directory role template that Graph's app-only tokens carry in wids: "an application", not a person's role.
_APPLICATION_TEMPLATE = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What a token is for: the API's registration, the identifier that was asked for, and the roles granted on it."""

    application: Application
    identifier: str
    roles: tuple[str, ...]


def app_only(client: Client, resource: Resource, *, face: Face, key: SigningKey, now: float) -> str:
    """A signed access token (JWS compact) for a client acting on its own behalf; ``expires_in`` is 3599 seconds."""
    v2 = resource.application.token_version == 2
    issued = int(now) - _BACKDATED_SECONDS
    version = "2.0" if v2 else "1.0"
    claims = {
        "aud": resource.application.app_id if v2 else resource.identifier,
        "iss": face.issuer(client.tenant.id, version),
        "iat": issued,
        "nbf": issued,
        "exp": int(now) + LIFETIME_SECONDS + 1,
        "aio": _opaque(40),
    }
    claims |= _v2_client(client) if v2 else _v1_client(client, face)
    if resource.application.app_id == GRAPH_APP_ID:
        claims |= _graph_only(client)
    claims |= {"oid": client.principal.id, "rh": f"1.{_opaque(36)}"}
    if resource.roles:
        claims["roles"] = list(resource.roles)
    claims |= {"sub": client.principal.id, "tid": client.tenant.id, "uti": _opaque(16), "ver": version}
    if v2:
        claims["xms_ftd"] = _opaque(32)
    header = {"kid": key.kid} if v2 else {"x5t": key.kid, "kid": key.kid}
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers=header)


def _v1_client(client: Client, face: Face) -> dict:
    return {
        "appid": client.application.app_id,
        "appidacr": _AUTHENTICATION[client.method],
        "idp": face.issuer(client.tenant.id, "1.0"),
    }


def _v2_client(client: Client) -> dict:
    return {"azp": client.application.app_id, "azpacr": _AUTHENTICATION[client.method]}


def _graph_only(client: Client) -> dict:
    return {
        "app_displayname": client.application.display_name,
        "idtyp": "app",
        "tenant_region_scope": "WW",
        "wids": [_APPLICATION_TEMPLATE],
        "xms_tcdt": client.tenant.created,
    }


def _opaque(size: int) -> str:
    # aio, rh and uti mean something to Entra only; here they are random and as long as the real ones.
    return base64.urlsafe_b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
