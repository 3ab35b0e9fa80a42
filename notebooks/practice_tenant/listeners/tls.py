"""The certificate authority of one run, and the TLS settings of the HTTPS listener.

The authority may certify this computer only (name constraints, RFC 5280 section 4.2.1.10). Its private key is never
written and ends with the process, so its certificate has no end of its own: clients go on trusting it however old the
process gets and wherever the clock moves. The listener's certificate lasts weeks and is made anew in time. Only our own
HTTP client trusts the authority; no trust store gets it.
"""

import contextlib
import datetime
import ipaddress
import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))

# RFC 5280 section 4.1.2.5: the last moment stands for a certificate with no well-defined end.
_ALWAYS = (
    datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC),
)
# A leaf is valid so long before and after it is made. Apple's clients refuse one that lasts more than 825 days.
_LEAF_DAYS = 30
_RENEWED_AFTER_SECONDS = _LEAF_DAYS / 2 * 24 * 3600


class TlsIdentity:
    """A certificate authority, and a leaf of it for localhost, 127.0.0.1 and ::1.

    Args:
        now: seconds since the epoch.

    Attributes:
        context: for a listener.
        ca_certificate: PEM text; a client needs it to trust the listener.
    """

    def __init__(self, now: float):
        self._ca_key, self._leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self._ca = _authority(self._ca_key)
        self.ca_certificate = self._ca.public_bytes(serialization.Encoding.PEM).decode()
        self.context = context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        self._make_leaf(now)

    def at(self, now: float) -> ssl.SSLContext:
        """The listener's context, with a new leaf once the clock has moved far from where the last one was made."""
        if abs(now - self._made) > _RENEWED_AFTER_SECONDS:
            # Without a folder for temporary files there is no new one; the old one may still be good.
            with contextlib.suppress(OSError):
                self._make_leaf(now)
        return self.context

    def _make_leaf(self, now: float) -> None:
        _load(self.context, _leaf(self._leaf_key, self._ca, self._ca_key, now), self._leaf_key)
        self._made = now


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    allowed = [x509.DNSName("localhost")]
    allowed += [x509.IPAddress(ipaddress.ip_network(address)) for address in _LOOPBACK]
    name = _name("Practice tenant, this run only")
    return (
        _builder(name, name, key, *_ALWAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(key, ca: x509.Certificate, ca_key, now: float) -> x509.Certificate:
    made, span = datetime.datetime.fromtimestamp(now, datetime.UTC), datetime.timedelta(days=_LEAF_DAYS)
    names = [x509.DNSName("localhost"), *(x509.IPAddress(address) for address in _LOOPBACK)]
    return (
        _builder(_name("localhost"), ca.subject, key, made - span, made + span)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _builder(subject, issuer, key, start: datetime.datetime, end: datetime.datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
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
    # In a folder of its own, which Windows can remove later if a virus scanner has the file open now.
    with tempfile.TemporaryDirectory(prefix="practice-tenant-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "leaf.pem"
        path.write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + encrypted)
        context.load_cert_chain(path, password=passphrase)
