"""A certificate authority for tests: it vouches for host names that are not ours, so it never leaves a test's folder."""

import datetime
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_VALID = datetime.timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """What a TLS server shows, and what its clients need.

    Attributes:
        authority: the PEM file of the authority, for a client's ``REQUESTS_CA_BUNDLE``.
        context: the settings of a server with a certificate for the hosts.
    """

    authority: Path
    context: ssl.SSLContext = field(repr=False)


def make(folder: Path, hosts: Sequence[str]) -> Certificates:
    """A new authority and one certificate for all the hosts, kept in a folder that only the test can read."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    leaf = _leaf(key, hosts, authority, authority_key)
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    # Python's ssl reads keys from files only.
    (folder / "server.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + _pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    (folder / "server.pem").unlink()
    return Certificates(authority=folder / "authority.pem", context=context)


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("Authority of one test run")
    return (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _leaf(key, hosts: Sequence[str], authority: x509.Certificate, authority_key) -> x509.Certificate:
    return (
        _builder(_name(hosts[0]), authority.subject, key)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(_usage(digital_signature=True), critical=True)
        # Python 3.13 and newer are strict (VERIFY_X509_STRICT): RFC 5280 section 4.2.1.1 asks for this one.
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _VALID)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    unused = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign")
    unused += ("encipher_only", "decipher_only")
    return x509.KeyUsage(
        digital_signature=digital_signature, key_cert_sign=key_cert_sign, **dict.fromkeys(unused, False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
