"""Certificates on an app registration: the ``keyCredentials`` of ``PATCH /applications/{id}``.

https://learn.microsoft.com/graph/applications-how-to-add-certificate. Graph's ``addKey`` and ``removeKey`` are left out:
they need a certificate that the app already has.
"""

import base64
import binascii
import re
import sqlite3
from dataclasses import replace

from ..directory import certificates
from ..directory.objects import Application, KeyCredential
from ..directory.store import Directory
from ..timestamps import timestamp
from .errors import bad_request
from .requests import text

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def replace_keys(directory: Directory, application: Application, items: list) -> None:
    """Make *items* the app's certificates.

    An item with the ``keyId`` of a registered certificate keeps it. Any other item needs a ``key`` and adds one.

    Raises:
        GraphError: 400 for an item that does neither.
    """
    known = {key.key_id: key for key in directory.keys(application.app_id)}
    kept, new = set(), []
    for item in items:
        if not isinstance(item, dict):
            raise bad_request("Invalid value specified for property 'keyCredentials'.")
        key_id = str(item.get("keyId") or "").lower()
        if key_id in known:
            _check_unchanged(item, known[key_id])
            kept.add(key_id)
        else:
            new.append(_new_key(item))
    try:
        with directory.transaction():
            for key_id in known.keys() - kept:
                directory.remove_key(application.app_id, key_id)
            for credential in new:
                directory.add_key(application.app_id, credential)
    except sqlite3.IntegrityError as error:
        raise bad_request("Another key credential with the same keyId already exists.") from error


def key_json(credential: KeyCredential, *, with_key: bool = False) -> dict:
    """A certificate as Graph lays it out. Graph sends the certificate itself only where ``$select`` names it."""
    return {
        "customKeyIdentifier": base64.urlsafe_b64decode(credential.sha1 + "=").hex().upper(),
        "displayName": credential.display_name,
        "endDateTime": timestamp(credential.end),
        "key": base64.b64encode(credential.certificate).decode() if with_key else None,
        "keyId": credential.key_id,
        "startDateTime": timestamp(credential.start),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }


def _check_unchanged(item: dict, credential: KeyCredential) -> None:
    if item.get("key") is not None and _certificate(item).certificate != credential.certificate:
        raise bad_request(f"Update to existing credential with KeyId '{credential.key_id}' is not allowed.")


def _new_key(item: dict) -> KeyCredential:
    if text(item, "type") != "AsymmetricX509Cert" or text(item, "usage") != "Verify":
        raise bad_request("A key credential of type 'AsymmetricX509Cert' and usage 'Verify' was expected.")
    credential = _certificate(item)
    if item.get("keyId") is None:
        return credential
    key_id = text(item, "keyId").lower()
    if not _GUID.fullmatch(key_id):
        raise bad_request("Invalid value specified for property 'keyId': a GUID was expected.")
    return replace(credential, key_id=key_id)


def _certificate(item: dict) -> KeyCredential:
    try:
        data = base64.b64decode(text(item, "key", longest=64 * 1024), validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_request("Invalid value specified for property 'key': base64 was expected.") from error
    name = item.get("displayName")
    try:
        return certificates.new_credential(data, display_name=None if name is None else text(item, "displayName"))
    except ValueError as error:
        raise bad_request(str(error)) from error
