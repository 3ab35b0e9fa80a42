"""``/servicePrincipals``: an app in a tenant, and the application permissions an administrator grants it.

https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals,
serviceprincipal-post-approleassignments
"""

import sqlite3
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..directory.objects import AppRoleAssignment, ServicePrincipal
from ..directory.store import Directory
from ..timestamps import timestamp
from .access import app_role
from .applications import role_json
from .bearer import Caller
from .body import read_body, text
from .errors import GraphError, bad_request, not_found
from .find import find_service_principal
from .query import collection, entity, page_of, read_query, selected

_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_WRITE = ("Application.ReadWrite.All",)
_GRANT = ("AppRoleAssignment.ReadWrite.All",)


@app_role(*_READ)
async def list_service_principals(request: Request, caller: Caller) -> JSONResponse:
    """``GET /servicePrincipals``"""
    query = read_query(request, filterable=("appId", "displayName"))
    directory = request.app.state.graph.directory
    items = [_json(directory, principal) for principal in directory.service_principals(caller.tenant_id)]
    return JSONResponse(page_of(request, "servicePrincipals", items, query))


@app_role(*_WRITE)
async def create_service_principal(request: Request, caller: Caller) -> JSONResponse:
    """``POST /servicePrincipals``"""
    directory = request.app.state.graph.directory
    app_id = text(await read_body(request), "appId").lower()
    application = directory.application(app_id=app_id)
    # A multi-tenant app may be installed anywhere; any other only at home.
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
    return JSONResponse(entity(request, "servicePrincipals", selected(item, read_query(request).select, tuple(item))))


@app_role(*_READ, *_GRANT)
async def list_app_role_assignments(request: Request, caller: Caller) -> JSONResponse:
    """``GET /servicePrincipals/{object id}/appRoleAssignments``"""
    directory, principal = request.app.state.graph.directory, find_service_principal(request, caller)
    items = [
        _assignment_json(directory, principal, assignment)
        for assignment in directory.app_role_assignments(principal.id)
    ]
    return JSONResponse(collection(request, f"servicePrincipals/{principal.id}/appRoleAssignments", items))


@app_role(*_GRANT)
async def create_app_role_assignment(request: Request, caller: Caller) -> JSONResponse:
    """``POST /servicePrincipals/{object id}/appRoleAssignments``: admin consent to one application permission"""
    graph, principal = request.app.state.graph, find_service_principal(request, caller)
    body = await read_body(request)
    if text(body, "principalId").lower() != principal.id:
        raise bad_request("The principalId has to be the ID of the service principal in the path.")
    resource = graph.directory.service_principal(caller.tenant_id, id=text(body, "resourceId"))
    role_id = text(body, "appRoleId").lower()
    defined = graph.directory.application(app_id=resource.app_id).app_roles if resource else ()
    if role_id not in {role.id for role in defined}:
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
    item = _assignment_json(graph.directory, principal, assignment)
    return JSONResponse(entity(request, f"servicePrincipals/{principal.id}/appRoleAssignments", item), 201)


@app_role(*_GRANT)
async def delete_app_role_assignment(request: Request, caller: Caller) -> Response:
    """``DELETE /servicePrincipals/{object id}/appRoleAssignments/{id}``"""
    principal, name = find_service_principal(request, caller), request.path_params["assignment"]
    if not request.app.state.graph.directory.remove_app_role_assignment(principal.id, name):
        raise not_found(name)
    return Response(status_code=204)


def _json(directory: Directory, principal: ServicePrincipal) -> dict:
    application = directory.application(app_id=principal.app_id)
    return {
        "id": principal.id,
        "accountEnabled": True,
        "appDisplayName": application.display_name,
        "appId": principal.app_id,
        "appOwnerOrganizationId": application.tenant_id,
        "appRoleAssignmentRequired": False,
        "appRoles": [role_json(role) for role in application.app_roles],
        "displayName": principal.display_name,
        "servicePrincipalNames": [*application.identifier_uris, principal.app_id],
        "servicePrincipalType": "Application",
        "signInAudience": application.sign_in_audience,
    }


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
