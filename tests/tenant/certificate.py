"""A key pair with its certificate, and the assertions a client makes with it."""

import base64
import datetime
import hashlib
import json
import uuid
from dataclasses import dataclass
from functools import cached_property

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from practice_tenant.directory import credentials
from practice_tenant.directory.objects import KeyCredential

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A client's key and certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @cached_property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def x5t(self) -> str:
        """Its SHA-1 thumbprint (RFC 7515 section 4.1.7)."""
        return base64url(hashlib.sha1(self.der, usedforsecurity=False).digest())

    @property
    def x5t_sha256(self) -> str:
        """Its SHA-256 thumbprint (RFC 7515 section 4.1.8)."""
        return base64url(hashlib.sha256(self.der).digest())

    @property
    def x5c(self) -> list[str]:
        """The certificate in the form of a header (RFC 7515 section 4.1.6)."""
        return [base64.b64encode(self.der).decode()]

    @property
    def credential(self) -> KeyCredential:
        """The stored form in an app registration."""
        return credentials.new_key_credential(self.der)

    def sign(self, claims: dict, header: dict | None = None, *, algorithm: str = "PS256") -> str:
        """A JWS of these claims, with a header that names the certificate unless another is given."""
        header = {"x5t#S256": self.x5t_sha256} if header is None else header
        # Not jwt.encode: it refuses the claims of some tests.
        payload = json.dumps(claims).encode()
        return jwt.PyJWS().encode(payload, self.key, algorithm=algorithm, headers=header)


def new_certificate(start: float, *, days: int = 30, organization: str = "Course") -> Certificate:
    """A self-signed certificate, valid from *start*, seconds since the epoch."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, organization)])
    begin = datetime.datetime.fromtimestamp(start, datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return Certificate(key=key, certificate=certificate)


def assertion_claims(client_id: str, audience: str, now: float) -> dict:
    """The claims of an assertion as MSAL makes it: times as fractions, ten minutes, no ``nbf``."""
    return {
        "aud": audience,
        "iss": client_id,
        "sub": client_id,
        "exp": now + 600.5,
        "iat": now + 0.5,
        "jti": str(uuid.uuid4()),
    }


def as_form(assertion: str) -> dict[str, str]:
    """An assertion as form fields of a token request (RFC 7521 section 4.2)."""
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


def base64url(value: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
