"""The pages' paths, and the pages for errors."""

import time
import uuid

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import failures
from ..pages.page import page
from ..paths import in_any_case
from . import device_flow, form_token, interaction
from .errors import AuthorityError, describe
from .logout import logout
from .portal import routes as portal_routes
from .service import Authority


def pages(authority: Authority, *, portal: bool) -> Starlette:
    """The pages that a browser opens, as an ASGI application.

    Args:
        portal: whether to serve the portal; only the tenant's owner should see it.
    """
    app = Starlette(
        routes=[
            Route("/", home),
            Route("/{tenant}/oauth2/v2.0/authorize", interaction.authorize, methods=["GET", "POST"]),
            Route("/{tenant}/oauth2/v2.0/login", interaction.login, methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/consent", interaction.decide, methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/logout", logout),
            Route("/devicelogin", device_flow.enter_code),
            Route("/devicelogin", interaction.code_entered, methods=["POST"]),
            Route("/login", interaction.login, methods=["POST"]),
            Route("/consent", interaction.decide, methods=["POST"]),
            *(portal_routes() if portal else ()),
        ],
        exception_handlers=failures.handlers(unavailable_page)
        | {
            AuthorityError: error_page,
            form_token.Forbidden: forbidden_page,
            HTTPException: missing_page,
        },
    )
    in_any_case(app.routes)
    # No redirect for an extra slash: it would name the Host, and lose the path of a hub's proxy.
    app.router.redirect_slashes = False
    app.state.authority = authority
    return app


async def home(request: Request) -> Response:
    """``GET /``: a description of the server"""
    sentences = ["Its authorization server and its API answer on the HTTPS port."]
    return page("message", heading="Practice tenant", sentences=sentences)


async def error_page(request: Request, error: AuthorityError) -> Response:
    """An error that must not be redirected to an app."""
    now = request.app.state.authority.clock()
    timestamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    details = [("Request Id", str(uuid.uuid4())), ("Timestamp", timestamp), ("Message", f"AADSTS{error.code}")]
    return page("error", status=error.status, description=describe(error), details=details)


async def forbidden_page(request: Request, error: Exception) -> Response:
    """A step of a sign-in that another page sent, or that was sent twice."""
    sentences = ["This step was done before, took too long, or came from another page. Start again in your app."]
    return page("message", status=403, heading="This step can't be done", sentences=sentences)


async def unavailable_page(request: Request, status: int, sentence: str, headers: dict[str, str]) -> Response:
    """The answer where a handler raised; ``failures`` says why."""
    if status == 503:
        answer = page("message", status=status, heading="Try again", sentences=[sentence, "Try again soon."])
    else:
        answer = page("message", status=status, heading="Something went wrong", sentences=[sentence])
    answer.headers.update(headers)
    return answer


async def missing_page(request: Request, error: HTTPException) -> Response:
    """No such page. Plain HTTP serves pages only, never tokens."""
    return page("message", status=error.status_code, heading="No such page", sentences=["There is nothing here."])
