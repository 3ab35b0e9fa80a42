"""``/me``: the person who signed in.

https://learn.microsoft.com/graph/api/user-get, user-list-memberof and, for the claims challenge,
https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

import base64
import json
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..directory.objects import User, pairwise_subject
from .access import signed_in_user
from .bearer import Caller
from .errors import invalid_token
from .query import collection, entity, read_query, selected
from .users import DEFAULT_PROPERTIES, user_json

# The template of the directory role "Global Administrator", the same in every tenant.
_GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"

# The authentication context that the sign-in activity asks for.
CONTEXT = "c1"


@signed_in_user("User.Read", "User.Read.All", "User.ReadBasic.All")
async def me(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me``"""
    item = selected(user_json(user), read_query(request).select, DEFAULT_PROPERTIES)
    return JSONResponse(entity(request, "users", item))


@signed_in_user("User.Read", "User.Read.All", "Directory.Read.All")
async def member_of(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me/memberOf``: the directory roles of the person; the practice tenant has no groups"""
    role = {
        "@odata.type": "#microsoft.graph.directoryRole",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{caller.tenant_id}/{_GLOBAL_ADMINISTRATOR}")),
        "displayName": "Global Administrator",
        "roleTemplateId": _GLOBAL_ADMINISTRATOR,
    }
    return JSONResponse(collection(request, "directoryObjects", [role] if user.administrator else []))


@signed_in_user("User.Read")
async def sign_in_activity(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me/signInActivity``: wants a stronger sign-in, and says so in a claims challenge"""
    if CONTEXT not in caller.contexts:
        raise insufficient_claims()
    return JSONResponse(entity(request, "users", {"id": user.id, "authenticationContext": CONTEXT}))


@signed_in_user("openid")
async def user_info(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET`` or ``POST /oidc/userinfo``: who signed in, as the ID token says it (OpenID Connect Core section 5.3)"""
    client = request.app.state.graph.directory.application(app_id=caller.app_id)
    body = {"sub": pairwise_subject(user, client)}
    if "profile" in caller.scopes:
        body |= {"name": user.display_name, "given_name": user.given_name, "family_name": user.surname}
    if "email" in caller.scopes:
        body["email"] = user.user_principal_name
    return JSONResponse(body)


def insufficient_claims():
    """401 with the claims that the next token has to have (``insufficient_claims``)."""
    claims = {"access_token": {"acrs": {"essential": True, "value": CONTEXT}}}
    encoded = base64.b64encode(json.dumps(claims).encode()).decode()
    error = invalid_token("TokenNotFound: User is not found in token cache or a stronger sign-in is needed.")
    error.headers["WWW-Authenticate"] = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        f'error="insufficient_claims", claims="{encoded}"'
    )
    return error
