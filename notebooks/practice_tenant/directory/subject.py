"""Who a token is about, so that no two apps can compare notes (OpenID Connect Core section 8.1)."""

import hashlib

from .base64url import base64url
from .objects import Application, User


def pairwise_subject(user: User, application: Application) -> str:
    """The user's ``sub`` for one app."""
    digest = hashlib.sha256(f"{user.id}/{application.app_id}".encode()).digest()
    return base64url(digest)
