"""The certificate authority of one run, and the TLS settings of the HTTPS listener.

The authority may certify this computer only (name constraints, RFC 5280 section 4.2.1.10) and expires within days. Its
private key is never written. Only our own HTTP client trusts it; no trust store gets it.
"""

import datetime
import ipaddress
import os
import secrets
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_VALID_DAYS = 14
_LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))


@dataclass(frozen=True, kw_only=True)
class TlsIdentity:
    """``context`` is for a listener; a client needs ``ca_certificate`` (PEM text) to trust it."""

    context: ssl.SSLContext
    ca_certificate: str


def new_identity(now: float) -> TlsIdentity:
    """Make a certificate authority and a leaf for localhost, 127.0.0.1 and ::1.

    Args:
        now: seconds since the epoch. The certificates are valid from a day earlier, so that they survive a clock that
            jumps back an hour.
    """
    start = datetime.datetime.fromtimestamp(now, datetime.UTC) - datetime.timedelta(days=1)
    ca_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _authority(ca_key, start)
    leaf = _leaf(leaf_key, ca, ca_key, start)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    _load(context, leaf, leaf_key)
    return TlsIdentity(context=context, ca_certificate=ca.public_bytes(serialization.Encoding.PEM).decode())


def _authority(key: ec.EllipticCurvePrivateKey, start: datetime.datetime) -> x509.Certificate:
    allowed = [x509.DNSName("localhost")]
    allowed += [x509.IPAddress(ipaddress.ip_network(address)) for address in _LOOPBACK]
    name = _name("Practice tenant, this run only")
    return (
        _builder(name, name, key, start)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(key, ca: x509.Certificate, ca_key, start: datetime.datetime) -> x509.Certificate:
    names = [x509.DNSName("localhost"), *(x509.IPAddress(address) for address in _LOOPBACK)]
    return (
        _builder(_name("localhost"), ca.subject, key, start)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _builder(subject, issuer, key, start: datetime.datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=_VALID_DAYS))
    )


def _key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _load(context: ssl.SSLContext, leaf: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    # Python's ssl reads keys from files only. The key is on disk encrypted; its passphrase stays in memory.
    passphrase = secrets.token_bytes(32).hex()
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    handle, name = tempfile.mkstemp(suffix=".pem")
    try:
        with open(handle, "wb") as file:
            file.write(leaf.public_bytes(serialization.Encoding.PEM) + encrypted)
        context.load_cert_chain(Path(name), password=passphrase)
    finally:
        os.unlink(name)
