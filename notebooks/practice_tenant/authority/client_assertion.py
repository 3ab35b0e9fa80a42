"""Client assertions: a JWT that the client signs with the key of a certificate it registered.

RFC 7521 section 4.2, RFC 7523 sections 2.2 and 3;
https://learn.microsoft.com/entra/identity-platform/certificate-credentials. The key is chosen by thumbprint among the
registered ones; a key that the assertion brings along is never used.
"""

import base64
import binascii
import json
import math
import re
import sqlite3
from collections.abc import Collection

from jwt import PyJWS
from jwt.exceptions import InvalidTokenError

from .. import jose
from ..directory import credentials
from ..directory.objects import Application, KeyCredential
from ..directory.store import Directory
from ..timestamps import ticks
from .errors import AuthorityError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256")
SKEW_SECONDS = 300
LONGEST_SECONDS = 3600

_HEX_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
_NOT_FOUND = "The key was not found."
_NOT_VERIFIED = "Key was found, but use of the key to verify the signature failed."
_EXPIRED = "The key used is expired."


def verify(
    assertion: str, application: Application, keys: Collection[KeyCredential], *, audiences: Collection[str], now: float
) -> dict:
    """Check an assertion by which *application* proves who it is.

    Args:
        assertion: JWS compact serialization.
        keys: the certificates registered for the app.
        audiences: what ``aud`` may be: the token endpoint's URL, or the issuer.
        now: seconds since the epoch.

    Returns:
        Its claims.

    Raises:
        AuthorityError: 50027 malformed, 5002738 algorithm, 5002723 no thumbprint, 700027 key or signature, 700021
            another app's, 700023 audience, 700024 time.
    """
    try:
        parsed = jose.read(assertion)
    except jose.Malformed as error:
        raise AuthorityError(50027) from error
    algorithm = parsed.header.get("alg")
    if algorithm not in ALGORITHMS:
        raise AuthorityError(5002738, algorithm=str(algorithm), supported=",".join(ALGORITHMS))
    key = _find_key(parsed.header, keys, application, now)
    try:
        PyJWS(algorithms=[algorithm]).decode(assertion, credentials.public_key(key), algorithms=[algorithm])
    except InvalidTokenError as error:
        raise _invalid(_NOT_VERIFIED, key.sha1, application) from error
    _check_claims(parsed.claims, application, audiences, now)
    return parsed.claims


def check_end(claims: dict, now: float) -> None:
    """Refuse an assertion that outlives an hour, as the strict profile does (RFC 7523 section 3, point 4).

    Raises:
        AuthorityError: 700024.
    """
    if claims["exp"] > now + LONGEST_SECONDS:
        raise _out_of_time(claims, now)


def use_once(assertion: str, claims: dict, application: Application, *, directory: Directory) -> None:
    """Refuse a verified assertion that was used before, as the strict profile does.

    RFC 7523 section 3, point 7. MSAL sends one assertion for about nine minutes, so Entra can't ask for this.

    Raises:
        AuthorityError: 50013.
    """
    named = json.dumps([application.app_id, claims.get("jti", assertion)])
    try:
        directory.issue("client_assertion", {}, expires=claims["exp"] + SKEW_SECONDS, value=named)
    except sqlite3.IntegrityError as error:
        reason = "The assertion was used before."
        raise AuthorityError(50013, status=401, error="invalid_client", reason=reason) from error


def _find_key(header: dict, keys: Collection[KeyCredential], application: Application, now: float) -> KeyCredential:
    # MSAL pads x5t with "="; RFC 7515 doesn't. kid, when it is all there is, holds a thumbprint too.
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
    """Whether an assertion counts now, give or take five minutes.

    Raises:
        AuthorityError: 50027 without times, 700024 before or after them.
    """
    # MSAL sends exp and iat as fractions, and no nbf.
    expires, not_before = claims.get("exp"), claims.get("nbf", claims.get("iat", 0))
    if not all(_is_time(value) for value in (expires, not_before)):
        raise AuthorityError(50027)
    if now >= expires + SKEW_SECONDS or now < not_before - SKEW_SECONDS:
        raise _out_of_time(claims, now)


def _out_of_time(claims: dict, now: float) -> AuthorityError:
    not_before = claims.get("nbf", claims.get("iat", 0))
    return AuthorityError(700024, now=ticks(now), start=ticks(not_before), end=ticks(claims["exp"]))


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
