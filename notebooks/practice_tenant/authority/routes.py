"""The authorization server's paths and their handlers, and the answers to errors."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from .. import failures
from ..json_http import JsonAnswer
from ..paths import in_any_case
from . import discovery, instance_metadata
from .device_flow import device_authorization
from .errors import NO_STORE, AuthorityError, clean, render
from .service import Authority
from .token import token

# Entra lets clients keep its public documents for a day.
_PUBLIC = {"Cache-Control": "max-age=86400, private", "Access-Control-Allow-Origin": "*"}


def application(authority: Authority) -> Starlette:
    """The authorization server as an ASGI application; ``scope["state"]["face"]`` is the face of the request."""
    app = Starlette(
        routes=[
            # The most frequent path comes first. An empty list matches every method, even unknown ones: the handlers
            # check it.
            Route("/{tenant}/oauth2/v2.0/token", token, methods=[]),
            Route("/common/discovery/instance", instance),
            Route("/{tenant}/v2.0/.well-known/openid-configuration", configuration_v2),
            Route("/{tenant}/discovery/v2.0/keys", keys),
            Route("/{tenant}/discovery/keys", keys),
            Route("/{tenant}/oauth2/v2.0/devicecode", device_authorization, methods=[]),
            Route("/common/userrealm/{user}", user_realm),
        ],
        exception_handlers=failures.handlers(unavailable) | {AuthorityError: refuse, HTTPException: not_found},
    )
    in_any_case(app.routes)
    app.router.redirect_slashes = False
    app.state.authority = authority
    return app


def metadata(authority: Authority) -> Starlette:
    """The instance metadata service of an Azure machine, as an ASGI application."""
    app = Starlette(
        routes=[Route("/metadata/identity/oauth2/token", instance_metadata.identity_token)],
        exception_handlers=failures.handlers(instance_metadata.unavailable)
        | {
            instance_metadata.MetadataError: instance_metadata.refuse,
            HTTPException: instance_metadata.not_found,
        },
    )
    app.router.redirect_slashes = False
    app.state.authority = authority
    return app


async def user_realm(request: Request) -> JsonAnswer:
    """``GET /common/userrealm/{user}``: which server checks a person's password; here always the authority itself"""
    name = request.path_params["user"]
    body = {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": name.rpartition("@")[2],
        "cloud_instance_name": request.state.face.cloud.instance_name,
        "cloud_audience_urn": request.state.face.cloud.audience_urn,
    }
    return JsonAnswer(body, headers=NO_STORE)


async def configuration_v2(request: Request) -> JsonAnswer:
    """``GET /{tenant}/v2.0/.well-known/openid-configuration``"""
    directory, tenant = request.app.state.authority.directory, request.path_params["tenant"]
    return JsonAnswer(discovery.openid_configuration(directory, request.state.face, tenant), headers=_PUBLIC)


async def keys(request: Request) -> JsonAnswer:
    """``GET /{tenant}/discovery/v2.0/keys``"""
    authority, tenant = request.app.state.authority, request.path_params["tenant"]
    configuration = discovery.openid_configuration(authority.directory, request.state.face, tenant)
    # For a domain name, the path of the keys has the tenant's GUID.
    segment = configuration["jwks_uri"].removeprefix(request.state.face.login).split("/")[1]
    return JsonAnswer(discovery.keys(authority.signing_keys, request.state.face, segment), headers=_PUBLIC)


async def instance(request: Request) -> JsonAnswer:
    """``GET /common/discovery/instance``"""
    authority = request.app.state.authority
    body = discovery.instance_discovery(authority.directory, request.state.face, dict(request.query_params))
    return JsonAnswer(body, headers=_PUBLIC)


async def refuse(request: Request, error: AuthorityError) -> JsonAnswer:
    """The one renderer of errors."""
    return render(
        error,
        login=request.state.face.login,
        now=request.app.state.authority.clock(),
        correlation_id=request.headers.get("client-request-id"),
    )


async def unavailable(request: Request, status: int, sentence: str, headers: dict[str, str]) -> JsonAnswer:
    """The answer where a handler raised; ``failures`` says why."""
    if status == 503:
        return await refuse(request, AuthorityError(90033, headers=headers))
    return await refuse(request, AuthorityError(90036, headers=headers, sentence=sentence))


async def not_found(request: Request, error: HTTPException) -> JsonAnswer:
    """A path or method that the practice tenant doesn't have."""
    sentence = f"The practice tenant has nothing to {request.method} at {clean(request.url.path)}."
    body = {"error": "not_found", "error_description": sentence}
    return JsonAnswer(body, error.status_code, headers=NO_STORE | (error.headers or {}))
