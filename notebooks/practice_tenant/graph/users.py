"""``/users`` and ``/organization``.

https://learn.microsoft.com/graph/api/user-list, user-get and organization-list
"""

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..directory.objects import Tenant, User
from ..timestamps import timestamp
from .access import allowed
from .bearer import Caller
from .requests import collection, entity, find_user, read_query, selected

_READ_USERS = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All")
_READ_BASIC_USERS = ("User.ReadBasic.All", *_READ_USERS)
_READ_SCOPES = ("User.Read.All", "Directory.Read.All")
_READ_BASIC_SCOPES = ("User.ReadBasic.All", *_READ_SCOPES)
_READ_ORGANIZATION = ("Organization.Read.All", "Directory.Read.All")

DEFAULT_PROPERTIES = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
# User.ReadBasic.All sees these properties only.
_BASIC = frozenset({"displayName", "givenName", "mail", "surname", "userPrincipalName", "id"})


@allowed(roles=_READ_BASIC_USERS, scopes=_READ_BASIC_SCOPES)
async def list_users(request: Request, caller: Caller) -> JSONResponse:
    """``GET /users``"""
    query = read_query(request, filterable=("userPrincipalName", "displayName"))
    directory = request.app.state.graph.directory
    if query.equals:
        name, wanted = query.equals
        found = [user for user in directory.users(caller.tenant_id, limit=-1) if user_json(user)[name] == wanted]
        page, more = found[: query.top], False
    else:
        found = directory.users(caller.tenant_id, after=query.after, limit=query.top + 1)
        page, more = found[: query.top], len(found) > query.top
    items = [_visible(user, caller, query.select) for user in page]
    next_after = page[-1].user_principal_name if more else None
    return JSONResponse(collection(request, "users", items, next_after=next_after))


@allowed(roles=_READ_BASIC_USERS, scopes=_READ_BASIC_SCOPES)
async def get_user(request: Request, caller: Caller) -> JSONResponse:
    """``GET /users/{id or userPrincipalName}``"""
    user, query = find_user(request, caller), read_query(request)
    return JSONResponse(entity(request, "users", _visible(user, caller, query.select)))


@allowed(roles=_READ_ORGANIZATION, scopes=("User.Read", "Directory.Read.All"))
async def list_organization(request: Request, caller: Caller) -> JSONResponse:
    """``GET /organization``: the caller's own tenant, as a collection of one"""
    tenant = request.app.state.graph.directory.tenant(caller.tenant_id)
    item = _organization(tenant)
    return JSONResponse(collection(request, "organization", [selected(item, read_query(request).select, tuple(item))]))


def _visible(user: User, caller: Caller, select: tuple[str, ...]) -> dict:
    item = selected(user_json(user), select, DEFAULT_PROPERTIES)
    if (caller.roles | caller.scopes).isdisjoint((*_READ_USERS, *_READ_SCOPES)):
        return {name: value for name, value in item.items() if name in _BASIC}
    return item


def user_json(user: User) -> dict:
    """A user as Graph lays it out."""
    return {
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": user.given_name,
        "jobTitle": user.job_title,
        "mail": user.user_principal_name,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": user.surname,
        "userPrincipalName": user.user_principal_name,
        "id": user.id,
        "accountEnabled": True,
        "userType": "Member",
    }


def _organization(tenant: Tenant) -> dict:
    return {
        "id": tenant.id,
        "createdDateTime": timestamp(tenant.created),
        "displayName": tenant.display_name,
        "tenantType": "AAD",
        "verifiedDomains": [
            {"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": default, "isInitial": not default}
            | {"name": name, "type": "Managed"}
            for name, default in ((tenant.initial_domain, False), (tenant.default_domain, True))
        ],
    }
