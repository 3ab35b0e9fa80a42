"""Reading and verifying the bearer token of a request.

RFC 6750 (how it comes), RFC 7515 and RFC 8725 (what a signature may be), RFC 9068 section 4 (what is checked), and
https://learn.microsoft.com/entra/identity-platform/claims-validation. Entra's access tokens have ``typ`` ``JWT``, as
its ID tokens do; what tells them apart is the audience and the presence of ``scp`` or ``roles``.
"""

import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from jwt import PyJWS
from jwt.exceptions import InvalidSignatureError, InvalidTokenError
from starlette.requests import Request

from .. import jose
from .errors import invalid_token
from .keys import PublishedKey, PublishedKeys

MAX_TOKEN_BYTES = 250 * 1024
SKEW_SECONDS = 300

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Members that would let a token bring its own key, or change what is signed (RFC 8725 section 3.10).
_REFUSED_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})
_NOT_WELL_FORMED = "IDX14100: JWT is not well formed, there are no dots (.)."
_NOT_VALID = "Access token validation failure."
_VERIFIER = PyJWS(algorithms=["RS256"])


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls, as a verified token says: keyed on ``tid`` and ``oid``, never on a name.

    ``contexts`` are the authentication contexts (``acrs``) that the person's sign-in met.
    """

    tenant_id: str
    object_id: str
    app_id: str
    roles: frozenset[str]
    scopes: frozenset[str]
    contexts: frozenset[str] = frozenset()

    @property
    def app_only(self) -> bool:
        """Whether an app calls on its own behalf: nobody signed in, so there are no scopes."""
        return not self.scopes


def token_of(request: Request) -> str:
    """The token in the ``Authorization`` header; tokens anywhere else are not looked at.

    Raises:
        GraphError: 401 without a token, with another scheme, with two headers, or with an oversized token.
    """
    values = request.headers.getlist("authorization")
    if not values:
        raise invalid_token("Access token is empty.", error_code=None)
    scheme, _, token = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise invalid_token("Access token is empty.")
    if len(token) > MAX_TOKEN_BYTES:
        raise invalid_token("IDX10209: the token is longer than 250 KB.")
    return token.strip()


async def verify(
    token: str, *, keys: PublishedKeys, issuer: Callable[[str, str], str], audiences: Collection[str], now: float
) -> Caller:
    """Check a token's form, signature, times, issuer, tenant and audience.

    Args:
        token: JWS compact serialization.
        keys: the published signing keys.
        issuer: ``(tenant_id, version)`` → the exact ``iss`` that this API expects.
        audiences: what this API is called.
        now: seconds since the epoch.

    Raises:
        GraphError: 401, with a sentence that says which check failed.
    """
    try:
        parsed = jose.read(token)
    except jose.Malformed as error:
        raise invalid_token(_NOT_WELL_FORMED) from error
    header, claims = parsed.header, parsed.claims
    if header.get("alg") != "RS256" or header.get("typ") != "JWT" or _REFUSED_HEADERS & header.keys():
        raise invalid_token(f"{_NOT_VALID} Invalid header.")
    key = await _check_signature(token, header, keys)
    _check_times(claims, now)
    tenant_id = _check_issuer(claims, issuer)
    if not key.signs_for(issuer(tenant_id, "2.0"), tenant_id):
        raise invalid_token(f"{_NOT_VALID} The signing key is another issuer's.")
    if claims.get("aud") not in audiences:
        raise invalid_token(f"{_NOT_VALID} Invalid audience.")
    return _caller(claims, tenant_id)


async def _check_signature(token: str, header: dict, keys: PublishedKeys) -> PublishedKey:
    kid = header.get("kid")
    key = await keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise invalid_token(f"{_NOT_VALID} Signing key is invalid.")
    try:
        _VERIFIER.decode(token, key.key, algorithms=["RS256"])
    except InvalidSignatureError as error:
        raise invalid_token(f"{_NOT_VALID} Invalid signature.") from error
    except InvalidTokenError as error:
        raise invalid_token(_NOT_WELL_FORMED) from error
    return key


def _check_times(claims: dict, now: float) -> None:
    expires, not_before = claims.get("exp"), claims.get("nbf", 0)
    for value in (expires, not_before):
        # Whole numbers first: isfinite can't take one of 400 digits.
        if type(value) is not int and not (type(value) is float and math.isfinite(value)):
            raise invalid_token("Lifetime validation failed, the token has no expiration time.")
    if now >= expires + SKEW_SECONDS:
        raise invalid_token("Lifetime validation failed, the token is expired.")
    if now < not_before - SKEW_SECONDS:
        raise invalid_token("Lifetime validation failed, the token is not valid yet.")


def _check_issuer(claims: dict, issuer: Callable[[str, str], str]) -> str:
    tenant_id = claims.get("tid")
    if not isinstance(tenant_id, str) or not _GUID.fullmatch(tenant_id):
        raise invalid_token(f"{_NOT_VALID} Invalid tenant.")
    if claims.get("ver") not in ("1.0", "2.0") or claims.get("iss") != issuer(tenant_id, claims["ver"]):
        raise invalid_token(f"{_NOT_VALID} Invalid issuer.")
    return tenant_id


def _caller(claims: dict, tenant_id: str) -> Caller:
    roles, scope = claims.get("roles", []), claims.get("scp", "")
    app_id = claims.get("appid") if claims["ver"] == "1.0" else claims.get("azp")
    if not all(isinstance(value, str) and _GUID.fullmatch(value) for value in (claims.get("oid"), app_id)):
        raise invalid_token(f"{_NOT_VALID} Missing oid or appid.")
    if not isinstance(roles, list) or not isinstance(scope, str):
        raise invalid_token(f"{_NOT_VALID} Invalid scp or roles.")
    return Caller(
        tenant_id=tenant_id,
        object_id=claims["oid"],
        app_id=app_id,
        roles=frozenset(role for role in roles if isinstance(role, str)),
        scopes=frozenset(scope.split()),
        contexts=frozenset(value for value in _list(claims.get("acrs")) if isinstance(value, str)),
    )


def _list(value: object) -> list:
    return value if isinstance(value, list) else []
