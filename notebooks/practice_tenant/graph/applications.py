"""``/applications``: app registrations.

https://learn.microsoft.com/graph/api/application-post-applications, application-update
"""

import sqlite3
import uuid
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..directory import redirect_uri
from ..directory.objects import (
    MY_ORG,
    SIGN_IN_AUDIENCES,
    Application,
    AppRole,
    PermissionScope,
    RequiredPermission,
)
from ..directory.store import Directory
from ..timestamps import timestamp
from .access import app_role
from .bearer import Caller
from .credentials import key_json, password_json, replace_keys
from .errors import bad_request
from .requests import (
    entity,
    find_application,
    member,
    page_of,
    read_body,
    read_query,
    selected,
    text,
    texts,
)

_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_WRITE = ("Application.ReadWrite.All",)
_PLATFORMS = {"web": "web_redirect_uris", "publicClient": "public_redirect_uris", "spa": "spa_redirect_uris"}
_CHANGEABLE = {"keyCredentials", "identifierUris", "isFallbackPublicClient", *_PLATFORMS}


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
    query, directory = read_query(request), request.app.state.graph.directory
    item = _json(application, directory)
    if "keyCredentials" in query.select:
        item["keyCredentials"] = [key_json(key, with_key=True) for key in directory.keys(application.app_id)]
    return JSONResponse(entity(request, "applications", selected(item, query.select, tuple(item))))


@app_role(*_WRITE)
async def update_application(request: Request, caller: Caller) -> Response:
    """``PATCH /applications/{object id}``: certificates, URIs, and whether it is a public client"""
    directory, application = request.app.state.graph.directory, find_application(request, caller)
    body = await read_body(request)
    if unknown := sorted(body.keys() - _CHANGEABLE):
        raise bad_request(f"The practice tenant can't change the property '{unknown[0]}' of an application.")
    changes = {
        name: _redirect_uris(platform)
        for key, name in _PLATFORMS.items()
        # A platform without its redirect URIs leaves them as they are.
        if "redirectUris" in (platform := member(body, key, dict, {}))
    }
    if "isFallbackPublicClient" in body:
        changes["public_client"] = member(body, "isFallbackPublicClient", bool, False)
    if "identifierUris" in body:
        changes["identifier_uris"] = _allowed_uris(application, texts(body, "identifierUris"))
    try:
        with directory.transaction():
            if changes:
                directory.change_application(replace(application, **changes))
            if "keyCredentials" in body:
                replace_keys(directory, application, member(body, "keyCredentials", list, []))
    except sqlite3.IntegrityError as error:
        raise bad_request("Another object with the same value for property identifierUris already exists.") from error
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
        web_redirect_uris=_redirect_uris(web),
        public_redirect_uris=_redirect_uris(public),
        spa_redirect_uris=_redirect_uris(spa),
        permission_scopes=tuple(_scope(scope) for scope in member(api, "oauth2PermissionScopes", list, [])),
        app_roles=tuple(_app_role(role) for role in member(body, "appRoles", list, [])),
        required_permissions=_permissions(member(body, "requiredResourceAccess", list, [])),
        created=now,
    )


def _redirect_uris(platform: dict) -> tuple[str, ...]:
    uris = texts(platform, "redirectUris")
    for uri in uris:
        if not redirect_uri.may_register(uri):
            raise bad_request(
                f"Invalid value specified for property 'redirectUris': {uri[:80]!r}. Use https, or http for localhost, "
                "without a fragment."
            )
    return uris


def _allowed_uris(application: Application, uris: tuple[str, ...]) -> tuple[str, ...]:
    """The URIs, if an app registration may have them.

    Every organisation allows ``api://<client ID>`` and paths below it. Other forms depend on the organisation's domains
    and policies, so the practice tenant refuses them.
    https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
    """
    own = f"api://{application.app_id}"
    for uri in uris:
        if uri.lower() != own and not uri.lower().startswith(f"{own}/"):
            raise bad_request(
                "Values of identifierUris property must use a verified domain of the organization or its subdomain, or "
                f"begin with the app's own api://{{appId}}: '{uri}'."
            )
    return uris


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
