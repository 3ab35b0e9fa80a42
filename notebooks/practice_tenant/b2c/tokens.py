"""The tokens of a user flow, and the answer they come in.

https://learn.microsoft.com/azure/active-directory-b2c/tokens-overview; the answer as
https://learn.microsoft.com/azure/active-directory-b2c/access-tokens shows it.
"""

import json
from dataclasses import dataclass

from ..authority.signing import Unsigned
from ..directory.base64url import base64url
from ..directory.objects import Application, User
from ..directory.signing_keys import SigningKey
from .scopes import Asked
from .service import Service
from .user_flow import UserFlow

LIFETIME_SECONDS = 3600
REFRESH_TOKEN_SECONDS = 14 * 24 * 3600
# However often it is used, the person signs in again after that (the sliding window's lifetime).
SIGNED_IN_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Who signed in to which app through which user flow. ``content`` is what a code or refresh token stands for."""

    flow: UserFlow
    client: Application
    user: User
    asked: Asked
    content: dict
    family: str


def token_response(service: Service, sign_in: SignIn, *, client_info: bool, now: float) -> dict:
    """The token response: an access token only for a resource, ID token and refresh token as asked for.

    Args:
        client_info: whether the client wants what MSAL makes an account's ID of.
        now: seconds since the epoch.
    """
    flow, asked, issued = sign_in.flow, sign_in.asked, int(now)
    key = service.signing_keys.current()
    body: dict[str, object] = {"token_type": "Bearer", "not_before": issued}
    if asked.audience:
        body["access_token"] = _access_token(sign_in, key, issued)
        body |= {
            "expires_in": LIFETIME_SECONDS,
            "expires_on": issued + LIFETIME_SECONDS,
            "resource": asked.audience,
        }
    if asked.openid:
        body |= {"id_token": _id_token(sign_in, key, issued), "id_token_expires_in": LIFETIME_SECONDS}
    profile = {"ver": "1.0", "tid": flow.tenant.id, "sub": None, "name": sign_in.user.display_name}
    body["profile_info"] = _encoded(profile | {"preferred_username": None, "idp": "LocalAccount"})
    body["scope"] = " ".join(asked.written)
    if asked.offline_access:
        lifetime = min(REFRESH_TOKEN_SECONDS, sign_in.content["auth_time"] + SIGNED_IN_SECONDS - issued)
        body["refresh_token"] = service.directory.issue(
            "refresh_token", sign_in.content | {"issued": issued}, expires=now + lifetime, family=sign_in.family
        )
        body["refresh_token_expires_in"] = lifetime
    if client_info:
        # Each user flow has accounts of its own in MSAL's cache: its name is part of the user's ID.
        body["client_info"] = _encoded({"uid": f"{sign_in.user.id}-{flow.name.lower()}", "utid": flow.tenant.id})
    return body


def _access_token(sign_in: SignIn, key: SigningKey, issued: int) -> str:
    claims = _common(sign_in, issued) | {"aud": sign_in.asked.audience, "azp": sign_in.client.app_id}
    if sign_in.asked.permissions:
        claims["scp"] = " ".join(sign_in.asked.permissions)
    return _signed(claims, key)


def _id_token(sign_in: SignIn, key: SigningKey, issued: int) -> str:
    more = {
        "aud": sign_in.client.app_id,
        "auth_time": sign_in.content["auth_time"],
        "emails": [sign_in.user.user_principal_name],
    }
    if sign_in.content["nonce"] is not None:
        more["nonce"] = sign_in.content["nonce"]
    return _signed(_common(sign_in, issued) | more, key)


def _common(sign_in: SignIn, issued: int) -> dict:
    return {
        "ver": "1.0",
        "iss": sign_in.flow.issuer,
        "sub": sign_in.user.id,
        "exp": issued + LIFETIME_SECONDS,
        "nbf": issued,
        "iat": issued,
        "oid": sign_in.user.id,
        "name": sign_in.user.display_name,
        "tfp": sign_in.flow.name,
    }


def _signed(claims: dict, key: SigningKey) -> str:
    return Unsigned(header={"kid": key.kid}, claims=claims, key=key).signed()


def _encoded(value: dict) -> str:
    return base64url(json.dumps(value).encode())
