"""Client secrets: making a value, keeping its hash, and telling which of an app's secrets a value is.

The value has enough entropy that a slow password hash would protect nothing and cost each request tens of
milliseconds; SHA-256 and a constant-time comparison are what it needs.
"""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable

from .objects import PasswordCredential

# Entra's secrets are 40 characters and use these signs besides letters and digits; they never start with one.
_SIGNS = "-_.~"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

TWO_YEARS = 2 * 365 * 24 * 3600


def new_value() -> str:
    """A client secret's value: 40 characters, about 240 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(3)) + "".join(
        secrets.choice(_LETTERS + _SIGNS) for _ in range(37)
    )


def new_credential(
    value: str, *, now: float, display_name: str | None = None, end: float | None = None, start: float | None = None
) -> PasswordCredential:
    """What is kept of a secret: its hash, its ID, its first three characters, and the seconds between which it counts.

    Without *end* it lasts two years, as in Microsoft Graph's ``addPassword``.
    """
    start = now if start is None else start
    return PasswordCredential(
        key_id=str(uuid.uuid4()),
        display_name=display_name,
        hint=value[:3],
        value_hash=_hash(value),
        start=int(start),
        end=int(start + TWO_YEARS if end is None else end),
    )


def find(value: str, credentials: Iterable[PasswordCredential]) -> PasswordCredential | None:
    """The credential whose value this is. Looks at all of them, so the time taken tells nothing."""
    wanted, found = _hash(value), None
    for credential in credentials:
        if hmac.compare_digest(wanted, credential.value_hash):
            found = credential
    return found


def _hash(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


def new_password() -> str:
    """A password for the practice users that a person can type: four groups of four letters, about 75 bits."""
    return "-".join("".join(secrets.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(4)) for _ in range(4))


def password_hash(password: str) -> bytes:
    """What is kept of a practice user's password. It is random, so a slow hash would protect nothing."""
    return _hash(password)


def is_password(password: str, kept: bytes) -> bool:
    """Whether a password is the one of which *kept* was kept."""
    return bool(kept) and hmac.compare_digest(_hash(password), kept)
