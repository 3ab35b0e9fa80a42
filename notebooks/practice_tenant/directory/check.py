"""Whether a state file still holds what was written to it.

SQLite's quick check, made at every opening, sees damage to pages and not to the text in a row. So a file of a learner's
size is read once as a whole, which takes some milliseconds; a bigger one only where something is known to be wrong.
"""

import functools
import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_origin

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from . import federation, issued, service_principals, signing_keys, store
from .base64url import base64url
from .damaged import Damaged
from .database import UnknownSchema
from .objects import KeyCredential, PermissionGrant

# About 3,000 app registrations.
QUICK_BYTES = 4 * 2**20

# The first and last second that a date can have.
_EARLIEST, _LATEST = -62135596800, 253402300799


def check(directory: store.Directory, *, thorough: bool = False) -> None:
    """Read the whole file.

    Args:
        directory: what is kept in memory alone can't be damaged.
        thorough: also a big file.

    Raises:
        Damaged: it holds something that was never written to it.
        sqlite3.OperationalError: it can't be read now.
    """
    path = directory.path
    if path is None or not (thorough or path.stat().st_size <= QUICK_BYTES):
        return
    directory.require_whole()
    for table, make in _MAKERS.items():
        if not directory.every(table, lambda row, make=make: _is_sound(make(row))):
            raise Damaged(f"a row of its table {table} has a value that it can't have")
    _check_signing_keys(directory)


def check_beside(path: Path) -> None:
    """The same for a file in use, thoroughly: those who use it don't have to wait.

    Raises:
        Damaged: it holds something that was never written to it.
        sqlite3.OperationalError: it can't be read now.
    """
    try:
        with closing(store.Directory(path)) as directory:
            check(directory, thorough=True)
    except UnknownSchema as error:
        raise Damaged(str(error)) from error


def _grant(row: sqlite3.Row) -> PermissionGrant:
    return PermissionGrant(**dict(row) | {"scopes": tuple(row["scopes"].split())})


_MAKERS: Mapping[str, Callable[[sqlite3.Row], object]] = {
    **store.MAKERS,
    **service_principals.MAKERS,
    **federation.MAKERS,
    "issued": issued.issued_of,
    "permission_grant": _grant,
    "identifier_uri": dict,
}


def _is_sound(value: object) -> bool:
    if isinstance(value, str):
        value.encode()  # JSON can say what no text can: half a character
        return True
    if isinstance(value, int | float):
        return _EARLIEST <= value <= _LATEST
    if isinstance(value, dict):
        return all(map(_is_sound, value)) and all(map(_is_sound, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_sound, value))
    if is_dataclass(value):
        members = [(getattr(value, name), kind) for name, kind in _kinds(type(value)).items()]
        return all(isinstance(member, kind) and _is_sound(member) for member, kind in members) and _is_itself(value)
    return value is None or isinstance(value, bytes)


@functools.cache
def _kinds(made: type) -> dict[str, type]:
    return {field.name: tuple if get_origin(field.type) is tuple else field.type for field in fields(made)}


def _is_itself(value: object) -> bool:
    return not isinstance(value, KeyCredential) or value.sha256 == base64url(hashlib.sha256(value.certificate).digest())


def _check_signing_keys(directory: store.Directory) -> None:
    starts: dict[str, set[int]] = {}

    def signs(row: sqlite3.Row) -> bool:
        starts.setdefault(row["realm"], set()).add(row["active_from"])
        key, certificate = signing_keys.load(dict(row)), x509.load_der_x509_certificate(row["certificate"])
        # The quickest way to see that all parts of the private key are right.
        signature = key.private_key.sign(b"", PKCS1v15(), hashes.SHA256())
        certificate.public_key().verify(signature, b"", PKCS1v15(), hashes.SHA256())
        return key.kid == base64url(hashlib.sha1(row["certificate"], usedforsecurity=False).digest())

    sound = directory.every("signing_key", signs)
    # One of each has signed from the beginning, and one waits.
    if not sound or not all({0, signing_keys.LATER} <= found for found in starts.values()):
        raise Damaged("a signing key isn't the one that was made")
