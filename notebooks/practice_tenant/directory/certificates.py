"""Certificates that apps register in place of a secret: reading one, and what is kept of it."""

import hashlib
import uuid

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from .base64url import base64url
from .objects import KeyCredential

SMALLEST_RSA_BITS = 2048


def new_credential(data: bytes, *, display_name: str | None = None) -> KeyCredential:
    """What is kept of a certificate: its public half, its thumbprints, the seconds between which it counts.

    Args:
        data: the certificate, DER or PEM; never a private key.

    Raises:
        ValueError: with a sentence that says what is wrong with it.
    """
    certificate = _read(data)
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST_RSA_BITS:
        raise ValueError(f"Key credentials must be RSA certificates of at least {SMALLEST_RSA_BITS} bits.")
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


def _read(data: bytes) -> x509.Certificate:
    if b"PRIVATE KEY" in data:
        raise ValueError("That is a private key. Keep it, and register the certificate alone.")
    try:
        if b"-----BEGIN CERTIFICATE" in data:
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError:
        raise ValueError("Key credential is not a certificate in DER or PEM form.") from None
