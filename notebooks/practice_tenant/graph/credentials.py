"""The client secrets and certificates of an app registration.

https://learn.microsoft.com/graph/api/application-addpassword and graph/applications-how-to-add-certificate. Certificates
change by the ``keyCredentials`` of ``PATCH /applications/{id}``. Graph's ``addKey`` needs a certificate that the app
already has, so it is left out.
"""

import base64
import binascii
import re
import sqlite3
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..directory import credentials
from ..directory.objects import Application, KeyCredential, PasswordCredential
from ..directory.store import Directory
from ..timestamps import seconds, timestamp
from .access import app_role
from .bearer import Caller
from .errors import bad_request
from .requests import check_names, context, find_application, member, read_body, text

_WRITE = ("Application.ReadWrite.All",)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@app_role(*_WRITE)
async def add_password(request: Request, caller: Caller) -> JSONResponse:
    """``POST /applications/{object id}/addPassword``: the only answer with the secret's value"""
    graph, application = request.app.state.graph, find_application(request, caller)
    body = await read_body(request)
    check_names(body, ("passwordCredential",))
    wanted = member(body, "passwordCredential", dict, {})
    check_names(wanted, ("displayName", "startDateTime", "endDateTime"))
    now = graph.clock()
    start, end = _time(wanted, "startDateTime"), _time(wanted, "endDateTime")
    if end is not None and end <= (start or now):
        raise bad_request("The password credential's endDateTime has to be later than its startDateTime.")
    name = wanted.get("displayName")
    value = credentials.new_secret()
    credential = credentials.new_password_credential(
        value, now=now, start=start, end=end, display_name=None if name is None else text(wanted, "displayName")
    )
    graph.directory.add_password(application.app_id, credential)
    answer = {"@odata.context": context(request, "microsoft.graph.passwordCredential")}
    answer |= password_json(credential) | {"secretText": value}
    return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


@app_role(*_WRITE)
async def remove_password(request: Request, caller: Caller) -> Response:
    """``POST /applications/{object id}/removePassword``"""
    application = find_application(request, caller)
    body = await read_body(request)
    check_names(body, ("keyId",))
    key_id = text(body, "keyId")
    if not request.app.state.graph.directory.remove_password(application.app_id, key_id):
        raise bad_request(f"No password credential found with keyId {key_id}.")
    return Response(status_code=204)


def password_json(credential: PasswordCredential) -> dict:
    """A client secret as Graph lays it out: without its value, which the answer to addPassword alone has."""
    return {
        "customKeyIdentifier": None,
        "displayName": credential.display_name,
        "endDateTime": timestamp(credential.end),
        "hint": credential.hint,
        "keyId": credential.key_id,
        "secretText": None,
        "startDateTime": timestamp(credential.start),
    }


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


def _time(body: dict, name: str) -> float | None:
    if body.get(name) is None:
        return None
    try:
        return seconds(text(body, name))
    except ValueError as error:
        raise bad_request(f"Invalid value specified for property '{name}': an ISO 8601 time was expected.") from error


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
        return credentials.new_key_credential(data, display_name=None if name is None else text(item, "displayName"))
    except ValueError as error:
        raise bad_request(str(error)) from error
