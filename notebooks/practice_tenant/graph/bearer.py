"""Reading and verifying the bearer token of a request, with keys from the published key set.

RFC 6750 (transport), RFC 7515 and RFC 8725 (signature), RFC 9068 section 4 (validation), and
https://learn.microsoft.com/entra/identity-platform/claims-validation. Entra's access tokens have ``typ`` ``JWT``, as
its ID tokens do. The audience and the presence of ``scp`` or ``roles`` tell them apart.

The cache of keys follows Microsoft's middleware for APIs. A key set is used for a day. Unknown ``kid`` values cause at
most one fetch in five minutes. After a failed fetch the last good keys stay in use for an hour.
"""

import math
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from jwt import PyJWK, PyJWS
from jwt.exceptions import InvalidSignatureError, InvalidTokenError, PyJWTError
from starlette.requests import Request

from .. import jose
from .errors import invalid_token

MAX_TOKEN_BYTES = 250 * 1024
SKEW_SECONDS = 300
REFRESH_SECONDS = 24 * 3600
UNKNOWN_KEY_SECONDS = 5 * 60
LAST_KNOWN_GOOD_SECONDS = 3600

Fetch = Callable[[], Awaitable[dict]]

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Members that would let a token bring its own key, or change the signed content (RFC 8725 section 3.10).
_REFUSED_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})
_NOT_WELL_FORMED = "IDX14100: JWT is not well formed, there are no dots (.)."
_NOT_VALID = "Access token validation failure."
_VERIFIER = PyJWS(algorithms=["RS256"])


@dataclass(frozen=True, kw_only=True)
class PublishedKey:
    """A public key, and the issuer it may sign for; ``{tenantid}`` in it stands for the token's ``tid``."""

    key: PyJWK
    issuer: str

    def signs_for(self, issuer: str, tenant_id: str) -> bool:
        """Whether tokens of this issuer and tenant may be signed with the key."""
        return self.issuer.replace("{tenantid}", tenant_id) == issuer


class PublishedKeys:
    """A cache of one issuer's signing keys, filled from its JSON Web Key Set.

    Args:
        fetch: gets the key set (RFC 7517 section 5).
        clock: seconds since the epoch.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float]):
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, PublishedKey] = {}
        self._fetched = self._tried = float("-inf")

    async def get(self, kid: str) -> PublishedKey | None:
        """The key with this ID, or None."""
        now = self._clock()
        stale = now - self._fetched >= REFRESH_SECONDS
        if (stale or kid not in self._keys) and now - self._tried >= UNKNOWN_KEY_SECONDS:
            await self._refresh(now)
        return self._keys.get(kid)

    def look_again(self) -> None:
        """Let the next unknown key ID trigger a fetch at once."""
        self._tried = float("-inf")

    async def _refresh(self, now: float) -> None:
        self._tried = now
        try:
            self._keys = _published(await self._fetch())
        except (OSError, ValueError, KeyError, PyJWTError):
            if now - self._fetched >= REFRESH_SECONDS + LAST_KNOWN_GOOD_SECONDS:
                self._keys = {}
            return
        self._fetched = now


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The verified token's client and principal, identified by ``tid`` and ``oid``, never by a name.

    ``contexts`` are the authentication contexts (``acrs``) that the user's sign-in met.
    """

    tenant_id: str
    object_id: str
    app_id: str
    roles: frozenset[str]
    scopes: frozenset[str]
    contexts: frozenset[str] = frozenset()

    @property
    def app_only(self) -> bool:
        """Whether an app calls on its own behalf: without a signed-in user there are no scopes."""
        return not self.scopes


def token_of(request: Request) -> str:
    """The token in the ``Authorization`` header; tokens anywhere else don't count.

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
        audiences: this API's accepted ``aud`` values.
        now: seconds since the epoch.

    Raises:
        GraphError: 401, with a sentence that names the failed check.
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


def _published(document: dict) -> dict[str, PublishedKey]:
    return {
        jwk["kid"]: PublishedKey(key=PyJWK(jwk, algorithm="RS256"), issuer=jwk["issuer"])
        for jwk in document["keys"]
        if jwk.get("kty") == "RSA" and jwk.get("use", "sig") == "sig"
    }
