"""Reading a JWT's parts without trusting them (RFC 7519 section 7.2, RFC 7515 section 3.1).

Reading is not validating: nothing here says that a token is genuine, or for whom it is.
"""

import base64
import json
from dataclasses import dataclass

MAXIMUM_CHARACTERS = 250_000


@dataclass(frozen=True, kw_only=True)
class JwtParts:
    """The decoded header and payload of a JWT, each a dictionary. The signature is left out."""

    header: dict
    payload: dict


def read_jwt(token: str) -> JwtParts | str:
    """Decode `token`, a JWT in compact form; return its parts, or a sentence saying why it is not a JWT."""
    if len(token) > MAXIMUM_CHARACTERS:
        return f"This text is longer than {MAXIMUM_CHARACTERS:,} characters: too long to be an access token."
    segments = token.split(".")
    if len(segments) == 5:
        return "This token is encrypted (a JWE, five parts): only the API it is for can read it."
    if len(segments) != 3:
        return (
            "This is not a JWT: a JWT has three parts with a dot between them. It is an opaque token, which only the "
            "authority or the API can read, or something else than a token. Nothing of it is shown here."
        )
    parts = []
    for name, segment in zip(("header", "payload"), segments[:2], strict=True):
        decoded = _json_object(segment)
        if decoded is None:
            return f"This is not a JWT: its {name} is not a base64url-encoded JSON object."
        parts.append(decoded)
    return JwtParts(header=parts[0], payload=parts[1])


def _json_object(segment: str) -> dict | None:
    try:
        padded = segment + "=" * (-len(segment) % 4)
        decoded = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None
