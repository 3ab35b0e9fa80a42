"""The token endpoint of a user flow: redeem a code or a refresh token for tokens.

RFC 6749 sections 4.1.3 and 6; https://learn.microsoft.com/azure/active-directory-b2c/authorization-code-flow,
tokens-overview and access-tokens.
"""

import json
from dataclasses import dataclass

from starlette.requests import Request

from ..authority.authorize import check_verifier
from ..authority.client_authentication import presented
from ..authority.errors import NO_STORE, AuthorityError
from ..authority.form import read_form
from ..authority.service import Authority
from ..authority.signing import Unsigned
from ..directory.base64url import base64url
from ..directory.objects import Application, Issued, User
from ..directory.signing_keys import SigningKey
from ..json_http import JsonAnswer
from .errors import B2CError
from .user_flow import AskedScopes, UserFlow, check_secret, find_client, is_confidential, read_scopes, user_flow_of

LIFETIME_SECONDS = 3600
REFRESH_TOKEN_SECONDS = 14 * 24 * 3600
# The sliding window's lifetime: after it the person signs in again.
SIGNED_IN_SECONDS = 90 * 24 * 3600

# For each grant type, the parameter to redeem, which is also the kind of the issued value.
_GRANTS = {"authorization_code": "code", "refresh_token": "refresh_token"}
# The members of a code that its tokens don't keep.
_OF_THE_CODE = ("code_challenge", "code_challenge_method")


@dataclass(frozen=True, kw_only=True)
class UserFlowSignIn:
    """A person's sign-in to an app through a user flow. ``content`` is the content of its code or refresh token."""

    flow: UserFlow
    client: Application
    user: User
    asked: AskedScopes
    content: dict
    family: str


async def token(request: Request) -> JsonAnswer:
    """``POST /{tenant}/{user flow}/oauth2/v2.0/token``"""
    authority, flow = request.app.state.authority, user_flow_of(request)
    now = authority.clock()
    form = await read_form(request)
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise B2CError(90083, name="grant_type")
    if grant_type not in _GRANTS:
        raise B2CError(90086, grant_type=grant_type)
    if "client_assertion" in form and "client_secret" not in form:
        raise B2CError(90017)
    credential = presented(form, request.headers.getlist("authorization"))
    if credential.client_id is None:
        raise B2CError(90083, name="client_id")
    client = find_client(authority.directory, flow.tenant, credential.client_id)
    kind = _GRANTS[grant_type]
    issued = _find(authority, flow, client, kind, form)
    confidential = is_confidential(client, issued.content["redirect_uri"])
    check_secret(authority.directory, client, credential, confidential=confidential, now=now)
    request.state.client_id = client.app_id
    _check_time(issued, now)
    if kind == "code":
        _check_code(issued, form)
    sign_in = _sign_in(authority, flow, client, issued, form.get("scope"))
    # One transaction: of concurrent requests the first gets its tokens before the next one revokes them.
    with authority.directory.transaction():
        if kind != "code" or authority.directory.redeem(kind, form[kind], now):
            body = token_response(authority, sign_in, client_info=form.get("client_info") == "1", now=now)
            return JsonAnswer(body, headers=NO_STORE)
        authority.directory.revoke_family(issued.family)
    raise B2CError(90129)


def _find(authority: Authority, flow: UserFlow, client: Application, kind: str, form: dict[str, str]) -> Issued:
    """The code or token to redeem; it must be issued to this app by this user flow."""
    if kind not in form:
        raise B2CError(90083, name=kind)
    issued = authority.directory.issued(kind, form[kind])
    if issued is None:
        raise B2CError(90090)
    if issued.content["client_id"] != client.app_id:
        raise B2CError(90279, client_id=client.app_id)
    if issued.content["flow"] != flow.name:
        raise B2CError(90088, actual=issued.content["flow"], expected=flow.name)
    return issued


def _check_time(issued: Issued, now: float) -> None:
    if now >= issued.expires:
        raise B2CError(90080, now=int(now), issued=issued.content["issued"], expires=issued.expires)


def _check_code(issued: Issued, form: dict[str, str]) -> None:
    if form.get("redirect_uri") != issued.content["redirect_uri"]:
        uri = form.get("redirect_uri", "")
        raise B2CError(90006, redirect_uri=uri, client_id=issued.content["client_id"])
    verifier = form.get("code_verifier")
    try:
        check_verifier(issued.content, verifier)
    except AuthorityError as error:
        raise B2CError(90182 if verifier else 90183) from error


def _sign_in(
    authority: Authority, flow: UserFlow, client: Application, issued: Issued, scope: str | None
) -> UserFlowSignIn:
    user = authority.directory.user(flow.tenant.id, issued.content["user_id"])
    if user is None:
        raise B2CError(90128)
    asked = read_scopes(authority.directory, flow.tenant, client, scope or issued.content["scope"])
    kept = {name: value for name, value in issued.content.items() if name not in _OF_THE_CODE}
    return UserFlowSignIn(flow=flow, client=client, user=user, asked=asked, content=kept, family=issued.family)


def token_response(authority: Authority, sign_in: UserFlowSignIn, *, client_info: bool, now: float) -> dict:
    """The token response: an access token for a resource, and on request ID token and refresh token.

    Args:
        client_info: whether to add ``client_info``, which MSAL builds an account's ID from.
        now: seconds since the epoch.
    """
    flow, asked, issued = sign_in.flow, sign_in.asked, int(now)
    key = authority.signing_keys.current()
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
        body["refresh_token"] = authority.directory.issue(
            "refresh_token", sign_in.content | {"issued": issued}, expires=now + lifetime, family=sign_in.family
        )
        body["refresh_token_expires_in"] = lifetime
    if client_info:
        # MSAL's cache keeps an account for each user flow: the flow's name is part of the user's ID.
        body["client_info"] = _encoded({"uid": f"{sign_in.user.id}-{flow.name.lower()}", "utid": flow.tenant.id})
    return body


def _access_token(sign_in: UserFlowSignIn, key: SigningKey, issued: int) -> str:
    claims = _common(sign_in, issued) | {"aud": sign_in.asked.audience, "azp": sign_in.client.app_id}
    if sign_in.asked.permissions:
        claims["scp"] = " ".join(sign_in.asked.permissions)
    return _signed(claims, key)


def _id_token(sign_in: UserFlowSignIn, key: SigningKey, issued: int) -> str:
    more = {
        "aud": sign_in.client.app_id,
        "auth_time": sign_in.content["auth_time"],
        "emails": [sign_in.user.user_principal_name],
    }
    if sign_in.content["nonce"] is not None:
        more["nonce"] = sign_in.content["nonce"]
    return _signed(_common(sign_in, issued) | more, key)


def _common(sign_in: UserFlowSignIn, issued: int) -> dict:
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
