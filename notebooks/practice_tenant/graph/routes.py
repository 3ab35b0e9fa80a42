"""The API's paths, and what each handler needs."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route, Router

from .. import damage
from ..directory.damaged import Damaged, unusable
from ..directory.store import Directory
from ..hosts import Face
from . import (
    application_update,
    applications,
    assignments,
    federated_credentials,
    key_credentials,
    me,
    service_principals,
    users,
)
from .access import authenticate
from .errors import GraphError, render
from .keys import PublishedKeys


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What the handlers share. ``keys`` gives the published keys of a face; ``clock`` seconds since the epoch."""

    directory: Directory
    keys: Callable[[Face], PublishedKeys]
    clock: Callable[[], float]


def application(graph: Graph) -> Starlette:
    """The API as an ASGI application; ``scope["state"]["face"]`` says which face is asked."""
    version_1 = [
        Route("/me", me.me),
        Route("/me/memberOf", me.member_of),
        Route("/me/signInActivity", me.sign_in_activity),
        Route("/users", users.list_users),
        Route("/users/{id}", users.get_user),
        Route("/organization", users.list_organization),
        Route("/applications", applications.list_applications),
        Route("/applications", applications.create_application, methods=["POST"]),
        Route("/applications/{id}", applications.get_application),
        Route("/applications/{id}", application_update.update_application, methods=["PATCH"]),
        Route("/applications/{id}/addKey", key_credentials.add_key, methods=["POST"]),
        Route("/applications/{id}/removeKey", key_credentials.remove_key, methods=["POST"]),
        Route("/applications/{id}/addPassword", applications.add_password, methods=["POST"]),
        Route("/applications/{id}/removePassword", applications.remove_password, methods=["POST"]),
        *_federated_credentials(),
        Route("/servicePrincipals", service_principals.list_service_principals),
        Route("/servicePrincipals", service_principals.create_service_principal, methods=["POST"]),
        Route("/servicePrincipals/{id}", service_principals.get_service_principal),
        Route("/servicePrincipals/{id}", service_principals.update_service_principal, methods=["PATCH"]),
        *_assignments(),
    ]
    app = Starlette(
        routes=[
            Route("/oidc/userinfo", me.user_info, methods=["GET", "POST"]),
            Mount("/v1.0", app=Router(version_1, redirect_slashes=False)),
        ],
        exception_handlers=damage.handlers(graph.directory, busy) | {GraphError: refuse, HTTPException: unknown_path},
    )
    app.router.redirect_slashes = False
    app.state.graph = graph
    return app


def _federated_credentials() -> tuple[Route, ...]:
    of_app = "/applications/{id}/federatedIdentityCredentials"
    one = of_app + "/{credential}"
    return (
        Route(of_app, federated_credentials.list_federated_credentials),
        Route(of_app, federated_credentials.create_federated_credential, methods=["POST"]),
        Route(one, federated_credentials.get_federated_credential),
        Route(one, federated_credentials.update_federated_credential, methods=["PATCH"]),
        Route(one, federated_credentials.delete_federated_credential, methods=["DELETE"]),
    )


def _assignments() -> tuple[Route, ...]:
    of_app = "/servicePrincipals/{id}/appRoleAssignments"
    to_app = "/servicePrincipals/{id}/appRoleAssignedTo"
    of_user = "/users/{id}/appRoleAssignments"
    return (
        Route(of_app, assignments.list_of_principal),
        Route(of_app, assignments.assign_principal, methods=["POST"]),
        Route(of_app + "/{assignment}", assignments.delete_of_principal, methods=["DELETE"]),
        Route(to_app, assignments.list_assigned_to),
        Route(to_app, assignments.assign_to, methods=["POST"]),
        Route(to_app + "/{assignment}", assignments.delete_assigned_to, methods=["DELETE"]),
        Route(of_user, assignments.list_of_user),
        Route(of_user, assignments.assign_user, methods=["POST"]),
        Route(of_user + "/{assignment}", assignments.delete_of_user, methods=["DELETE"]),
    )


async def refuse(request: Request, error: GraphError) -> JSONResponse:
    """The one renderer of the API's errors."""
    return render(error, request, request.app.state.graph.clock())


async def busy(request: Request, error: sqlite3.OperationalError) -> JSONResponse:
    """Another process holds the state file, or the disk is full: it may pass. Or the file is damaged."""
    if isinstance(error, Damaged):
        return await refuse(request, GraphError(500, "generalException", unusable(error)))
    # The second sentence is the practice tenant's own: whoever reads it can do something about a full disk.
    sentence = f"The service isn't available. Try the request again after a delay. {unusable(error)}".strip()
    return await refuse(request, GraphError(503, "serviceNotAvailable", sentence, headers={"Retry-After": "5"}))


async def unknown_path(request: Request, error: HTTPException) -> JSONResponse:
    """A path or method that the practice tenant's Graph doesn't have; who has no token learns that first."""
    try:
        await authenticate(request)
    except GraphError as refused:
        return await refuse(request, refused)
    if error.status_code == 405:
        missing = GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    else:
        path = request.url.path
        segment = path[path.rstrip("/").rfind("/") + 1 :][:80]
        missing = GraphError(
            400,
            "BadRequest",
            f"Resource not found for the segment '{segment}'. The practice tenant has a part of Graph.",
        )
    missing.headers |= error.headers or {}
    return await refuse(request, missing)
