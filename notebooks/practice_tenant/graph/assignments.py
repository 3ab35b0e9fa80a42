"""App role assignments: what an administrator lets a service principal do at an API, and which users may use an app.

The same object is reached from three sides, as in Graph: https://learn.microsoft.com/graph/api/resources/approleassignment,
serviceprincipal-post-approleassignments, serviceprincipal-post-approleassignedto, user-post-approleassignments
"""

import sqlite3
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..directory.objects import DEFAULT_ACCESS, AppRoleAssignment, ServicePrincipal, User
from ..directory.store import Directory
from ..timestamps import timestamp
from .access import app_role
from .bearer import Caller
from .body import read_body, text
from .errors import bad_request, not_found
from .find import find_service_principal, find_user
from .query import collection, entity

_GRANT = ("AppRoleAssignment.ReadWrite.All",)
_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", *_GRANT)
_READ_OF_USER = ("Directory.Read.All", *_GRANT)


@app_role(*_READ)
async def list_of_principal(request: Request, caller: Caller) -> JSONResponse:
    """``GET /servicePrincipals/{object id}/appRoleAssignments``: what it may do elsewhere"""
    directory, principal = request.app.state.graph.directory, find_service_principal(request, caller)
    return _list(request, _of_principal(principal), directory.app_role_assignments(principal.id), caller)


@app_role(*_GRANT)
async def assign_principal(request: Request, caller: Caller) -> JSONResponse:
    """``POST /servicePrincipals/{object id}/appRoleAssignments``: admin consent to one application permission"""
    principal, body = find_service_principal(request, caller), await read_body(request)
    if text(body, "principalId").lower() != principal.id:
        raise bad_request("The principalId has to be the ID of the service principal in the path.")
    return _assign(request, caller, _of_principal(principal), body)


@app_role(*_GRANT)
async def delete_of_principal(request: Request, caller: Caller) -> Response:
    """``DELETE /servicePrincipals/{object id}/appRoleAssignments/{id}``"""
    principal, name = find_service_principal(request, caller), request.path_params["assignment"]
    if not request.app.state.graph.directory.remove_app_role_assignment(principal.id, name):
        raise not_found(name)
    return Response(status_code=204)


@app_role(*_READ)
async def list_assigned_to(request: Request, caller: Caller) -> JSONResponse:
    """``GET /servicePrincipals/{object id}/appRoleAssignedTo``: who may use it, and as what"""
    directory, resource = request.app.state.graph.directory, find_service_principal(request, caller)
    return _list(request, _assigned_to(resource), directory.assigned_to(resource.id), caller)


@app_role(*_GRANT)
async def assign_to(request: Request, caller: Caller) -> JSONResponse:
    """``POST /servicePrincipals/{object id}/appRoleAssignedTo``: the way that Graph recommends"""
    resource, body = find_service_principal(request, caller), await read_body(request)
    if text(body, "resourceId").lower() != resource.id:
        raise bad_request("The resourceId has to be the ID of the service principal in the path.")
    return _assign(request, caller, _assigned_to(resource), body)


@app_role(*_GRANT)
async def delete_assigned_to(request: Request, caller: Caller) -> Response:
    """``DELETE /servicePrincipals/{object id}/appRoleAssignedTo/{id}``"""
    directory, resource = request.app.state.graph.directory, find_service_principal(request, caller)
    name = request.path_params["assignment"]
    found = [item for item in directory.assigned_to(resource.id) if item.id == name]
    if not found:
        raise not_found(name)
    directory.remove_app_role_assignment(found[0].principal_id, name)
    return Response(status_code=204)


@app_role(*_READ_OF_USER)
async def list_of_user(request: Request, caller: Caller) -> JSONResponse:
    """``GET /users/{id or userPrincipalName}/appRoleAssignments``"""
    directory, user = request.app.state.graph.directory, find_user(request, caller)
    return _list(request, _of_user(user), directory.app_role_assignments(user.id), caller)


@app_role(*_GRANT)
async def assign_user(request: Request, caller: Caller) -> JSONResponse:
    """``POST /users/{id or userPrincipalName}/appRoleAssignments``"""
    user, body = find_user(request, caller), await read_body(request)
    if text(body, "principalId").lower() != user.id:
        raise bad_request("The principalId has to be the ID of the user in the path.")
    return _assign(request, caller, _of_user(user), body)


@app_role(*_GRANT)
async def delete_of_user(request: Request, caller: Caller) -> Response:
    """``DELETE /users/{id or userPrincipalName}/appRoleAssignments/{id}``"""
    user, name = find_user(request, caller), request.path_params["assignment"]
    if not request.app.state.graph.directory.remove_app_role_assignment(user.id, name):
        raise not_found(name)
    return Response(status_code=204)


def _list(request: Request, path: str, assignments: list[AppRoleAssignment], caller: Caller) -> JSONResponse:
    directory = request.app.state.graph.directory
    return JSONResponse(collection(request, path, [_json(directory, caller.tenant_id, item) for item in assignments]))


def _assign(request: Request, caller: Caller, path: str, body: dict) -> JSONResponse:
    """Keep the assignment that a body describes, if there is such a role and such a principal in the tenant."""
    graph, tenant_id = request.app.state.graph, caller.tenant_id
    principal = _principal(graph.directory, tenant_id, text(body, "principalId"))
    resource = graph.directory.service_principal(tenant_id, id=text(body, "resourceId"))
    role_id = text(body, "appRoleId").lower()
    if principal is None or resource is None or role_id not in _role_ids(graph.directory, resource, principal):
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
    return JSONResponse(entity(request, path, _json(graph.directory, tenant_id, assignment)), 201)


def _principal(directory: Directory, tenant_id: str, id: str) -> ServicePrincipal | User | None:
    user = directory.user(tenant_id, id)
    # A user has a name too, and principalId is no place for it.
    return user if user and user.id == id.lower() else directory.service_principal(tenant_id, id=id)


def _role_ids(directory: Directory, resource: ServicePrincipal, principal: ServicePrincipal | User) -> set[str]:
    # Every role that an app defines here is for applications; default access is what there is besides.
    roles = directory.application(app_id=resource.app_id).app_roles
    return {DEFAULT_ACCESS} if isinstance(principal, User) or not roles else {role.id for role in roles}


def _of_principal(principal: ServicePrincipal) -> str:
    return f"servicePrincipals/{principal.id}/appRoleAssignments"


def _assigned_to(resource: ServicePrincipal) -> str:
    return f"servicePrincipals/{resource.id}/appRoleAssignedTo"


def _of_user(user: User) -> str:
    return f"users/{user.id}/appRoleAssignments"


def _json(directory: Directory, tenant_id: str, assignment: AppRoleAssignment) -> dict:
    principal = _principal(directory, tenant_id, assignment.principal_id)
    resource = directory.service_principal(tenant_id, id=assignment.resource_id)
    return {
        "id": assignment.id,
        "appRoleId": assignment.app_role_id,
        "createdDateTime": timestamp(assignment.created),
        "principalDisplayName": principal.display_name,
        "principalId": principal.id,
        "principalType": "User" if isinstance(principal, User) else "ServicePrincipal",
        "resourceDisplayName": resource.display_name,
        "resourceId": assignment.resource_id,
    }
