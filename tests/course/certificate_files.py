"""Files that people put into CLIENT_CERTIFICATE_PATH: usable ones, and others."""

import base64
import datetime
import time
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from tests.tenant.certificate import Certificate, new_certificate

PASSPHRASE = "correct hörse"
_DAY = 24 * 3600


@cache
def valid() -> Certificate:
    """A certificate that is valid today."""
    return new_certificate(time.time() - 60)


@cache
def other() -> Certificate:
    """Another one."""
    return new_certificate(time.time() - 60, organization="Authority")


def certificate_pem(certificate: Certificate) -> bytes:
    return certificate.certificate.public_bytes(Encoding.PEM)


def key_pem(certificate: Certificate, passphrase: str = "", kind: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return certificate.key.private_bytes(Encoding.PEM, kind, _lock(passphrase))


def pem(certificate: Certificate) -> bytes:
    """A certificate and its key."""
    return certificate_pem(certificate) + key_pem(certificate)


def pfx(certificate: Certificate, passphrase: str = "") -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"app", certificate.key, certificate.certificate, None, _lock(passphrase)
    )


def usable() -> dict[str, tuple[bytes, str]]:
    """What MSAL gets a token with: the file, and its passphrase."""
    mine = valid()
    chain = certificate_pem(other()) + certificate_pem(mine)
    return {
        "PEM, certificate first": (pem(mine), ""),
        "PEM, key first": (key_pem(mine) + certificate_pem(mine), ""),
        "PEM, PKCS #1": (key_pem(mine, kind=PrivateFormat.TraditionalOpenSSL) + certificate_pem(mine), ""),
        "PEM, locked": (key_pem(mine, PASSPHRASE) + certificate_pem(mine), PASSPHRASE),
        "PEM, locked, PKCS #1": (
            key_pem(mine, PASSPHRASE, PrivateFormat.TraditionalOpenSSL) + certificate_pem(mine),
            PASSPHRASE,
        ),
        "PEM of Windows": (b"\xef\xbb\xbf" + pem(mine).replace(b"\n", b"\r\n"), ""),
        "PEM with attributes": (b"Bag Attributes\n    friendlyName: J\xfcrgen\n" + pem(mine), ""),
        "PEM, a chain": (key_pem(mine) + chain, ""),
        "PFX": (pfx(mine, PASSPHRASE), PASSPHRASE),
        "PFX, not locked": (pfx(mine), ""),
    }


def unusable() -> dict[str, tuple[bytes, str, str]]:
    """What is named when it is loaded: the file, the passphrase, and a part of what is said."""
    mine = valid()
    curve = _made_by(ec.generate_private_key(ec.SECP256R1()))
    short = _made_by(rsa.generate_private_key(65537, 1024))
    edwards = _made_by(ed25519.Ed25519PrivateKey.generate())
    public = mine.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    request = x509.CertificateSigningRequestBuilder(mine.certificate.subject).sign(mine.key, hashes.SHA256())
    expired, early = new_certificate(time.time() - 31 * _DAY), new_certificate(time.time() + 2 * _DAY)
    no_key = pkcs12.serialize_key_and_certificates(None, None, None, [mine.certificate], _lock(PASSPHRASE))
    no_certificate = pkcs12.serialize_key_and_certificates(b"app", mine.key, None, None, _lock(PASSPHRASE))
    damaged = key_pem(mine).splitlines(keepends=True)
    return {
        "no key": (certificate_pem(mine), "", "no private key"),
        "no certificate": (key_pem(mine), "", "no certificate"),
        "a public key": (public, "", "no private key"),
        "a request": (request.public_bytes(Encoding.PEM) + key_pem(mine), "", "no certificate"),
        "a PFX without a key": (no_key, PASSPHRASE, "no private key"),
        "a PFX without a certificate": (no_certificate, PASSPHRASE, "no certificate"),
        "an EC key": (pem(curve), "", "elliptic curve"),
        "an EC key in a PFX": (pfx(curve), "", "elliptic curve"),
        "an Edwards curve": (pem(edwards), "", "RSA keys only"),
        "a short key": (pem(short), "", "1024 bits"),
        "a key of SSH": (key_pem(mine, kind=PrivateFormat.OpenSSH) + certificate_pem(mine), "", "an OpenSSH key"),
        "a certificate in DER": (mine.der, "", "in DER form, without a private key"),
        "a key in DER": (
            mine.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            "",
            "in DER form, without a certificate",
        ),
        "a locked key in DER": (
            mine.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, _lock(PASSPHRASE)),
            "",
            "in DER form, without a certificate",
        ),
        "no passphrase": (key_pem(mine, PASSPHRASE) + certificate_pem(mine), "", "is locked"),
        "no passphrase, PKCS #1": (
            key_pem(mine, PASSPHRASE, PrivateFormat.TraditionalOpenSSL) + certificate_pem(mine),
            "",
            "is locked",
        ),
        "no passphrase, PFX": (pfx(mine, PASSPHRASE), "", "is locked"),
        "a wrong passphrase": (key_pem(mine, PASSPHRASE) + certificate_pem(mine), "another", "doesn't open"),
        "a wrong passphrase, PFX": (pfx(mine, PASSPHRASE), "another", "doesn't open"),
        "half a PFX": (pfx(mine, PASSPHRASE)[:900], PASSPHRASE, "doesn't open"),
        "expired": (pem(expired), "", "expired on"),
        "expired, PFX": (pfx(expired, PASSPHRASE), PASSPHRASE, "expired on"),
        "not valid yet": (pem(early), "", "isn't valid before"),
        "of two pairs": (key_pem(mine) + certificate_pem(other()), "", "don't belong together"),
        "a damaged key": (b"".join(damaged[:3] + damaged[6:]) + certificate_pem(mine), "", "damaged"),
        "a damaged certificate": (
            key_pem(mine) + certificate_pem(mine)[:300] + certificate_pem(mine)[400:],
            "",
            "damaged",
        ),
        "PEM in UTF-16": (pem(mine).decode().encode("utf-16"), "", "UTF-16"),
        "a PFX in base64": (base64.encodebytes(pfx(mine)), "", "in base64"),
        "empty": (b"", "", "is empty"),
        "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "", "neither a .pfx nor a .pem file"),
        "a text": (b"My certificate is on the other computer.\n", "", "neither a .pfx nor a .pem file"),
        "half a PEM": (b"-----BEGIN CERTIFICATE-----\nMIIC", "", "no private key"),
    }


def _lock(passphrase: str) -> BestAvailableEncryption | NoEncryption:
    return BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()


def _made_by(key) -> Certificate:
    """A certificate of a key of any kind."""
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=9)
    )
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Certificate(key=key, certificate=builder.sign(key, digest))
