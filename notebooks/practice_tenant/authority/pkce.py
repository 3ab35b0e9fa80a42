"""Proof Key for Code Exchange (RFC 7636): the code is worth nothing without the text whose hash went ahead."""

import hashlib
import hmac
import re

from ..directory.base64url import base64url
from .errors import AuthorityError

METHODS = ("S256", "plain")

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def check_challenge(challenge: str | None, method: str | None, *, required: bool) -> None:
    """Check the challenge that comes with a sign-in.

    Raises:
        AuthorityError: 501491 if it is malformed, of an unknown method, or missing where it is required.
    """
    if challenge is None:
        if required or method is not None:
            raise AuthorityError(501491)
        return
    if not _CHALLENGE.fullmatch(challenge) or (method or "plain") not in METHODS:
        raise AuthorityError(501491)


def check_verifier(content: dict, verifier: str | None) -> None:
    """Compare the verifier that redeems a code with the challenge the code was issued for.

    Raises:
        AuthorityError: 501481 if they don't match, or if only one of the two is there.
    """
    challenge = content.get("code_challenge")
    if challenge is None and verifier is None:
        return
    if challenge is None or verifier is None or not _CHALLENGE.fullmatch(verifier):
        raise AuthorityError(501481)
    sent = verifier
    if content.get("code_challenge_method") == "S256":
        sent = base64url(hashlib.sha256(verifier.encode()).digest())
    if not hmac.compare_digest(sent, challenge):
        raise AuthorityError(501481)
