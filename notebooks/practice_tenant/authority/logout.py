"""Sign-out. No session exists here, so the browser gets a page, or goes back to the app.

OpenID Connect RP-Initiated Logout 1.0 section 3: only a known app's redirect URI is a valid target.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from .. import jose
from ..directory import redirect_uri
from ..directory.objects import Application
from ..pages.page import page


async def logout(request: Request) -> Response:
    """``GET /{tenant}/oauth2/v2.0/logout``"""
    parameters = request.query_params
    target = parameters.get("post_logout_redirect_uri")
    client = _client(request)
    if target and client and redirect_uri.is_one_of(client.redirect_uris, target):
        if "state" in parameters:
            target += ("&" if "?" in target else "?") + urlencode({"state": parameters["state"]})
        return Response(status_code=303, headers={"Location": target, "Cache-Control": "no-store"})
    sentences = ["Your app forgets you when it removes your account from its cache. You may close this page."]
    return page("message", heading="You signed out of your account", sentences=sentences)


def _client(request: Request) -> Application | None:
    """The app of *client_id* or the ID token. Its identity grants nothing, so the token needs no verification."""
    client_id = request.query_params.get("client_id")
    hint = request.query_params.get("id_token_hint")
    if client_id is None and hint:
        try:
            client_id = jose.read(hint).claims.get("aud")
        except jose.Malformed:
            return None
    return request.app.state.authority.directory.application(app_id=client_id) if client_id else None
