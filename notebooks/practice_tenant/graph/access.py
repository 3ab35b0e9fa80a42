"""Authentication and authorization of callers.

An app on its own behalf needs one of a route's app roles. An app that acts for a signed-in user needs one of its scopes.
Both are compared as whole words, and neither implies the other.
https://learn.microsoft.com/graph/permissions-reference
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from ..directory.objects import User
from .bearer import Caller, token_of, verify
from .errors import GraphError, bad_request, forbidden, invalid_token

Handler = Callable[[Request, Caller], Awaitable[Response]]
Guard = Callable[[Handler], Callable[[Request], Awaitable[Response]]]


def allowed(*, roles: tuple[str, ...] = (), scopes: tuple[str, ...] = ()) -> Guard:
    """Decorate a handler: it requires one of ``roles`` of an app, one of ``scopes`` of a user's app."""

    def decorate(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        @wraps(handler)
        async def guarded(request: Request) -> Response:
            caller = await authenticate(request)
            held, wanted = (caller.roles, roles) if caller.app_only else (caller.scopes, scopes)
            if held.isdisjoint(wanted):
                raise forbidden()
            if request.method not in ("GET", "HEAD") and request.query_params:
                raise bad_request(f"The practice tenant has no query options for {request.method} here.")
            return await handler(request, caller)

        return guarded

    return decorate


def app_role(*any_of: str) -> Guard:
    """Decorate a handler: it requires an app whose token has one of these ``roles``."""
    return allowed(roles=any_of)


def signed_in_user(*any_of: str) -> Callable:
    """Decorate a handler: it requires a signed-in user and one of these scopes, and gets the user.

    An app on its own behalf gets Graph's 400.
    """

    def decorate(handler: Callable) -> Callable[[Request], Awaitable[Response]]:
        @wraps(handler)
        async def guarded(request: Request) -> Response:
            caller = await authenticate(request)
            if caller.app_only:
                raise bad_request(
                    "Current authenticated context is not valid for this request. This occurs when a request is made "
                    "to an endpoint that requires user sign-in. For example, /me requires a signed-in user. Acquire a "
                    "token using the authorization code flow to sign in a user.",
                    "BadRequest",
                )
            if caller.scopes.isdisjoint(any_of):
                raise forbidden()
            return await handler(request, caller, _user(request, caller))

        return guarded

    return decorate


def _user(request: Request, caller: Caller) -> User:
    user = request.app.state.graph.directory.user(caller.tenant_id, caller.object_id)
    if user is None:
        raise invalid_token("The identity of the calling user could not be established.")
    return user


async def authenticate(request: Request) -> Caller:
    """Verify a request's caller.

    Raises:
        GraphError: 401 without a valid token, 403 for an app that isn't in the tenant.
    """
    graph = request.app.state.graph
    face = request.state.face
    keys = graph.keys(face)
    caller = await verify(
        token_of(request),
        keys=keys,
        issuer=face.issuer,
        audiences=face.cloud.graph_audiences,
        now=graph.clock(),
    )
    principal = graph.directory.service_principal(caller.tenant_id, app_id=caller.app_id)
    if principal is None or (caller.app_only and principal.id != caller.object_id):
        raise GraphError(
            403, "Authorization_IdentityNotFound", "The identity of the calling application could not be established."
        )
    request.state.client_id = caller.app_id
    return caller
