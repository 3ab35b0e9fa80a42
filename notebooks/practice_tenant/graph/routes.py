"""The API's paths, and the objects that its handlers share."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from .. import failures
from ..directory.store import Directory
from ..hosts import Face
from ..paths import in_any_case
from . import (
    applications,
    credentials,
    federated_credentials,
    groups,
    service_principals,
    users,
)
from .access import authenticate
from .bearer import PublishedKeys
from .errors import GraphError, render


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Objects that the handlers share. ``keys`` gives the published keys of a face, ``clock`` seconds since the epoch."""

    directory: Directory
    keys: Callable[[Face], PublishedKeys]
    clock: Callable[[], float]


class KeysInParentheses:
    """Middleware that takes an object's key in parentheses, OData's own form, as a segment of the path.

    ``/users('…')`` means ``/users/…``. ``/applications(appId='…')`` keeps its parentheses, so that no ID looks like it.
    """

    _KEY = re.compile(r"/(\w+)\((?:'([^'/]*)'|([A-Za-z]+='[^'/]*'))\)(?=/|$)")

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the path that the routes have."""
        if "(" in scope.get("path", ""):
            path = self._KEY.sub(lambda match: f"/{match[1]}/{match[2] or f'({match[3]})'}", scope["path"])
            scope = scope | {"path": path}
        await self.app(scope, receive, send)


def application(graph: Graph) -> Starlette:
    """The API as an ASGI application; ``scope["state"]["face"]`` is the face that a request came to."""
    federated = "/applications/{id}/federatedIdentityCredentials"
    assignments = "/servicePrincipals/{id}/appRoleAssignments"
    version_1 = [
        Route("/me", users.me),
        Route("/me/memberOf", groups.member_of),
        Route("/me/signInActivity", users.sign_in_activity),
        Route("/users", users.list_users),
        Route("/users/$count", users.count_users),
        Route("/users/{id}", users.get_user),
        Route("/users/{id}/memberOf", groups.member_of_user),
        Route("/groups", groups.list_groups),
        Route("/groups/$count", groups.count_groups),
        Route("/groups/{id}", groups.get_group),
        Route("/groups/{id}/members", groups.list_members),
        Route("/organization", users.list_organization),
        Route("/applications", applications.list_applications),
        Route("/applications/$count", applications.count_applications),
        Route("/applications", applications.create_application, methods=["POST"]),
        Route("/applications/{id}", applications.get_application),
        Route("/applications/{id}", applications.update_application, methods=["PATCH"]),
        Route("/applications/{id}", applications.delete_application, methods=["DELETE"]),
        Route("/applications/{id}/addPassword", credentials.add_password, methods=["POST"]),
        Route("/applications/{id}/removePassword", credentials.remove_password, methods=["POST"]),
        Route(federated, federated_credentials.list_federated_credentials),
        Route(federated, federated_credentials.create_federated_credential, methods=["POST"]),
        Route(federated + "/{credential}", federated_credentials.get_federated_credential),
        Route(federated + "/{credential}", federated_credentials.update_federated_credential, methods=["PATCH"]),
        Route(federated + "/{credential}", federated_credentials.delete_federated_credential, methods=["DELETE"]),
        Route("/servicePrincipals", service_principals.list_service_principals),
        Route("/servicePrincipals", service_principals.create_service_principal, methods=["POST"]),
        Route("/servicePrincipals/$count", service_principals.count_service_principals),
        Route("/servicePrincipals/{id}", service_principals.get_service_principal),
        Route("/servicePrincipals/{id}", service_principals.update_service_principal, methods=["PATCH"]),
        Route(assignments, service_principals.list_assignments),
        Route(assignments, service_principals.create_assignment, methods=["POST"]),
        Route(assignments + "/{assignment}", service_principals.delete_assignment, methods=["DELETE"]),
    ]
    app = Starlette(
        routes=[
            Route("/oidc/userinfo", users.user_info, methods=["GET", "POST"]),
            Mount("/v1.0", app=Router(version_1, redirect_slashes=False)),
        ],
        middleware=[Middleware(KeysInParentheses)],
        exception_handlers=failures.handlers(unavailable) | {GraphError: refuse, HTTPException: unknown_path},
    )
    in_any_case(app.routes)
    app.router.redirect_slashes = False
    app.state.graph = graph
    return app


async def refuse(request: Request, error: GraphError) -> JSONResponse:
    """The one renderer of the API's errors."""
    return render(error, request, request.app.state.graph.clock())


async def unavailable(request: Request, status: int, sentence: str, headers: dict[str, str]) -> JSONResponse:
    """The answer where a handler raised; ``failures`` says why."""
    if status == 500:
        return await refuse(request, GraphError(500, "generalException", sentence, headers=headers))
    # The second sentence is the practice tenant's own: its reader can do something about a full disk.
    message = f"The service isn't available. Try the request again after a delay. {sentence}"
    return await refuse(request, GraphError(status, "serviceNotAvailable", message, headers=headers))


async def unknown_path(request: Request, error: HTTPException) -> JSONResponse:
    """Refuse a path or method that the practice tenant's Graph doesn't have; a missing token comes first."""
    try:
        await authenticate(request)
    except GraphError as refused:
        return await refuse(request, refused)
    if error.status_code == 405:
        sentence = (
            "Specified HTTP method is not allowed for the request target. "
            f"The practice tenant has no {request.method} here."
        )
        missing = GraphError(405, "Request_BadRequest", sentence)
    else:
        path = request.url.path
        segment = path[path.rfind("/") + 1 :][:80]
        missing = GraphError(
            400,
            "BadRequest",
            f"Resource not found for the segment '{segment}'. The practice tenant has no such path; it has a part of Graph.",
        )
    missing.headers |= error.headers or {}
    return await refuse(request, missing)
