"""``/users``, ``/me`` and ``/organization``.

https://learn.microsoft.com/graph/api/user-list, user-get, organization-list and, for the claims
challenge, https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

import base64
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from ..directory.objects import Tenant, User, pairwise_subject
from ..timestamps import timestamp
from .access import allowed, signed_in_user
from .bearer import Caller
from .errors import GraphError, invalid_token
from .filter import Kind
from .query import count_of, read_query, read_select
from .requests import entity, find_user, page_of, selected

READ_USERS = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All")
_READ_BASIC_USERS = ("User.ReadBasic.All", *READ_USERS)
READ_SCOPES = ("User.Read.All", "Directory.Read.All")
_READ_BASIC_SCOPES = ("User.ReadBasic.All", *READ_SCOPES)
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
_NAMES = ("displayName", "givenName", "mail", "surname", "userPrincipalName")
USER = Kind(
    name="user",
    properties=(*_DEFAULT_PROPERTIES, "accountEnabled", "userType"),
    texts=(*_NAMES, "jobTitle"),
    values=("accountEnabled", "id", "userType"),
    ends=("mail", "userPrincipalName"),
    sorted=("displayName", "userPrincipalName"),
    searched=_NAMES,
)
_ORGANIZATION = Kind(
    name="organization", properties=("id", "createdDateTime", "displayName", "tenantType", "verifiedDomains")
)
_ACTIVITY = Kind(name="signInActivity", properties=("id", "authenticationContext"))
# User.ReadBasic.All shows these properties alone.
_BASIC = frozenset({"displayName", "givenName", "mail", "surname", "userPrincipalName", "id"})


# The authentication context that /me/signInActivity requires.
CONTEXT = "c1"


@allowed(roles=_READ_BASIC_USERS, scopes=_READ_BASIC_SCOPES)
async def list_users(request: Request, caller: Caller) -> JSONResponse:
    """``GET /users``"""
    query = read_query(request, USER)

    def show(item: dict) -> dict:
        return visible(item, caller, query.select)

    return JSONResponse(page_of(request, "users", _users(request, caller), query, show))


@allowed(roles=_READ_BASIC_USERS, scopes=_READ_BASIC_SCOPES)
async def count_users(request: Request, caller: Caller) -> PlainTextResponse:
    """``GET /users/$count``"""
    return count_of(request, USER, _users(request, caller))


@allowed(roles=_READ_BASIC_USERS, scopes=_READ_BASIC_SCOPES)
async def get_user(request: Request, caller: Caller) -> JSONResponse:
    """``GET /users/{id or userPrincipalName}``"""
    user, select = find_user(request, caller), read_select(request, USER)
    return JSONResponse(entity(request, "users", visible(user_json(user), caller, select)))


@signed_in_user("User.Read", "User.Read.All", "User.ReadBasic.All")
async def me(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me``"""
    item = selected(user_json(user), read_select(request, USER), _DEFAULT_PROPERTIES)
    return JSONResponse(entity(request, "users", item))


@signed_in_user("User.Read")
async def sign_in_activity(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me/signInActivity``: requires a stronger sign-in, by a claims challenge"""
    if CONTEXT not in caller.contexts:
        raise _insufficient_claims()
    item = {"id": user.id, "authenticationContext": CONTEXT}
    return JSONResponse(entity(request, "users", selected(item, read_select(request, _ACTIVITY), tuple(item))))


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
    query = read_query(request, _ORGANIZATION)
    return JSONResponse(page_of(request, "organization", [_organization(tenant)], query))


def _users(request: Request, caller: Caller) -> list[dict]:
    return [user_json(user) for user in request.app.state.graph.directory.users(caller.tenant_id)]


def visible(item: dict, caller: Caller, select: tuple[str, ...]) -> dict:
    """The properties of a user that a caller's permissions show."""
    item = selected(item, select, _DEFAULT_PROPERTIES)
    if (caller.roles | caller.scopes).isdisjoint((*READ_USERS, *READ_SCOPES)):
        return {name: value for name, value in item.items() if name in _BASIC}
    return item


def user_json(user: User) -> dict:
    """A user as Graph lays it out, with every property that the practice tenant has."""
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
