"""The keys that sign tokens: RSA-2048, several at once, held as objects.

Importing a key costs many times a signature, so keys are loaded once, and again only after the directory changed.
"""

import base64
import datetime
import hashlib
import uuid
from dataclasses import dataclass, replace
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .base64url import base64url
from .store import Directory

LATER = 2**40  # active_from of the key that waits: no clock reaches it
_VALID_DAYS = 5 * 365


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """One key pair with its self-signed certificate. ``kid`` is the certificate's SHA-1 thumbprint, as Entra's are."""

    kid: str
    private_key: rsa.RSAPrivateKey
    certificate: bytes
    active_from: int

    @cached_property
    def jwk(self) -> dict:
        """The public half as a JSON Web Key (RFC 7517 section 4); never a private member."""
        numbers = self.private_key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": base64url(numbers.n.to_bytes(256, "big")),
            "e": base64url(numbers.e.to_bytes(3, "big")),
            "x5c": [base64.b64encode(self.certificate).decode()],
        }


class SigningKeys:
    """The signing keys of a directory.

    It publishes at least two: the one that signs and the one that will sign next. An API that fetched the keys before
    a rotation therefore knows the new one (OpenID Connect Core section 10.1.1).
    """

    def __init__(self, directory: Directory, clock):
        self._directory = directory
        self._clock = clock
        self._seen: tuple | None = None
        self._keys: tuple[SigningKey, ...] = ()

    def published(self) -> tuple[SigningKey, ...]:
        """Every key with tokens in use, now or soon, oldest first."""
        seen = self._directory.revision()
        if seen != self._seen:
            self._make_first()
            held = {key.kid: key for key in self._keys}
            rows = self._directory.signing_keys()
            self._keys = tuple(load(row, held.get(row["kid"])) for row in rows)
            self._seen = seen
        return self._keys

    @property
    def made(self) -> bool:
        """Whether there are keys yet."""
        return bool(self._directory.signing_keys())

    def _make_first(self) -> None:
        # The seed has keys for the worldwide cloud only. Those of another realm take a fifth of a second.
        if self._directory.realm and not self.made:
            keys = first_keys(int(self._clock()))
            with self._directory.transaction():
                if not self.made:
                    for columns in keys:
                        self._directory.add_signing_key(**columns)

    def current(self) -> SigningKey:
        """The key that signs now: the newest active one."""
        now = self._clock()
        return [key for key in self.published() if key.active_from <= now][-1]

    def rotate(self) -> str:
        """Let the next key sign from now on and publish a new next one; returns the ``kid`` that signs now."""
        now = int(self._clock())
        waiting = [key for key in self.published() if key.active_from > now]
        with self._directory.transaction():
            self._directory.activate_signing_key(waiting[0].kid, now)
            self._directory.add_signing_key(**new_key(now, active_from=LATER))
        return waiting[0].kid


def first_keys(now: int) -> list[dict]:
    """The two keys of a new directory: one that signs, one that waits."""
    return [new_key(now, active_from=0), new_key(now, active_from=LATER)]


def new_key(now: int, *, active_from: int) -> dict:
    """The columns of a new signing key; takes about a tenth of a second."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    start = datetime.datetime.fromtimestamp(now, datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Practice tenant signing key {uuid.uuid4()}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - datetime.timedelta(days=1))
        .not_valid_after(start + datetime.timedelta(days=_VALID_DAYS))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    return {
        "kid": base64url(hashlib.sha1(certificate, usedforsecurity=False).digest()),
        "private_key": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        "certificate": certificate,
        "created": now,
        "active_from": active_from,
    }


def load(row: dict, held: SigningKey | None = None) -> SigningKey:
    """The key in a row; takes the private key from *held* if it was loaded before."""
    if held is not None:
        # A rotation moves the time from which a key signs, never the key.
        return replace(held, active_from=row["active_from"])
    # Checking that p and q are prime takes 40 ms a key, and these keys were made here.
    private_key = serialization.load_pem_private_key(
        row["private_key"], password=None, unsafe_skip_rsa_key_validation=True
    )
    return SigningKey(
        kid=row["kid"], private_key=private_key, certificate=row["certificate"], active_from=row["active_from"]
    )
