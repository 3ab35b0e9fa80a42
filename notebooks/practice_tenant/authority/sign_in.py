"""A person's sign-in, and the tokens that come of it.

The claims follow https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference and
access-token-claims-reference; the answer's layout is Entra's, as recorded.
"""

import json
from dataclasses import dataclass

from ..directory.base64url import base64url
from ..directory.objects import Application, Tenant, User, pairwise_subject
from ..directory.signing_keys import SigningKeys
from ..directory.store import Directory
from ..hosts import Face
from .access_token import Resource, delegated, opaque
from .assignment import require_assignment
from .consent import granted, require_consent
from .lifetime import USUAL_SECONDS, lifetime_of
from .scopes import Wanted, is_graph
from .signing import Unsigned
from .token_shape import AS_USUAL, TokenShape

REFRESH_TOKEN_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Who signed in to which app, when, and what they asked for. It is what a code or a refresh token stands for.

    Attributes:
        scope: the scopes as the request wrote them.
        contexts: the authentication contexts that it met, because a claims challenge asked for them.
        tells_auth_time: whether the ID token says when the person signed in, because ``max_age`` was asked for.
        method: how the client proved who it is, when it redeems.
        family: what its codes and refresh tokens have in common.
    """

    client: Application
    tenant: Tenant
    user: User
    scope: str
    auth_time: int
    nonce: str | None = None
    contexts: tuple[str, ...] = ()
    tells_auth_time: bool = False
    method: str = "none"
    family: str | None = None

    def content(self) -> dict:
        """As JSON can hold it."""
        return {
            "client_id": self.client.app_id,
            "tenant_id": self.tenant.id,
            "user_id": self.user.id,
            "scope": self.scope,
            "auth_time": self.auth_time,
            "nonce": self.nonce,
            "contexts": list(self.contexts),
            "tells_auth_time": self.tells_auth_time,
        }


def read_sign_in(directory: Directory, content: dict, *, family: str, method: str) -> SignIn | None:
    """The sign-in that a code or refresh token stands for; None if its app, tenant or user is gone."""
    client = directory.application(app_id=content["client_id"])
    tenant = directory.tenant(content["tenant_id"])
    user = directory.user(content["tenant_id"], content["user_id"]) if tenant else None
    if not (client and tenant and user):
        return None
    return SignIn(
        client=client,
        tenant=tenant,
        user=user,
        scope=content["scope"],
        auth_time=content["auth_time"],
        nonce=content["nonce"],
        contexts=tuple(content["contexts"]),
        # A refresh token from before this was kept doesn't have it.
        tells_auth_time=content.get("tells_auth_time", False),
        method=method,
        family=family,
    )


def token_response(
    sign_in: SignIn,
    wanted: Wanted,
    *,
    directory: Directory,
    signing_keys: SigningKeys,
    face: Face,
    now: float,
    claims: str | None = None,
    shape: TokenShape = AS_USUAL,
    refresh: bool | None = None,
) -> dict:
    """The token response for a sign-in: access token, and as asked for ID token, refresh token, client info.

    Args:
        claims: the ``claims`` parameter of the token request.
        shape: how long an access token lasts as a rule, and what else is other than usual.
        refresh: whether a refresh token is given; None goes by ``offline_access``.

    Raises:
        AuthorityError: 50105 if the person may not use the app, 65001 if the permissions lack consent, 9002313 for claims that can't be read.
    """
    require_assignment(directory, sign_in, wanted)
    require_consent(directory, sign_in, wanted)
    permissions = granted(directory, sign_in, wanted)
    key = signing_keys.current()
    resource = Resource(application=wanted.resource, identifier=wanted.identifier, roles=())
    lifetime = lifetime_of(claims, wanted.resource, shape.lifetime)
    in_token = (*permissions, *(name for name in wanted.oidc if name != "offline_access" and is_graph(wanted.resource)))
    body = {
        "token_type": "Bearer",
        "scope": " ".join(dict.fromkeys((*wanted.written, *_answered(wanted, permissions), *in_token))),
        **lifetime.answer(),
        "access_token": delegated(sign_in, resource, in_token, lifetime, face=face, key=key, now=now),
    }
    if refresh if refresh is not None else "offline_access" in wanted.oidc:
        expires = now + REFRESH_TOKEN_SECONDS
        body["refresh_token"] = directory.issue(
            "refresh_token", sign_in.content(), expires=expires, family=sign_in.family
        )
    if "openid" in wanted.oidc:
        body["id_token"] = id_token(sign_in, wanted, face=face, key=key, now=now)
    body["client_info"] = client_info(sign_in)
    return shape.answer(body)


def id_token(sign_in: SignIn, wanted: Wanted, *, face: Face, key, now: float) -> Unsigned:
    """The statement about who signed in (OpenID Connect Core section 2)."""
    issued = int(now) - 300
    claims = {
        "aud": sign_in.client.app_id,
        "iss": face.issuer(sign_in.tenant.id, "2.0"),
        "iat": issued,
        "nbf": issued,
        "exp": int(now) + USUAL_SECONDS + 1,
        "aio": opaque(40),
    }
    if sign_in.tells_auth_time:
        # OpenID Connect Core section 3.1.2.1: required once max_age was asked for.
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
    """What MSAL builds an account's ID from: the user's and the tenant's GUID, base64url-encoded JSON."""
    value = json.dumps({"uid": sign_in.user.id, "utid": sign_in.tenant.id})
    return base64url(value.encode())


def _answered(wanted: Wanted, permissions: tuple[str, ...]) -> tuple[str, ...]:
    # Graph's permissions are answered in their short form; another API's with its identifier before them.
    if is_graph(wanted.resource):
        return permissions
    return tuple(f"{wanted.identifier}/{value}" for value in permissions)
