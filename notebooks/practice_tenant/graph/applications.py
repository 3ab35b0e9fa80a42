"""``/applications``: registering an app and giving it secrets, as a person would automate it.

https://learn.microsoft.com/graph/api/application-post-applications, application-addpassword
"""

import sqlite3
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..directory import credentials
from ..directory.objects import (
    MY_ORG,
    SIGN_IN_AUDIENCES,
    Application,
    AppRole,
    PasswordCredential,
    PermissionScope,
    RequiredPermission,
)
from ..directory.store import Directory
from ..timestamps import seconds, timestamp
from .access import app_role
from .bearer import Caller
from .body import member, read_body, redirect_uris, text, texts
from .errors import bad_request
from .find import find_application
from .key_credentials import key_json
from .query import context, entity, page_of, read_query, selected

_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_WRITE = ("Application.ReadWrite.All",)


@app_role(*_READ)
async def list_applications(request: Request, caller: Caller) -> JSONResponse:
    """``GET /applications``"""
    query = read_query(request, filterable=("appId", "displayName"))
    directory = request.app.state.graph.directory
    items = [_json(app, directory) for app in directory.applications(caller.tenant_id)]
    return JSONResponse(page_of(request, "applications", items, query))


@app_role(*_WRITE)
async def create_application(request: Request, caller: Caller) -> JSONResponse:
    """``POST /applications``"""
    graph = request.app.state.graph
    application = _application(await read_body(request), caller.tenant_id, int(graph.clock()))
    try:
        graph.directory.add_application(application)
    except sqlite3.IntegrityError as error:
        raise bad_request("Another object with the same value for property identifierUris already exists.") from error
    return JSONResponse(entity(request, "applications", _json(application, graph.directory)), 201)


@app_role(*_READ)
async def get_application(request: Request, caller: Caller) -> JSONResponse:
    """``GET /applications/{object id}``"""
    application = find_application(request, caller)
    item = _json(application, request.app.state.graph.directory)
    return JSONResponse(entity(request, "applications", selected(item, read_query(request).select, tuple(item))))


@app_role(*_WRITE)
async def add_password(request: Request, caller: Caller) -> JSONResponse:
    """``POST /applications/{object id}/addPassword``: the only answer that ever shows the secret's value"""
    graph, application = request.app.state.graph, find_application(request, caller)
    wanted = member(await read_body(request), "passwordCredential", dict, {})
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
    body = {"@odata.context": context(request, "microsoft.graph.passwordCredential")}
    body |= _password_json(credential) | {"secretText": value}
    return JSONResponse(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


@app_role(*_WRITE)
async def remove_password(request: Request, caller: Caller) -> Response:
    """``POST /applications/{object id}/removePassword``"""
    application = find_application(request, caller)
    key_id = text(await read_body(request), "keyId")
    if not request.app.state.graph.directory.remove_password(application.app_id, key_id):
        raise bad_request(f"No password credential found with keyId {key_id}.")
    return Response(status_code=204)


def _application(body: dict, tenant_id: str, now: int) -> Application:
    audience = text(body, "signInAudience", MY_ORG)
    if audience not in SIGN_IN_AUDIENCES:
        raise bad_request(f"Invalid value specified for property 'signInAudience': one of {SIGN_IN_AUDIENCES}.")
    api, web, public, spa = (member(body, name, dict, {}) for name in ("api", "web", "publicClient", "spa"))
    version = member(api, "requestedAccessTokenVersion", int, 1)
    if version not in (1, 2):
        raise bad_request("Invalid value specified for property 'requestedAccessTokenVersion': 1 or 2.")
    return Application(
        id=str(uuid.uuid4()),
        app_id=str(uuid.uuid4()),
        tenant_id=tenant_id,
        display_name=text(body, "displayName"),
        sign_in_audience=audience,
        public_client=member(body, "isFallbackPublicClient", bool, False),
        token_version=version,
        identifier_uris=texts(body, "identifierUris"),
        web_redirect_uris=redirect_uris(web),
        public_redirect_uris=redirect_uris(public),
        spa_redirect_uris=redirect_uris(spa),
        permission_scopes=tuple(_scope(scope) for scope in member(api, "oauth2PermissionScopes", list, [])),
        app_roles=tuple(_app_role(role) for role in member(body, "appRoles", list, [])),
        required_permissions=_permissions(member(body, "requiredResourceAccess", list, [])),
        created=now,
    )


def _app_role(role: object) -> AppRole:
    if not isinstance(role, dict):
        raise bad_request("Invalid value specified for property 'appRoles'.")
    value = text(role, "value")
    return AppRole(
        id=text(role, "id", str(uuid.uuid4())).lower(), value=value, display_name=text(role, "displayName", value)
    )


def _scope(scope: object) -> PermissionScope:
    if not isinstance(scope, dict):
        raise bad_request("Invalid value specified for property 'oauth2PermissionScopes'.")
    value = text(scope, "value")
    return PermissionScope(
        id=text(scope, "id", str(uuid.uuid4())).lower(),
        value=value,
        display_name=text(scope, "userConsentDisplayName", value),
        admin_only=text(scope, "type", "User") == "Admin",
    )


def _scope_json(scope: PermissionScope) -> dict:
    return {
        "adminConsentDisplayName": scope.display_name,
        "id": scope.id,
        "isEnabled": True,
        "type": "Admin" if scope.admin_only else "User",
        "userConsentDisplayName": scope.display_name,
        "value": scope.value,
    }


def _permissions(resources: list) -> tuple[RequiredPermission, ...]:
    wanted = []
    for resource in resources:
        access = member(resource, "resourceAccess", list, []) if isinstance(resource, dict) else [None]
        for item in access:
            if not isinstance(item, dict):
                raise bad_request("Invalid value specified for property 'requiredResourceAccess'.")
            kind = text(item, "type")
            if kind not in ("Role", "Scope"):
                raise bad_request("Invalid value specified for property 'type': 'Role' or 'Scope'.")
            wanted.append(
                RequiredPermission(
                    resource_app_id=text(resource, "resourceAppId").lower(),
                    role_id=text(item, "id").lower(),
                    delegated=kind == "Scope",
                )
            )
    return tuple(wanted)


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
            "oauth2PermissionScopes": [_scope_json(scope) for scope in application.permission_scopes],
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
        "passwordCredentials": [_password_json(item) for item in directory.passwords(application.app_id)],
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


def _password_json(credential: PasswordCredential) -> dict:
    # After the answer to addPassword nobody sees the value again, only its first three characters.
    return {
        "customKeyIdentifier": None,
        "displayName": credential.display_name,
        "endDateTime": timestamp(credential.end),
        "hint": credential.hint,
        "keyId": credential.key_id,
        "secretText": None,
        "startDateTime": timestamp(credential.start),
    }


def _time(body: dict, name: str) -> float | None:
    if body.get(name) is None:
        return None
    try:
        return seconds(text(body, name))
    except ValueError as error:
        raise bad_request(f"Invalid value specified for property '{name}': an ISO 8601 time was expected.") from error
