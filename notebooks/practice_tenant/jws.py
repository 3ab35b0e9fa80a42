"""Reading a JWS without believing it: three parts, two JSON objects, nothing said twice. And putting one together.

RFC 7515 section 3.1 (compact serialization); RFC 8725 for what a reader must not accept.
"""

import base64
import json
import re
from dataclasses import dataclass

from . import strict_json
from .directory.base64url import base64url

# Made once: json.dumps would make one for each text.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")


class Malformed(ValueError):
    """The text is no JWS in compact serialization, or its parts are no JSON objects."""


@dataclass(frozen=True, kw_only=True)
class Jws:
    """A JWS as it says it is; nothing in it is verified. ``token`` is the whole text."""

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


def signing_input(header: dict, claims: dict) -> bytes:
    """What a signature is made over (RFC 7515 section 5.1, step 8)."""
    return ".".join(base64url(_ENCODER.encode(part).encode()) for part in (header, claims)).encode()


def compact(signing_input: bytes, signature: bytes) -> str:
    """A JWS in compact serialization, from what was signed and the signature."""
    return f"{signing_input.decode()}.{base64url(signature)}"


def _object(segment: str) -> dict:
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        value = strict_json.read(raw, _no_duplicates)
    except ValueError as error:
        raise Malformed("a part is no JSON") from error
    if not isinstance(value, dict):
        raise Malformed("a part is no JSON object")
    return value


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict:
    # Two claims of one name would let two readers see two different tokens; Entra compares names without case.
    names = [name.lower() for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("duplicate member")
    return dict(pairs)
