"""App role assignments: what an administrator lets a service principal do at an API.

https://learn.microsoft.com/graph/api/resources/approleassignment, serviceprincipal-post-approleassignments
"""

import sqlite3
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..directory.objects import DEFAULT_ACCESS, AppRoleAssignment, ServicePrincipal
from ..directory.store import Directory
from ..timestamps import timestamp
from .access import app_role
from .bearer import Caller
from .errors import bad_request, not_found
from .requests import collection, entity, find_service_principal, read_body, text

_GRANT = ("AppRoleAssignment.ReadWrite.All",)
_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", *_GRANT)


@app_role(*_READ)
async def list_assignments(request: Request, caller: Caller) -> JSONResponse:
    """``GET /servicePrincipals/{object id}/appRoleAssignments``: what it may do elsewhere"""
    directory, principal = request.app.state.graph.directory, find_service_principal(request, caller)
    items = [_json(directory, principal, item) for item in directory.app_role_assignments(principal.id)]
    return JSONResponse(collection(request, _path(principal), items))


@app_role(*_GRANT)
async def create_assignment(request: Request, caller: Caller) -> JSONResponse:
    """``POST /servicePrincipals/{object id}/appRoleAssignments``: admin consent to one application permission"""
    graph, principal, body = request.app.state.graph, find_service_principal(request, caller), await read_body(request)
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
    return JSONResponse(entity(request, _path(principal), _json(graph.directory, principal, assignment)), 201)


@app_role(*_GRANT)
async def delete_assignment(request: Request, caller: Caller) -> Response:
    """``DELETE /servicePrincipals/{object id}/appRoleAssignments/{id}``"""
    principal, name = find_service_principal(request, caller), request.path_params["assignment"]
    if not request.app.state.graph.directory.remove_app_role_assignment(principal.id, name):
        raise not_found(name)
    return Response(status_code=204)


def _role_ids(directory: Directory, resource: ServicePrincipal) -> set[str]:
    # An app without roles has default access alone.
    roles = directory.application(app_id=resource.app_id).app_roles
    return {role.id for role in roles} or {DEFAULT_ACCESS}


def _path(principal: ServicePrincipal) -> str:
    return f"servicePrincipals/{principal.id}/appRoleAssignments"


def _json(directory: Directory, principal: ServicePrincipal, assignment: AppRoleAssignment) -> dict:
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
