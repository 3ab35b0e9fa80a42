"""The credential of a registration as MSAL takes it, and what is wrong with a certificate's file.

MSAL takes a secret's text, or a dict about a certificate (its `client_credential`).
https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

import base64
import binascii
import datetime
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .problem import Problem, shown
from .redaction import MASK

if TYPE_CHECKING:
    from cryptography import x509

PATH, PASSPHRASE = "CLIENT_CERTIFICATE_PATH", "CLIENT_CERTIFICATE_PASSPHRASE"

# A key with a chain of certificates has a few kilobytes.
_LONGEST_FILE = 1024 * 1024
_SMALLEST_RSA_BITS = 2048
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PFX_VERSION = b"\x02\x01\x03"  # RFC 7292 section 4: a PFX begins with its version, the integer 3.
_BOTH = "Export it as a .pfx that holds both: openssl pkcs12 -export -inkey key.pem -in certificate.pem -out app.pfx."
_ANOTHER = "Make another certificate, with an RSA key of 2048 bits, and upload it under 'Certificates & secrets'."
_NEITHER = "is neither a .pfx nor a .pem file. Write the path of the file with the certificate and its private key."


class SecretText(str):
    """A secret's text for MSAL. A cell that ends in it shows `****`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK


class CertificateDict(dict[str, Any]):
    """A certificate's dict for MSAL. A cell that ends in it shows neither key nor passphrase."""

    def __repr__(self) -> str:
        return repr({name: MASK if name in ("private_key", "passphrase") else value for name, value in self.items()})


class Unusable(ValueError):
    """A file that can't be an app's credential. *message* begins with *key*, and holds no secret."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key} {message}")
        self.key = key


@dataclass(frozen=True, kw_only=True, repr=False)
class CertificateFile:
    """A certificate whose file holds the private key too.

    Attributes:
        public: the certificate alone, PEM.
        thumbprint: its SHA-1 thumbprint in hexadecimal capitals, as the portal shows it.
        locked: whether the file needs a passphrase.
        for_msal: what MSAL takes as `client_credential`.
    """

    public: str
    thumbprint: str
    start: datetime.datetime
    end: datetime.datetime
    locked: bool
    for_msal: CertificateDict


def path_of(written: str, folder: Path) -> Path:
    """The path that a value means: a relative one starts at *folder*, that of `.env`, and `~` is the home folder."""
    with suppress(ValueError):  # A null character in the name of a person.
        written = os.path.expanduser(written)
    return Path(os.path.abspath(folder / written))


def read(written: str, folder: Path, passphrase: str) -> CertificateFile:
    """Read a certificate's file by what it holds; its name may end in anything.

    Args:
        written: the path as it stands in `.env`, which messages quote.
        folder: the folder of `.env`.
        passphrase: what opens the file; empty if nothing has to.

    Raises:
        Unusable: with a sentence that says what is wrong with it, and what to do.
    """
    path, name = path_of(written, folder), shown(written)
    data = _bytes_of(path, name)
    if b"-----BEGIN" in data:
        return _from_pem(data, name, passphrase)
    if _is_pfx(data):
        return _from_pfx(data, path, name, passphrase)
    raise Unusable(PATH, f"is {name}, which {_what_else(data)}")


def problems_with(written: str, folder: Path, passphrase: str) -> Iterator[Problem]:
    """What keeps a file from being a credential now. Never raises."""
    name = shown(written)
    try:
        certificate = read(written, folder, passphrase)
    except Unusable as error:
        yield Problem(key=error.key, message=str(error))
        return
    now = datetime.datetime.now(datetime.UTC)
    if certificate.end <= now:
        said = f"is {name}, whose certificate expired on {certificate.end:%Y-%m-%d}: Entra answers AADSTS700027."
        yield Problem(key=PATH, message=f"{PATH} {said} {_ANOTHER}")
    elif certificate.start > now:
        said = f"is {name}, whose certificate isn't valid before {certificate.start:%Y-%m-%d %H:%M} (UTC)."
        yield Problem(
            key=PATH, message=f"{PATH} {said} Wait until then, check this computer's clock, or use another one."
        )
    if passphrase and not certificate.locked:
        said = f"{PASSPHRASE} has a value, but {name} opens without one. Leave it empty."
        yield Problem(key=PASSPHRASE, message=said, severity="warning")


def _bytes_of(path: Path, name: str) -> bytes:
    if os.path.isdir(path):
        raise Unusable(
            PATH,
            f"is not a file but a folder: {name}. Write the path of the .pfx or .pem file in it; a relative path "
            "starts at the folder of .env.",
        )
    if not os.path.isfile(path):
        raise Unusable(
            PATH,
            f"is not a file: {name}. Write the path of the .pfx or .pem file with the certificate and its "
            "private key; a relative path starts at the folder of .env.",
        )
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_FILE)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unusable(
            PATH, f"can't be read: {name} ({reason}). Give yourself the permission to read the file."
        ) from None


def _is_pfx(data: bytes) -> bool:
    # After the tag come one octet of length, or as many more as its low bits say (X.690 section 8.1.3).
    start = 2 + (data[1] & 0x7F if len(data) > 1 and data[1] & 0x80 else 0)
    return data[:1] == b"\x30" and data[start : start + 3] == _PFX_VERSION


def _what_else(data: bytes) -> str:
    """What a file is that is neither PFX nor PEM, and what to do with it."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    if not data.strip():
        return "is empty. Write the path of the .pfx or .pem file with the certificate and its private key."
    if data.startswith(_UTF_16):
        return "is text in UTF-16, as PowerShell's > writes it. Save it as UTF-8."
    with suppress(binascii.Error):
        if _is_pfx(base64.b64decode(b"".join(data.split()), validate=True)):
            return "is a .pfx in base64, as a key vault gives it out. Decode it into a file first."
    try:
        x509.load_der_x509_certificate(data)
    except ValueError:
        pass
    else:
        return f"is a certificate in DER form, without a private key. {_BOTH}"
    try:
        load_der_private_key(data, None)
    except TypeError:  # It wants a password.
        pass
    except (ValueError, UnsupportedAlgorithm):
        return _NEITHER
    return f"is a private key in DER form, without a certificate. {_BOTH}"


def _from_pem(data: bytes, name: str, passphrase: str) -> CertificateFile:
    from cryptography import x509

    blocks = [(match[1], match[0]) for match in _PEM.finditer(data.decode("utf-8", "replace"))]
    keys = [block for label, block in blocks if label.endswith("PRIVATE KEY")]
    certificates = [block for label, block in blocks if label == "CERTIFICATE"]
    if not keys:
        what = "a certificate" if certificates else "neither a certificate nor a key that the course can read"
        raise Unusable(PATH, f"is {name}, which holds {what}, but no private key. {_BOTH}")
    if not certificates:
        raise Unusable(PATH, f"is {name}, which holds a private key, but no certificate. {_BOTH}")
    if "OPENSSH" in keys[0]:
        said = f"is {name}, which holds an OpenSSH key. Convert the key: ssh-keygen -p -m PKCS8 -f key.pem."
        raise Unusable(PATH, said)
    locked = "ENCRYPTED" in keys[0]
    key = _key_of_pem(keys[0], name, passphrase if locked else "", locked)
    try:
        loaded = [x509.load_pem_x509_certificate(block.encode()) for block in certificates]
    except ValueError:
        raise Unusable(PATH, f"is {name}, whose certificate is damaged. Export it again.") from None
    # A chain may stand in any order; MSAL takes the first certificate for the app's.
    own = next((found for found in loaded if _belong_together(key, found)), loaded[0])
    _check(key, own, name)
    public = _as_pem(own)
    credential = CertificateDict(private_key=keys[0], public_certificate=public)
    if locked:
        credential["passphrase"] = passphrase
    return _certificate(own, public, locked, credential)


def _key_of_pem(block: str, name: str, passphrase: str, locked: bool) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if locked and not passphrase:
        raise _no_passphrase(name)
    try:
        return load_pem_private_key(block.encode(), _encoded(passphrase))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if locked:
            raise _wrong_passphrase(name) from None
        raise Unusable(
            PATH,
            f"is {name}, whose private key is damaged, or of a kind that MSAL can't read. "
            "Export it again, in the form that begins with -----BEGIN PRIVATE KEY-----.",
        ) from None


def _from_pfx(data: bytes, path: Path, name: str, passphrase: str) -> CertificateFile:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    def opened(with_passphrase: str) -> tuple[Any, Any] | None:
        try:
            return pkcs12.load_key_and_certificates(data, _encoded(with_passphrase))[:2]
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return None

    without = opened("")
    found = without or (opened(passphrase) if passphrase else None)
    if found is None:
        raise _wrong_passphrase(name) if passphrase else _no_passphrase(name)
    key, certificate = found
    if not key or not certificate:
        missing = "private key" if not key else "certificate that belongs to its private key"
        raise Unusable(PATH, f"is {name}, which holds no {missing}. {_BOTH}")
    _check(key, certificate, name)
    credential = CertificateDict(private_key_pfx_path=str(path))
    if not without:
        credential["passphrase"] = passphrase
    return _certificate(certificate, _as_pem(certificate), not without, credential)


def _check(key: object, certificate: "x509.Certificate", name: str) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if not isinstance(key, rsa.RSAPrivateKey):
        kind = "an elliptic curve (EC)" if isinstance(key, ec.EllipticCurvePrivateKey) else "another kind"
        said = f"is {name}, whose key is of {kind}. MSAL signs with RSA keys only. {_ANOTHER}"
        raise Unusable(PATH, said)
    if key.key_size < _SMALLEST_RSA_BITS:
        said = f"is {name}, whose RSA key has {key.key_size} bits; that is too short. {_ANOTHER}"
        raise Unusable(PATH, said)
    if not _belong_together(key, certificate):
        said = f"is {name}, whose key and certificate don't belong together. {_BOTH}"
        raise Unusable(PATH, said)


def _belong_together(key: Any, certificate: "x509.Certificate") -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return certificate.public_key() == key.public_key()
    except (ValueError, UnsupportedAlgorithm):  # A certificate's key that cryptography doesn't know is another one.
        return False


def _certificate(
    certificate: "x509.Certificate", public: str, locked: bool, for_msal: CertificateDict
) -> CertificateFile:
    from cryptography.hazmat.primitives import hashes

    return CertificateFile(
        public=public,
        thumbprint=certificate.fingerprint(hashes.SHA1()).hex().upper(),
        start=certificate.not_valid_before_utc,
        end=certificate.not_valid_after_utc,
        locked=locked,
        for_msal=for_msal,
    )


def _as_pem(certificate: "x509.Certificate") -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()


def _encoded(passphrase: str) -> bytes | None:
    # As MSAL encodes it. An environment variable with undecodable bytes gives surrogates, which plain UTF-8 refuses.
    return passphrase.encode("utf-8", "surrogatepass") if passphrase else None


def _no_passphrase(name: str) -> Unusable:
    return Unusable(PASSPHRASE, f"has no value, and {name} is locked. Write the password that opens the file.")


def _wrong_passphrase(name: str) -> Unusable:
    return Unusable(
        PASSPHRASE,
        f"doesn't open {name}. Write the password that the file was exported with. If it is the right one, the "
        "file is damaged: export it again.",
    )
