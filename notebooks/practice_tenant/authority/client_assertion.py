"""Client assertions: a JWT that the client signs with the key of a registered certificate.

RFC 7521 section 4.2, RFC 7523 sections 2.2 and 3;
https://learn.microsoft.com/entra/identity-platform/certificate-credentials. The thumbprint selects the key among the
registered ones; a key inside the assertion is never used.
"""

import base64
import binascii
import math
import re
from collections.abc import Collection

from jwt import PyJWS
from jwt.exceptions import InvalidTokenError

from .. import jose
from ..directory import credentials
from ..directory.objects import Application, KeyCredential
from ..timestamps import ticks
from .errors import AuthorityError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256")
SKEW_SECONDS = 300

_HEX_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
_NOT_FOUND = "The key was not found."
_NOT_VERIFIED = "Key was found, but use of the key to verify the signature failed."
_EXPIRED = "The key used is expired."


def parse(assertion: str) -> jose.Jws:
    """Parse an assertion in JWS compact serialization.

    Raises:
        AuthorityError: 50027 malformed.
    """
    try:
        return jose.read(assertion)
    except jose.Malformed as error:
        raise AuthorityError(50027) from error


def verify(
    assertion: jose.Jws,
    application: Application,
    keys: Collection[KeyCredential],
    *,
    audiences: Collection[str],
    now: float,
) -> None:
    """Check an assertion by which *application* authenticates.

    Args:
        keys: the certificates registered for the app.
        audiences: the valid values of ``aud``: the token endpoint's URL, or the issuer.
        now: seconds since the epoch.

    Raises:
        AuthorityError: 50027 malformed, 5002738 algorithm, 5002723 no thumbprint, 700027 key or signature, 700021
            another app's, 700023 audience, 700024 time.
    """
    algorithm = assertion.header.get("alg")
    if algorithm not in ALGORITHMS:
        raise AuthorityError(5002738, algorithm=str(algorithm), supported=",".join(ALGORITHMS))
    key = _find_key(assertion.header, keys, application, now)
    try:
        PyJWS(algorithms=[algorithm]).decode(assertion.token, credentials.public_key(key), algorithms=[algorithm])
    except InvalidTokenError as error:
        raise _invalid(_NOT_VERIFIED, key.sha1, application) from error
    _check_claims(assertion.claims, application, audiences, now)


def _find_key(header: dict, keys: Collection[KeyCredential], application: Application, now: float) -> KeyCredential:
    # MSAL pads x5t with "="; RFC 7515 doesn't. A kid without the others holds a thumbprint too.
    named = {name: str(header[name]).rstrip("=") for name in ("x5t#S256", "x5t", "kid") if header.get(name)}
    if not named:
        raise AuthorityError(5002723)
    name, thumbprint = next(iter(named.items()))
    for key in keys:
        if thumbprint == (key.sha256 if name == "x5t#S256" else key.sha1) or (
            name == "kid" and _HEX_SHA1.fullmatch(thumbprint) and thumbprint.upper() == _hex(key.sha1)
        ):
            if now >= key.end:
                raise _invalid(_EXPIRED, thumbprint, application)
            if now >= key.start - SKEW_SECONDS:
                return key
    raise _invalid(_NOT_FOUND, thumbprint, application)


def _check_claims(claims: dict, application: Application, audiences: Collection[str], now: float) -> None:
    if not isinstance(claims.get("iss"), str) or not isinstance(claims.get("sub"), str):
        raise AuthorityError(50027)
    if {claims["iss"].lower(), claims["sub"].lower()} != {application.app_id}:
        raise AuthorityError(700021)
    audience = claims.get("aud")
    wanted = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(item, str) and item in audiences for item in wanted):
        raise AuthorityError(700023)
    check_times(claims, now)


def check_times(claims: dict, now: float) -> None:
    """Check that an assertion is valid now, give or take five minutes.

    Raises:
        AuthorityError: 50027 without times, 700024 before or after them.
    """
    # MSAL sends exp and iat as fractions, and no nbf.
    expires, not_before = claims.get("exp"), claims.get("nbf", claims.get("iat", 0))
    if not all(_is_time(value) for value in (expires, not_before)):
        raise AuthorityError(50027)
    if now >= expires + SKEW_SECONDS or now < not_before - SKEW_SECONDS:
        raise AuthorityError(700024, now=ticks(now), start=ticks(not_before), end=ticks(expires))


def _is_time(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value < 2**40 and math.isfinite(value)


def _invalid(reason: str, thumbprint: str, application: Application) -> AuthorityError:
    try:
        shown = _hex(thumbprint)
    except (binascii.Error, ValueError):
        shown = thumbprint
    return AuthorityError(700027, reason=reason, thumbprint=shown, client_id=application.app_id)


def _hex(thumbprint: str) -> str:
    return base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4)).hex().upper()
