"""The token endpoint (RFC 6749 section 3.2): read the form, authenticate the client, run the grant."""

from starlette.requests import Request

from ..directory.redirect_uri import SPA
from ..json_http import JsonAnswer
from . import client_authentication, grants
from .client_authentication import Client
from .errors import NO_STORE, AuthorityError
from .form import read_form
from .grants import password
from .grants.grant import GrantRequest
from .parameters import require_served_parameters
from .service import Authority
from .signing import sign
from .tenants import require_served

# The answer to a browser's preflight for a single-page app; the token response itself names one origin.
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "content-type, x-client-sku, x-client-ver, client-request-id",
}


async def token(request: Request) -> JsonAnswer:
    """Answer ``POST /{tenant}/oauth2/v2.0/token``."""
    if request.method == "OPTIONS" and "origin" in request.headers:
        return JsonAnswer(None, headers=_PREFLIGHT)
    if request.method != "POST":
        raise AuthorityError(900561, method=request.method, headers={"Allow": "POST"})
    authority, form = request.app.state.authority, await read_form(request)
    # All reads must see one revision, so nothing inside awaits.
    with authority.directory.one_revision():
        unsigned, cross_origin = _run(request, authority, form)
    body = await sign(unsigned)
    return JsonAnswer(body, headers=NO_STORE | cross_origin)


def _run(request: Request, authority: Authority, form: dict[str, str]) -> tuple[dict, dict[str, str]]:
    """The token response before its tokens are signed, and the headers that let a page read it."""
    face, tenant_name, origin = request.state.face, request.path_params["tenant"], request.headers.get("origin")
    now = authority.clock()
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise AuthorityError(900144, name="grant_type")
    if grant_type not in grants.SERVED:
        raise AuthorityError(70003, grant_type=grant_type)
    require_served_parameters(form)
    require_served(authority.directory, face, tenant_name)
    if grant_type == password.GRANT_TYPE:
        password.require_organization(tenant_name)
    credential = client_authentication.presented(form, request.headers.getlist("authorization"))
    client = client_authentication.identify(authority.directory, tenant_name, credential, grant_type=grant_type)
    platform = grants.SERVED[grant_type].platform(authority.directory, client.application, form)
    cross_origin = _allow_origin(origin, client, platform)
    client_authentication.authenticate(
        authority.directory,
        tenant_name,
        client,
        credential,
        grant_type=grant_type,
        platform=platform,
        face=face,
        signing_keys=authority.signing_keys,
        now=now,
    )
    request.state.client_id = client.application.app_id
    grant = GrantRequest(authority=authority, client=client, form=form, face=face, now=now)
    return grants.SERVED[grant_type].run(grant), cross_origin


def _allow_origin(origin: str | None, client: Client, platform: str | None) -> dict[str, str]:
    """The headers that let a page read the answer: for a single-page app's own pages, and never with a credential.

    https://learn.microsoft.com/entra/identity-platform/reply-url#prefer-the-spa-redirect-uri-type

    Raises:
        AuthorityError: 9002326 for a request that another page sends, 9002327 if a program redeems what a single-page
            app was given.
    """
    if origin is None:
        if platform == SPA:
            raise AuthorityError(9002327)
        return {}
    allowed = {"/".join(uri.split("/")[:3]) for uri in client.application.spa_redirect_uris}
    if platform != SPA or client.method != "none" or origin not in allowed:
        raise AuthorityError(9002326, origin=origin)
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
