"""The base64 of tokens, keys and URLs."""

import base64


def base64url(raw: bytes) -> str:
    """Bytes in the alphabet for URLs, without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
