"""A certificate for a case's app, and assertions signed with its key."""

from __future__ import annotations

import base64
import datetime
import hashlib
import time
import uuid
from dataclasses import dataclass, field

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_LIFETIME = 600  # seconds, as MSAL gives its own assertions


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate and its private key; both as PEM text."""

    public: str
    private: str = field(repr=False)

    @property
    def credential(self) -> dict[str, str]:
        """MSAL's `client_credential`."""
        return {"private_key": self.private, "public_certificate": self.public}

    def assertion(self, client_id: str, audience: str, *, ahead: float = 0) -> str:
        """A signed statement that the app is who it says. RFC 7523 section 3; PS256 and `x5t#S256`, as MSAL signs.

        *ahead*: by how many seconds the signer's clock is ahead of this computer's.
        """
        now = int(time.time() + ahead)
        der = x509.load_pem_x509_certificate(self.public.encode()).public_bytes(serialization.Encoding.DER)
        thumbprint = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
        claims = {
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + _LIFETIME,
        }
        return jwt.encode(claims, self.private, algorithm="PS256", headers={"x5t#S256": thumbprint})


def new_certificate(name: str = "Error clinic") -> Certificate:
    """A certificate that its own key signed, for 60 days from yesterday on."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(yesterday)
        .not_valid_after(yesterday + datetime.timedelta(days=60))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(
        public=certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"), private=private.decode("ascii")
    )
