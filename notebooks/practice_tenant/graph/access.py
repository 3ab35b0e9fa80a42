"""What a caller must be allowed to do before a handler runs.

As no user is there, the API checks that the app itself was granted a permission: one of the roles a route names, as a
whole word. https://learn.microsoft.com/graph/permissions-reference
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from .bearer import Caller, token_of, verify
from .errors import GraphError, bad_request, forbidden

Handler = Callable[[Request, Caller], Awaitable[Response]]


def app_role(*any_of: str) -> Callable[[Handler], Callable[[Request], Awaitable[Response]]]:
    """Let a handler run only for an app whose token has one of these ``roles``."""

    def decorate(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        @wraps(handler)
        async def guarded(request: Request) -> Response:
            caller = await authenticate(request)
            if not caller.app_only or caller.roles.isdisjoint(any_of):
                raise forbidden()
            return await handler(request, caller)

        return guarded

    return decorate


def signed_in_user(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Let a handler run only when a user signed in; an app on its own behalf is told what is missing."""

    @wraps(handler)
    async def guarded(request: Request) -> Response:
        caller = await authenticate(request)
        if caller.app_only:
            raise bad_request(
                "Current authenticated context is not valid for this request. This occurs when a request is made to "
                "an endpoint that requires user sign-in. For example, /me requires a signed-in user. Acquire a token "
                "using the authorization code flow to sign in a user.",
                "BadRequest",
            )
        return await handler(request, caller)

    return guarded


async def authenticate(request: Request) -> Caller:
    """The verified caller of a request.

    Raises:
        GraphError: 401 without a token that can be accepted, 403 if the app that calls isn't in the tenant.
    """
    graph = request.app.state.graph
    face = request.state.face
    keys = graph.keys(face)
    caller = await verify(token_of(request), keys=keys, issuer=face.issuer, now=graph.clock())
    principal = graph.directory.service_principal(caller.tenant_id, app_id=caller.app_id)
    if principal is None or (caller.app_only and principal.id != caller.object_id):
        raise GraphError(
            403, "Authorization_IdentityNotFound", "The identity of the calling application could not be established."
        )
    return caller
