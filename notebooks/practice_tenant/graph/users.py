"""``/users``, ``/me`` and ``/organization``.

https://learn.microsoft.com/graph/api/user-list, user-get, user-list-memberof, organization-list and, for the claims
challenge, https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

import base64
import json
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..directory.objects import Tenant, User, pairwise_subject
from ..timestamps import timestamp
from .access import allowed, signed_in_user
from .bearer import Caller
from .errors import GraphError, invalid_token
from .requests import collection, entity, find_user, read_query, selected

_READ_USERS = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All")
_READ_BASIC_USERS = ("User.ReadBasic.All", *_READ_USERS)
_READ_SCOPES = ("User.Read.All", "Directory.Read.All")
_READ_BASIC_SCOPES = ("User.ReadBasic.All", *_READ_SCOPES)
_READ_ORGANIZATION = ("Organization.Read.All", "Directory.Read.All")

_DEFAULT_PROPERTIES = (
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
# User.ReadBasic.All shows these properties alone.
_BASIC = frozenset({"displayName", "givenName", "mail", "surname", "userPrincipalName", "id"})


# The template of the directory role "Global Administrator", the same in every tenant.
_GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"

# The authentication context that /me/signInActivity requires.
CONTEXT = "c1"


@allowed(roles=_READ_BASIC_USERS, scopes=_READ_BASIC_SCOPES)
async def list_users(request: Request, caller: Caller) -> JSONResponse:
    """``GET /users``"""
    query = read_query(request, filterable=("userPrincipalName", "displayName"))
    directory = request.app.state.graph.directory
    if query.equals:
        name, wanted = query.equals
        found = [user for user in directory.users(caller.tenant_id, limit=-1) if _user_json(user)[name] == wanted]
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


@signed_in_user("User.Read", "User.Read.All", "User.ReadBasic.All")
async def me(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me``"""
    item = selected(_user_json(user), read_query(request).select, _DEFAULT_PROPERTIES)
    return JSONResponse(entity(request, "users", item))


@signed_in_user("User.Read", "User.Read.All", "Directory.Read.All")
async def member_of(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me/memberOf``: the user's directory roles; the practice tenant has no groups"""
    role = {
        "@odata.type": "#microsoft.graph.directoryRole",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{caller.tenant_id}/{_GLOBAL_ADMINISTRATOR}")),
        "displayName": "Global Administrator",
        "roleTemplateId": _GLOBAL_ADMINISTRATOR,
    }
    return JSONResponse(collection(request, "directoryObjects", [role] if user.administrator else []))


@signed_in_user("User.Read")
async def sign_in_activity(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me/signInActivity``: requires a stronger sign-in, by a claims challenge"""
    if CONTEXT not in caller.contexts:
        raise _insufficient_claims()
    return JSONResponse(entity(request, "users", {"id": user.id, "authenticationContext": CONTEXT}))


@signed_in_user("openid")
async def user_info(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET`` or ``POST /oidc/userinfo``: the signed-in user, with the ID token's claims (OIDC Core section 5.3)"""
    client = request.app.state.graph.directory.application(app_id=caller.app_id)
    body = {"sub": pairwise_subject(user, client)}
    if "profile" in caller.scopes:
        body |= {"name": user.display_name, "given_name": user.given_name, "family_name": user.surname}
    if "email" in caller.scopes:
        body["email"] = user.user_principal_name
    return JSONResponse(body)


@allowed(roles=_READ_ORGANIZATION, scopes=("User.Read", "Directory.Read.All"))
async def list_organization(request: Request, caller: Caller) -> JSONResponse:
    """``GET /organization``: the caller's tenant, as a collection of one"""
    tenant = request.app.state.graph.directory.tenant(caller.tenant_id)
    item = _organization(tenant)
    return JSONResponse(collection(request, "organization", [selected(item, read_query(request).select, tuple(item))]))


def _visible(user: User, caller: Caller, select: tuple[str, ...]) -> dict:
    item = selected(_user_json(user), select, _DEFAULT_PROPERTIES)
    if (caller.roles | caller.scopes).isdisjoint((*_READ_USERS, *_READ_SCOPES)):
        return {name: value for name, value in item.items() if name in _BASIC}
    return item


def _user_json(user: User) -> dict:
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


def _insufficient_claims() -> GraphError:
    # A claims challenge: the claims that the next token needs.
    claims = {"access_token": {"acrs": {"essential": True, "value": CONTEXT}}}
    encoded = base64.b64encode(json.dumps(claims).encode()).decode()
    error = invalid_token("TokenNotFound: User is not found in token cache or a stronger sign-in is needed.")
    error.headers["WWW-Authenticate"] = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        f'error="insufficient_claims", claims="{encoded}"'
    )
    return error
