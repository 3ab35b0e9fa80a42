"""Who a token is about, so that no two apps can compare notes (OpenID Connect Core section 8.1)."""

import base64
import hashlib

from .objects import Application, User


def pairwise_subject(user: User, application: Application) -> str:
    """The user's ``sub`` for one app."""
    digest = hashlib.sha256(f"{user.id}/{application.app_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
