"""``/servicePrincipals``: an app in a tenant, and managed identities.

https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals, serviceprincipal-update
"""

import sqlite3
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..directory.objects import ServicePrincipal
from ..directory.store import Directory
from .access import app_role
from .applications import role_json
from .bearer import Caller
from .errors import GraphError, bad_request
from .requests import entity, find_service_principal, member, page_of, read_body, read_query, selected, text

_READ = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_WRITE = ("Application.ReadWrite.All",)


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


@app_role(*_WRITE)
async def update_service_principal(request: Request, caller: Caller) -> Response:
    """``PATCH /servicePrincipals/{object id}``: who may use it; the practice tenant changes nothing else"""
    principal, body = find_service_principal(request, caller), await read_body(request)
    if unknown := sorted(body.keys() - {"appRoleAssignmentRequired"}):
        raise bad_request(f"The practice tenant can't change the property '{unknown[0]}' of a service principal.")
    required = member(body, "appRoleAssignmentRequired", bool, principal.assignment_required)
    request.app.state.graph.directory.require_assignment(principal.id, required)
    return Response(status_code=204)


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
        "servicePrincipalNames": [*application.identifier_uris, principal.app_id],
        "servicePrincipalType": "ManagedIdentity" if principal.managed_identity else "Application",
        "signInAudience": application.sign_in_audience,
    }
