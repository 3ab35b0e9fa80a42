"""``/applications``: app registrations.

https://learn.microsoft.com/graph/api/application-post-applications, application-update
"""

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ..directory.objects import Application, AppRole, PermissionScope
from ..directory.seeded_applications import SEEDED_CLIENT_IDS
from ..directory.store import Directory
from ..timestamps import timestamp
from .access import app_role
from .application_properties import changed
from .bearer import Caller
from .credentials import key_json, password_json, replace_keys
from .errors import GraphError, bad_request
from .filter import Kind
from .query import count_of, read_query, read_select
from .requests import entity, find_application, member, page_of, read_body, selected, text

_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_WRITE = ("Application.ReadWrite.All",)
_APPLICATION = Kind(
    name="application",
    properties=(
        *(
            "id",
            "appId",
            "displayName",
            "createdDateTime",
            "signInAudience",
            "isFallbackPublicClient",
            "identifierUris",
        ),
        *("api", "web", "publicClient", "spa", "appRoles", "requiredResourceAccess"),
        *("passwordCredentials", "keyCredentials"),
    ),
    texts=("displayName",),
    values=("appId", "id", "signInAudience"),
    lists=("identifierUris",),
    sorted_advanced=("createdDateTime", "displayName"),
    searched=("displayName",),
)


@app_role(*_READ)
async def list_applications(request: Request, caller: Caller) -> JSONResponse:
    """``GET /applications``"""
    query = read_query(request, _APPLICATION)
    return JSONResponse(page_of(request, "applications", _applications(request, caller), query))


@app_role(*_READ)
async def count_applications(request: Request, caller: Caller) -> PlainTextResponse:
    """``GET /applications/$count``"""
    return count_of(request, _APPLICATION, _applications(request, caller))


@app_role(*_WRITE)
async def create_application(request: Request, caller: Caller) -> JSONResponse:
    """``POST /applications``"""
    graph, body = request.app.state.graph, await read_body(request)
    new = Application(
        id=str(uuid.uuid4()),
        app_id=str(uuid.uuid4()),
        tenant_id=caller.tenant_id,
        display_name=text(body, "displayName"),
        created=int(graph.clock()),
    )
    application = changed(new, body, graph.directory.tenant(caller.tenant_id))
    with _all_or_nothing(graph.directory):
        graph.directory.add_application(application)
        replace_keys(graph.directory, application, member(body, "keyCredentials", list, []))
    return JSONResponse(entity(request, "applications", _json(application, graph.directory)), 201)


@app_role(*_READ)
async def get_application(request: Request, caller: Caller) -> JSONResponse:
    """``GET /applications/{object id}``"""
    application = find_application(request, caller)
    select, directory = read_select(request, _APPLICATION), request.app.state.graph.directory
    item = _json(application, directory)
    if "keyCredentials" in select:
        item["keyCredentials"] = [key_json(key, with_key=True) for key in directory.keys(application.app_id)]
    return JSONResponse(entity(request, "applications", selected(item, select, tuple(item))))


@app_role(*_WRITE)
async def update_application(request: Request, caller: Caller) -> Response:
    """``PATCH /applications/{object id}``"""
    directory, application = request.app.state.graph.directory, find_application(request, caller)
    body = await read_body(request)
    new = changed(application, body, directory.tenant(caller.tenant_id))
    with _all_or_nothing(directory):
        directory.change_application(new)
        if "keyCredentials" in body:
            replace_keys(directory, application, member(body, "keyCredentials", list, []))
    return Response(status_code=204)


@app_role(*_WRITE)
async def delete_application(request: Request, caller: Caller) -> Response:
    """``DELETE /applications/{object id}``: with its service principals and credentials, at once and for good"""
    application = find_application(request, caller)
    if application.app_id in SEEDED_CLIENT_IDS:
        sentence = "The practice tenant has no way to bring back an app registration of the course, so it keeps them."
        raise GraphError(403, "Authorization_RequestDenied", sentence)
    request.app.state.graph.directory.remove_application(application)
    return Response(status_code=204)


@contextlib.contextmanager
def _all_or_nothing(directory: Directory) -> Iterator[None]:
    try:
        with directory.transaction():
            yield
    except sqlite3.IntegrityError as error:
        raise bad_request("Another object with the same value for property identifierUris already exists.") from error


def _applications(request: Request, caller: Caller) -> list[dict]:
    directory = request.app.state.graph.directory
    return [_json(application, directory) for application in directory.applications(caller.tenant_id)]


def scope_json(scope: PermissionScope) -> dict:
    """A delegated permission as Graph lays it out."""
    return {
        "adminConsentDisplayName": scope.display_name,
        "id": scope.id,
        "isEnabled": True,
        "type": "Admin" if scope.admin_only else "User",
        "userConsentDisplayName": scope.display_name,
        "value": scope.value,
    }


def _json(application: Application, directory: Directory) -> dict:
    resources = dict.fromkeys(permission.resource_app_id for permission in application.required_permissions)
    return {
        "id": application.id,
        "appId": application.app_id,
        "displayName": application.display_name,
        "createdDateTime": timestamp(application.created),
        "signInAudience": application.sign_in_audience,
        "isFallbackPublicClient": application.public_client,
        "identifierUris": list(application.identifier_uris),
        "api": {
            "requestedAccessTokenVersion": application.token_version,
            "oauth2PermissionScopes": [scope_json(scope) for scope in application.permission_scopes],
        },
        "web": {"redirectUris": list(application.web_redirect_uris)},
        "publicClient": {"redirectUris": list(application.public_redirect_uris)},
        "spa": {"redirectUris": list(application.spa_redirect_uris)},
        "appRoles": [role_json(role) for role in application.app_roles],
        "requiredResourceAccess": [
            {
                "resourceAppId": resource,
                "resourceAccess": [
                    {"id": permission.role_id, "type": "Scope" if permission.delegated else "Role"}
                    for permission in application.required_permissions
                    if permission.resource_app_id == resource
                ],
            }
            for resource in resources
        ],
        "passwordCredentials": [password_json(item) for item in directory.passwords(application.app_id)],
        "keyCredentials": [key_json(item) for item in directory.keys(application.app_id)],
    }


def role_json(role: AppRole) -> dict:
    """An app role as Graph lays it out."""
    return {
        "allowedMemberTypes": ["Application"],
        "displayName": role.display_name,
        "id": role.id,
        "isEnabled": True,
        "value": role.value,
    }
