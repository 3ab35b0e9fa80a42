"""Reading a certificate that an app registers: what is kept of it, and what is refused in a sentence."""

import base64
import dataclasses
import datetime
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from practice_tenant.directory import credentials

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)


def signed(key) -> x509.Certificate:
    """A self-signed certificate for the year 2026."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Course daemon")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), START, END)
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """A key as long as is asked for."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_the_public_half_the_thumbprints_and_the_times_are_kept(encoding, key):
    certificate = signed(key)
    der = certificate.public_bytes(Encoding.DER)
    kept = credentials.new_key_credential(certificate.public_bytes(encoding), display_name="mine")
    thumbprints = [
        base64.urlsafe_b64encode(digest(der).digest()).rstrip(b"=").decode()
        for digest in (hashlib.sha1, hashlib.sha256)
    ]
    assert dataclasses.asdict(kept) == {
        "key_id": kept.key_id,
        "display_name": "mine",
        "certificate": der,
        "sha1": thumbprints[0],
        "sha256": thumbprints[1],
        "start": int(START.timestamp()),
        "end": int(END.timestamp()),
    }
    assert credentials.public_key(kept).public_numbers() == key.public_key().public_numbers()
    assert credentials.new_key_credential(der).key_id != kept.key_id


def test_text_around_a_pem_certificate_does_no_harm(key):
    pem = signed(key).public_bytes(Encoding.PEM)
    assert credentials.new_key_credential(b"Bag Attributes\n    localKeyID: 01\n" + pem + b"\n").sha256


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("with_certificate", [False, True], ids=["alone", "with its certificate"])
def test_a_private_key_is_refused_even_beside_its_certificate(form, with_certificate, key):
    data = key.private_bytes(Encoding.PEM, form, NoEncryption())
    if with_certificate:
        data += signed(key).public_bytes(Encoding.PEM)
    with pytest.raises(ValueError, match="That is a private key. Keep it"):
        credentials.new_key_credential(data)


@pytest.mark.parametrize(
    "short",
    [
        lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024),
        lambda: ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate,
    ],
    ids=["RSA of 1024 bits", "elliptic curve", "Ed25519"],
)
def test_another_key_than_a_long_rsa_key_is_refused(short):
    with pytest.raises(ValueError, match="RSA certificates of at least 2048 bits"):
        credentials.new_key_credential(signed(short()).public_bytes(Encoding.DER))


def test_what_is_no_certificate_is_refused_without_quoting_it(key):
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    der = signed(key).public_bytes(Encoding.DER)
    broken = b"-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"
    for data in (b"", b"not a certificate", public, private, der[:-1], der[1:], broken):
        with pytest.raises(ValueError, match="^Key credential is not a certificate in DER or PEM form.$") as raised:
            credentials.new_key_credential(data)
        assert raised.value.__suppress_context__
