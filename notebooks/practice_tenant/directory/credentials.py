"""Client secrets, certificates and passwords: making, storing and comparing them.

Secrets and passwords are random with high entropy, so SHA-256 and a constant-time comparison suffice. A slow password
hash would protect nothing and cost each request tens of milliseconds.
"""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from .base64url import base64url
from .objects import KeyCredential, PasswordCredential

# Entra's secrets have 40 characters: letters, digits and these signs, which never come first.
_SIGNS = "-_.~"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

_TWO_YEARS = 2 * 365 * 24 * 3600
_SMALLEST_RSA_BITS = 2048


def new_secret() -> str:
    """A client secret's value: 40 characters, about 240 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(3)) + "".join(
        secrets.choice(_LETTERS + _SIGNS) for _ in range(37)
    )


def new_password_credential(
    value: str, *, now: float, display_name: str | None = None, end: float | None = None, start: float | None = None
) -> PasswordCredential:
    """The stored form of a client secret: hash, ID, first three characters, and validity.

    Without *end* it lasts two years, as in Microsoft Graph's ``addPassword``.
    """
    start = now if start is None else start
    return PasswordCredential(
        key_id=str(uuid.uuid4()),
        display_name=display_name,
        hint=value[:3],
        value_hash=_hash(value),
        start=int(start),
        end=int(start + _TWO_YEARS if end is None else end),
    )


def find_secret(value: str, credentials: Iterable[PasswordCredential]) -> PasswordCredential | None:
    """The credential of a client secret. It compares with all of them, so the duration reveals nothing."""
    wanted, found = _hash(value), None
    for credential in credentials:
        if hmac.compare_digest(wanted, credential.value_hash):
            found = credential
    return found


def new_key_credential(data: bytes, *, display_name: str | None = None) -> KeyCredential:
    """The stored form of a certificate: public half, thumbprints, and validity.

    Args:
        data: the certificate, DER or PEM; never a private key.

    Raises:
        ValueError: with a sentence that says what is wrong with it.
    """
    certificate = _read_certificate(data)
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_RSA_BITS:
        raise ValueError(f"Key credentials must be RSA certificates of at least {_SMALLEST_RSA_BITS} bits.")
    der = certificate.public_bytes(Encoding.DER)
    return KeyCredential(
        key_id=str(uuid.uuid4()),
        display_name=display_name,
        certificate=der,
        sha1=base64url(hashlib.sha1(der, usedforsecurity=False).digest()),
        sha256=base64url(hashlib.sha256(der).digest()),
        start=int(certificate.not_valid_before_utc.timestamp()),
        end=int(certificate.not_valid_after_utc.timestamp()),
    )


def public_key(credential: KeyCredential) -> rsa.RSAPublicKey:
    """The key that verifies what the certificate's owner signed."""
    return x509.load_der_x509_certificate(credential.certificate).public_key()


def new_password() -> str:
    """A password for the practice users that a person can type: four groups of four letters, about 75 bits."""
    return "-".join("".join(secrets.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(4)) for _ in range(4))


def password_hash(password: str) -> bytes:
    """The stored hash of a practice user's password, which is random."""
    return _hash(password)


def is_password(password: str, kept: bytes) -> bool:
    """Whether *kept* is the stored hash of a password."""
    return bool(kept) and hmac.compare_digest(_hash(password), kept)


def _hash(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


def _read_certificate(data: bytes) -> x509.Certificate:
    if b"PRIVATE KEY" in data:
        raise ValueError("That is a private key. Keep it, and register the certificate alone.")
    try:
        if b"-----BEGIN CERTIFICATE" in data:
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError:
        raise ValueError("Key credential is not a certificate in DER or PEM form.") from None
