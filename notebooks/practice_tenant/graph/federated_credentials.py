"""Federated credentials of an app registration: other issuers' tokens authenticate the app instead of a secret.

https://learn.microsoft.com/graph/api/resources/federatedidentitycredential and its methods. As in Graph, issuer and
subject are stored as written. They are checked when a token arrives.
"""

import dataclasses
import re
import sqlite3
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..directory.objects import MOST_FEDERATED_CREDENTIALS, TOKEN_EXCHANGE_AUDIENCE, Application, FederatedCredential
from .access import app_role
from .bearer import Caller
from .errors import GraphError, bad_request, not_found
from .filter import Kind
from .query import read_query, read_select
from .requests import check_names, context, entity, find_application, page_of, read_body, selected, text, texts

_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_WRITE = ("Application.ReadWrite.All",)
_LONGEST = 600

# URL friendly: letters, digits, dashes and underscores, 3 to 120 of them, the first a letter or a digit.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")
_KIND = Kind(
    name="federatedIdentityCredential",
    properties=("id", "name", "issuer", "subject", "description", "audiences"),
    values=("name", "subject"),
)
_CHANGEABLE = ("issuer", "subject", "audiences", "description")


@app_role(*_READ)
async def list_federated_credentials(request: Request, caller: Caller) -> JSONResponse:
    """``GET /applications/{object id}/federatedIdentityCredentials``"""
    application = find_application(request, caller)
    query = read_query(request, _KIND)
    credentials = request.app.state.graph.directory.federated_credentials(application.app_id)
    page = page_of(
        request,
        f"applications/{application.id}/federatedIdentityCredentials",
        [_json(item) for item in credentials],
        query,
    )
    return JSONResponse(page | {"@odata.context": context(request, _path(application))})


@app_role(*_WRITE)
async def create_federated_credential(request: Request, caller: Caller) -> JSONResponse:
    """``POST /applications/{object id}/federatedIdentityCredentials``"""
    directory, application = request.app.state.graph.directory, find_application(request, caller)
    body = await read_body(request)
    check_names(body, ("name", *_CHANGEABLE))
    credential = _read(body, FederatedCredential(id=str(uuid.uuid4()), name=_name(body), **_required(body)))
    with directory.transaction():
        if directory.federated_credential(application.app_id, credential.name):
            sentence = f"FederatedIdentityCredential with name {credential.name} already exists."
            raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", sentence)
        if len(directory.federated_credentials(application.app_id)) >= MOST_FEDERATED_CREDENTIALS:
            raise bad_request(
                f"An application can have {MOST_FEDERATED_CREDENTIALS} federated identity credentials at most."
            )
        try:
            directory.add_federated_credential(application.app_id, credential)
        except sqlite3.IntegrityError as error:
            raise _taken(credential) from error
    return JSONResponse(entity(request, _path(application), _json(credential)), 201)


@app_role(*_READ)
async def get_federated_credential(request: Request, caller: Caller) -> JSONResponse:
    """``GET /applications/{object id}/federatedIdentityCredentials/{id or name}``"""
    application = find_application(request, caller)
    item, select = _json(_find(request, application)), read_select(request, _KIND)
    return JSONResponse(entity(request, _path(application), selected(item, select, tuple(item))))


@app_role(*_WRITE)
async def update_federated_credential(request: Request, caller: Caller) -> Response:
    """``PATCH /applications/{object id}/federatedIdentityCredentials/{id or name}``: everything but the name"""
    application = find_application(request, caller)
    credential, body = _find(request, application), await read_body(request)
    if body.get("name", credential.name) != credential.name:
        raise _invalid("Name", body["name"], "The name can't be changed after creation.")
    check_names(body, ("name", *_CHANGEABLE))
    credential = _read(body, credential)
    try:
        request.app.state.graph.directory.change_federated_credential(credential)
    except sqlite3.IntegrityError as error:
        raise _taken(credential) from error
    return Response(status_code=204)


@app_role(*_WRITE)
async def delete_federated_credential(request: Request, caller: Caller) -> Response:
    """``DELETE /applications/{object id}/federatedIdentityCredentials/{id or name}``"""
    application = find_application(request, caller)
    request.app.state.graph.directory.remove_federated_credential(_find(request, application).id)
    return Response(status_code=204)


def _find(request: Request, application: Application) -> FederatedCredential:
    name = request.path_params["credential"]
    credential = request.app.state.graph.directory.federated_credential(application.app_id, name)
    if credential is None:
        raise not_found(name)
    return credential


def _name(body: dict) -> str:
    name = text(body, "name", longest=_LONGEST)
    if not _NAME.fullmatch(name):
        sentence = "3 to 120 letters, digits, dashes and underscores were expected, a letter or a digit first."
        raise _invalid("Name", name, sentence)
    return name


def _required(body: dict) -> dict[str, str]:
    given = {name: text(body, name, longest=_LONGEST) for name in ("issuer", "subject")}
    return given | {"audience": TOKEN_EXCHANGE_AUDIENCE}


def _read(body: dict, credential: FederatedCredential) -> FederatedCredential:
    """The credential, with the changes that a body asks for."""
    changes: dict[str, str | None] = {
        name: text(body, name, longest=_LONGEST) for name in ("issuer", "subject") if name in body
    }
    if body.get("audiences") is not None:
        audiences = texts(body, "audiences")
        if len(audiences) != 1 or len(audiences[0]) > _LONGEST:
            raise _invalid("Audiences", ", ".join(audiences)[:_LONGEST], "Exactly one audience was expected.")
        changes["audience"] = audiences[0]
    if "description" in body:
        given = body["description"] is not None and body["description"] != ""
        changes["description"] = text(body, "description", longest=_LONGEST) if given else None
    return dataclasses.replace(credential, **changes)


def _taken(credential: FederatedCredential) -> GraphError:
    return _invalid(
        "Subject",
        credential.subject,
        f"The combination of issuer and subject must be unique for the application. Issuer {credential.issuer} and "
        f"Subject: {credential.subject} already exist.",
    )


def _invalid(name: str, value: object, sentence: str) -> GraphError:
    return bad_request(
        f"{sentence} paramName: FederatedIdentityCredential.{name}, paramValue: {value}, "
        "objectType: Microsoft.Online.DirectoryServices.Application",
        "InvalidFederatedIdentityCredentialValue",
    )


def _path(application: Application) -> str:
    return f"applications('{application.id}')/federatedIdentityCredentials"


def _json(credential: FederatedCredential) -> dict:
    return {
        "id": credential.id,
        "name": credential.name,
        "issuer": credential.issuer,
        "subject": credential.subject,
        "description": credential.description,
        "audiences": [credential.audience],
    }
