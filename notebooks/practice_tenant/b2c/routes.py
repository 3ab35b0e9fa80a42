"""The paths of Azure AD B2C and their handlers, and the answers to errors."""

import time
import uuid

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import failures
from ..authority import form_token
from ..authority import page_routes as authority_pages
from ..authority.errors import AuthorityError
from ..authority.logout import logout
from ..authority.service import Authority
from ..json_http import JsonAnswer
from ..pages.page import page
from ..paths import in_any_case
from . import sign_in
from .errors import B2CError, describe, render
from .tokens import token
from .user_flow import UnknownUserFlow, configuration, published_keys, user_flow_of

_PUBLIC = {"Cache-Control": "max-age=86400, private", "Access-Control-Allow-Origin": "*"}
_PATHS = ("/{tenant}/{policy}", "/tfp/{tenant}/{policy}")
# The answer of the web server before B2C for an unknown tenant or user flow.
_NOT_FOUND = "The resource you are looking for has been removed, had its name changed, or is temporarily unavailable."


def application(authority: Authority) -> Starlette:
    """Metadata, keys and the token endpoint as an ASGI application."""
    routes = [
        route
        for path in _PATHS
        for route in (
            Route(f"{path}/v2.0/.well-known/openid-configuration", metadata),
            Route(f"{path}/discovery/v2.0/keys", keys),
            Route(f"{path}/oauth2/v2.0/token", token, methods=["POST"]),
        )
    ]
    return _application(
        authority,
        routes,
        failures.handlers(unavailable) | {B2CError: refuse, AuthorityError: malformed, UnknownUserFlow: not_found},
    )


def pages(authority: Authority) -> Starlette:
    """The pages that a browser opens, as an ASGI application."""
    routes = [
        route
        for path in _PATHS
        for route in (
            Route(f"{path}/oauth2/v2.0/authorize", sign_in.authorize, methods=["GET", "POST"]),
            Route(f"{path}/oauth2/v2.0/login", sign_in.login, methods=["POST"]),
            Route(f"{path}/oauth2/v2.0/logout", sign_out),
        )
    ]
    return _application(
        authority,
        routes,
        failures.handlers(authority_pages.unavailable_page)
        | {
            B2CError: error_page,
            AuthorityError: malformed_page,
            UnknownUserFlow: not_found,
            form_token.Forbidden: authority_pages.forbidden_page,
        },
    )


def _application(authority: Authority, routes: list[Route], handlers: dict) -> Starlette:
    app = Starlette(routes=routes, exception_handlers=handlers | {HTTPException: other})
    in_any_case(app.routes)
    app.router.redirect_slashes = False
    app.state.authority = authority
    return app


async def metadata(request: Request) -> JsonAnswer:
    """``GET /{tenant}/{user flow}/v2.0/.well-known/openid-configuration``"""
    return JsonAnswer(configuration(user_flow_of(request)), headers=_PUBLIC)


async def keys(request: Request) -> JsonAnswer:
    """``GET /{tenant}/{user flow}/discovery/v2.0/keys``"""
    user_flow_of(request)
    return JsonAnswer(published_keys(request.app.state.authority.signing_keys), headers=_PUBLIC)


async def sign_out(request: Request) -> Response:
    """``GET /{tenant}/{user flow}/oauth2/v2.0/logout``"""
    user_flow_of(request)
    return await logout(request)


async def refuse(request: Request, error: B2CError) -> JsonAnswer:
    """The one renderer of B2C's errors."""
    return render(error, request.app.state.authority.clock())


async def malformed(request: Request, error: AuthorityError) -> JsonAnswer:
    """A form that can't be parsed, or two credentials at once; B2C has no AADSTS codes."""
    refused = B2CError(90122, status=error.status, name="the form")
    return render(refused, request.app.state.authority.clock(), error.headers)


async def unavailable(request: Request, status: int, sentence: str, headers: dict[str, str]) -> JsonAnswer:
    """The answer where a handler raised; ``failures`` says why."""
    refused = B2CError(90035, status=status) if status == 503 else B2CError(90063, status=status, sentence=sentence)
    return render(refused, request.app.state.authority.clock(), headers)


def fault(status: int, headers: dict[str, str], request: Request, now: float) -> JsonAnswer:
    """The answer of an injected fault."""
    return render(B2CError(90244 if status == 429 else 90035, status=status), now, headers)


async def error_page(request: Request, error: B2CError) -> Response:
    """An error that must not be redirected to an app."""
    now = request.app.state.authority.clock()
    timestamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now))
    details = [("Correlation ID", str(uuid.uuid4())), ("Timestamp", timestamp)]
    return page("error", status=error.status, description=describe(error), details=details)


async def malformed_page(request: Request, error: AuthorityError) -> Response:
    """A request that can't be parsed."""
    return await error_page(request, B2CError(90122, status=error.status, name="the request"))


async def not_found(request: Request, error: Exception) -> Response:
    """No such tenant or user flow."""
    return Response(_NOT_FOUND, 404, headers={"Cache-Control": "no-store"}, media_type="text/html")


async def other(request: Request, error: HTTPException) -> Response:
    """An unknown path or method."""
    headers = {"Cache-Control": "no-store"} | (error.headers or {})
    return Response(_NOT_FOUND, error.status_code, headers=headers, media_type="text/html")
