"""Certificates on an app registration.

``PATCH /applications/{id}`` with ``keyCredentials`` (the whole list), and ``addKey`` / ``removeKey``, which want a proof:
a JWT signed with a certificate the app already has. https://learn.microsoft.com/graph/api/application-addkey
"""

import base64
import binascii
from collections.abc import Collection

from jwt import PyJWS
from jwt.exceptions import InvalidTokenError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .. import jose
from ..directory import certificates
from ..directory.objects import Application, KeyCredential
from ..directory.store import Directory
from ..timestamps import timestamp
from .access import app_role
from .bearer import Caller
from .body import member, read_body, text
from .errors import bad_request
from .find import find_application
from .query import context

# Azure AD Graph's application ID: the audience that a proof is addressed to.
PROOF_AUDIENCE = "00000002-0000-0000-c000-000000000000"
PROOF_SECONDS = 600
_WRITE = ("Application.ReadWrite.All",)


@app_role(*_WRITE)
async def add_key(request: Request, caller: Caller) -> JSONResponse:
    """``POST /applications/{object id}/addKey``"""
    graph, application = request.app.state.graph, find_application(request, caller)
    body = await read_body(request)
    _check_proof(text(body, "proof", longest=64 * 1024), application, graph)
    credential = _new(member(body, "keyCredential", dict, {}))
    graph.directory.add_key(application.app_id, credential)
    answer = {"@odata.context": context(request, "microsoft.graph.keyCredential")} | key_json(credential)
    return JSONResponse(answer)


@app_role(*_WRITE)
async def remove_key(request: Request, caller: Caller) -> Response:
    """``POST /applications/{object id}/removeKey``"""
    graph, application = request.app.state.graph, find_application(request, caller)
    body = await read_body(request)
    _check_proof(text(body, "proof", longest=64 * 1024), application, graph)
    key_id = text(body, "keyId")
    if not graph.directory.remove_key(application.app_id, key_id):
        raise bad_request(f"No key credential found with keyId {key_id}.")
    return Response(status_code=204)


def replace_keys(directory: Directory, application: Application, items: list) -> None:
    """Make *items* the app's certificates: new ones have a ``key``, kept ones the ``keyId`` they were given.

    Raises:
        GraphError: 400 for an item that is neither.
    """
    known = {key.key_id: key for key in directory.keys(application.app_id)}
    kept, new = set(), []
    for item in items:
        if not isinstance(item, dict):
            raise bad_request("Invalid value specified for property 'keyCredentials'.")
        key_id = str(item.get("keyId") or "").lower()
        if item.get("key") is None and key_id in known:
            kept.add(key_id)
        else:
            new.append(_new(item))
    with directory.transaction():
        for key_id in known.keys() - kept:
            directory.remove_key(application.app_id, key_id)
        for credential in new:
            directory.add_key(application.app_id, credential)


def key_json(credential: KeyCredential) -> dict:
    """A certificate as Graph lays it out; the key itself is only sent when it is asked for."""
    return {
        "customKeyIdentifier": base64.urlsafe_b64decode(credential.sha1 + "=").hex().upper(),
        "displayName": credential.display_name,
        "endDateTime": timestamp(credential.end),
        "key": None,
        "keyId": credential.key_id,
        "startDateTime": timestamp(credential.start),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }


def _new(item: dict) -> KeyCredential:
    if text(item, "type") != "AsymmetricX509Cert" or text(item, "usage") != "Verify":
        raise bad_request("A key credential of type 'AsymmetricX509Cert' and usage 'Verify' was expected.")
    try:
        data = base64.b64decode(text(item, "key", longest=64 * 1024), validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_request("Invalid value specified for property 'key': base64 was expected.") from error
    name = item.get("displayName")
    try:
        return certificates.new_credential(data, display_name=None if name is None else text(item, "displayName"))
    except ValueError as error:
        raise bad_request(str(error)) from error


def _check_proof(proof: str, application: Application, graph) -> None:
    refused = bad_request("Proof of possession is invalid: a JWT signed with a key of this application was expected.")
    try:
        claims = jose.read(proof).claims
    except jose.Malformed as error:
        raise refused from error
    now, expires, not_before = graph.clock(), claims.get("exp"), claims.get("nbf", 0)
    addressed = claims.get("aud") == PROOF_AUDIENCE and claims.get("iss") in (application.id, application.app_id)
    timed = all(type(value) in (int, float) for value in (expires, not_before))
    if not addressed or not timed or not not_before <= now + 300 or not now < expires <= now + PROOF_SECONDS + 300:
        raise refused
    if not _signed_by_one_of(proof, graph.directory.keys(application.app_id), now):
        raise refused


def _signed_by_one_of(token: str, keys: Collection[KeyCredential], now: float) -> bool:
    for key in keys:
        if now >= key.end:
            continue
        try:
            PyJWS().decode(token, certificates.public_key(key), algorithms=["RS256", "PS256"])
        except InvalidTokenError:
            continue
        return True
    return False
