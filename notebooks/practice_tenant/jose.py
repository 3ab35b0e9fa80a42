"""JSON Web Signatures in compact serialization (RFC 7515 section 3.1): reading without trust, and signing.

RFC 8725 lists what a reader must not accept.
"""

import base64
import json
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from . import json_http
from .directory.base64url import base64url

# Made once: json.dumps makes one for each text.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")


class Malformed(ValueError):
    """The text is no JWS in compact serialization, or a part is no JSON object."""


@dataclass(frozen=True, kw_only=True)
class Jws:
    """A JWS that is not verified; ``token`` is the whole text."""

    token: str
    header: dict
    claims: dict


def read(token: str) -> Jws:
    """Split and decode a JWS.

    Raises:
        Malformed: other than three base64url parts, a part that isn't a JSON object, or one with a name twice.
    """
    parts = token.split(".")
    if len(parts) != 3 or not all(_SEGMENT.fullmatch(part) for part in parts):
        raise Malformed("three base64url parts were expected")
    return Jws(token=token, header=_object(parts[0]), claims=_object(parts[1]))


def sign(key: RSAPrivateKey, header: dict, claims: dict) -> str:
    """Sign a token with RS256 (RFC 7518 section 3.3).

    Args:
        header: the header fields besides ``typ`` and ``alg``.
    """
    parts = ({"typ": "JWT", "alg": "RS256"} | header, claims)
    signing_input = ".".join(base64url(_ENCODER.encode(part).encode()) for part in parts)
    return f"{signing_input}.{base64url(key.sign(signing_input.encode(), padding.PKCS1v15(), SHA256()))}"


def _object(segment: str) -> dict:
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        value = json_http.read(raw, _no_duplicates)
    except ValueError as error:
        raise Malformed("a part is no JSON") from error
    if not isinstance(value, dict):
        raise Malformed("a part is no JSON object")
    return value


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict:
    # With two claims of one name, two readers could see two different tokens. Entra compares names without case.
    names = [name.lower() for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("duplicate member")
    return dict(pairs)
