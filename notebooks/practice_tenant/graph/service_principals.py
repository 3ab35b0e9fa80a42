"""``/servicePrincipals``: an app in a tenant, managed identities among them, and its app role assignments.

https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals, serviceprincipal-update,
serviceprincipal-post-approleassignments
"""

import sqlite3
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ..directory.objects import DEFAULT_ACCESS, AppRoleAssignment, ServicePrincipal
from ..directory.store import Directory
from ..timestamps import timestamp
from .access import app_role
from .applications import role_json, scope_json
from .bearer import Caller
from .errors import GraphError, bad_request, not_found
from .filter import Kind
from .query import count_of, read_query, read_select
from .requests import check_names, entity, find_service_principal, member, page_of, read_body, selected, text

_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_WRITE = ("Application.ReadWrite.All",)
_GRANT = ("AppRoleAssignment.ReadWrite.All",)
_PRINCIPAL = Kind(
    name="servicePrincipal",
    properties=(
        *("id", "accountEnabled", "alternativeNames", "appDisplayName", "appId", "appOwnerOrganizationId"),
        *("appRoleAssignmentRequired", "appRoles", "displayName", "oauth2PermissionScopes", "servicePrincipalNames"),
        *("servicePrincipalType", "signInAudience"),
    ),
    texts=("displayName",),
    values=("accountEnabled", "appId", "id", "servicePrincipalType"),
    lists=("alternativeNames", "servicePrincipalNames"),
    sorted_advanced=("displayName",),
    searched=("displayName",),
)
_ASSIGNMENT = Kind(
    name="appRoleAssignment",
    properties=(
        *("id", "appRoleId", "createdDateTime", "principalDisplayName", "principalId", "principalType"),
        *("resourceDisplayName", "resourceId"),
    ),
    values=("resourceId",),
)
# Properties that Graph has, and the practice tenant hasn't or doesn't change.
_LACKING = frozenset(
    {
        "accountEnabled",
        "addIns",
        "alternativeNames",
        "appRoles",
        "customSecurityAttributes",
        "description",
        "displayName",
    }
    | {"homepage", "info", "keyCredentials", "loginUrl", "logoutUrl", "notes", "notificationEmailAddresses", "owners"}
    | {"passwordCredentials", "preferredSingleSignOnMode", "replyUrls", "samlSingleSignOnSettings", "tags"}
    | {"servicePrincipalNames", "servicePrincipalType", "tokenEncryptionKeyId"}
)


@app_role(*_READ)
async def list_service_principals(request: Request, caller: Caller) -> JSONResponse:
    """``GET /servicePrincipals``"""
    query = read_query(request, _PRINCIPAL)
    return JSONResponse(page_of(request, "servicePrincipals", _principals(request, caller), query))


@app_role(*_READ)
async def count_service_principals(request: Request, caller: Caller) -> PlainTextResponse:
    """``GET /servicePrincipals/$count``"""
    return count_of(request, _PRINCIPAL, _principals(request, caller))


@app_role(*_WRITE)
async def create_service_principal(request: Request, caller: Caller) -> JSONResponse:
    """``POST /servicePrincipals``"""
    directory = request.app.state.graph.directory
    body = await read_body(request)
    check_names(body, ("appId",), lacking=_LACKING | {"appRoleAssignmentRequired"}, of="new service principal")
    app_id = text(body, "appId").lower()
    application = directory.application(app_id=app_id)
    # A single-tenant app has a service principal in its home tenant alone.
    if application is None or (application.tenant_id != caller.tenant_id and not application.multi_tenant):
        raise bad_request(f"The appId '{app_id}' of the service principal does not reference a valid application.")
    principal = ServicePrincipal(
        id=str(uuid.uuid4()), tenant_id=caller.tenant_id, app_id=app_id, display_name=application.display_name
    )
    try:
        directory.add_service_principal(principal)
    except sqlite3.IntegrityError as error:
        raise GraphError(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"The service principal cannot be created because the service principal name {app_id} is already in use.",
        ) from error
    return JSONResponse(entity(request, "servicePrincipals", _json(directory, principal)), 201)


@app_role(*_READ)
async def get_service_principal(request: Request, caller: Caller) -> JSONResponse:
    """``GET /servicePrincipals/{object id}``"""
    principal = find_service_principal(request, caller)
    item = _json(request.app.state.graph.directory, principal)
    return JSONResponse(
        entity(request, "servicePrincipals", selected(item, read_select(request, _PRINCIPAL), tuple(item)))
    )


@app_role(*_WRITE)
async def update_service_principal(request: Request, caller: Caller) -> Response:
    """``PATCH /servicePrincipals/{object id}``: whether it requires assignment; the practice tenant changes nothing else"""
    principal, body = find_service_principal(request, caller), await read_body(request)
    if kept := sorted(_LACKING & body.keys()):
        raise bad_request(f"The practice tenant can't change the property '{kept[0]}' of a service principal.")
    check_names(body, ("appRoleAssignmentRequired",))
    required = member(body, "appRoleAssignmentRequired", bool, principal.assignment_required)
    request.app.state.graph.directory.require_assignment(principal.id, required)
    return Response(status_code=204)


@app_role(*_READ, *_GRANT)
async def list_assignments(request: Request, caller: Caller) -> JSONResponse:
    """``GET /servicePrincipals/{object id}/appRoleAssignments``: the application permissions that it was granted"""
    directory, principal = request.app.state.graph.directory, find_service_principal(request, caller)
    items = [_assignment_json(directory, principal, item) for item in directory.app_role_assignments(principal.id)]
    query = read_query(request, _ASSIGNMENT)
    return JSONResponse(page_of(request, _assignments_of(principal), items, query))


@app_role(*_GRANT)
async def create_assignment(request: Request, caller: Caller) -> JSONResponse:
    """``POST /servicePrincipals/{object id}/appRoleAssignments``: admin consent to one application permission"""
    graph, principal, body = request.app.state.graph, find_service_principal(request, caller), await read_body(request)
    check_names(body, ("principalId", "resourceId", "appRoleId"))
    if text(body, "principalId").lower() != principal.id:
        raise bad_request("The principalId has to be the ID of the service principal in the path.")
    resource = graph.directory.service_principal(caller.tenant_id, id=text(body, "resourceId"))
    role_id = text(body, "appRoleId").lower()
    if resource is None or role_id not in _role_ids(graph.directory, resource):
        raise bad_request("Permission being assigned was not found on application 'resourceId'.")
    assignment = AppRoleAssignment(
        id=str(uuid.uuid4()),
        principal_id=principal.id,
        resource_id=resource.id,
        app_role_id=role_id,
        created=int(graph.clock()),
    )
    try:
        graph.directory.add_app_role_assignment(assignment)
    except sqlite3.IntegrityError as error:
        raise bad_request("Permission being assigned already exists on the object") from error
    return JSONResponse(
        entity(request, _assignments_of(principal), _assignment_json(graph.directory, principal, assignment)), 201
    )


@app_role(*_GRANT)
async def delete_assignment(request: Request, caller: Caller) -> Response:
    """``DELETE /servicePrincipals/{object id}/appRoleAssignments/{id}``"""
    principal, name = find_service_principal(request, caller), request.path_params["assignment"]
    if not request.app.state.graph.directory.remove_app_role_assignment(principal.id, name):
        raise not_found(name)
    return Response(status_code=204)


def _principals(request: Request, caller: Caller) -> list[dict]:
    directory = request.app.state.graph.directory
    return [_json(directory, principal) for principal in directory.service_principals(caller.tenant_id)]


def _json(directory: Directory, principal: ServicePrincipal) -> dict:
    application = directory.application(app_id=principal.app_id)
    return {
        "id": principal.id,
        "accountEnabled": True,
        "alternativeNames": ["isExplicit=True", principal.resource_id] if principal.managed_identity else [],
        "appDisplayName": application.display_name,
        "appId": principal.app_id,
        "appOwnerOrganizationId": application.tenant_id,
        "appRoleAssignmentRequired": principal.assignment_required,
        "appRoles": [role_json(role) for role in application.app_roles],
        "displayName": principal.display_name,
        "oauth2PermissionScopes": [scope_json(scope) for scope in application.permission_scopes],
        "servicePrincipalNames": [*application.identifier_uris, principal.app_id],
        "servicePrincipalType": "ManagedIdentity" if principal.managed_identity else "Application",
        "signInAudience": application.sign_in_audience,
    }


def _role_ids(directory: Directory, resource: ServicePrincipal) -> set[str]:
    # An app without roles has default access alone.
    roles = directory.application(app_id=resource.app_id).app_roles
    return {role.id for role in roles} or {DEFAULT_ACCESS}


def _assignments_of(principal: ServicePrincipal) -> str:
    return f"servicePrincipals/{principal.id}/appRoleAssignments"


def _assignment_json(directory: Directory, principal: ServicePrincipal, assignment: AppRoleAssignment) -> dict:
    resource = directory.service_principal(principal.tenant_id, id=assignment.resource_id)
    return {
        "id": assignment.id,
        "appRoleId": assignment.app_role_id,
        "createdDateTime": timestamp(assignment.created),
        "principalDisplayName": principal.display_name,
        "principalId": principal.id,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": resource.display_name,
        "resourceId": assignment.resource_id,
    }
