"""Sending the browser back to the app, in the way the app asked for.

OAuth 2.0 Multiple Response Type Encoding Practices; OAuth 2.0 Form Post Response Mode section 2.
"""

from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.responses import Response

from ..pages.page import page
from .authorize import AuthorizationRequest

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def answer(request: AuthorizationRequest, parameters: dict[str, str]) -> Response:
    """The response that carries *parameters*, and the request's ``state`` to the character, to the redirect URI."""
    if request.state is not None:
        parameters = parameters | {"state": request.state}
    if request.response_mode == "form_post":
        return page("form_post", action=request.redirect_uri, answer_to=request.redirect_uri, fields=parameters.items())
    parts = urlsplit(request.redirect_uri)
    encoded = urlencode(parameters)
    if request.response_mode == "fragment":
        location = urlunsplit(parts._replace(fragment=encoded))
    else:
        location = urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, encoded)))))
    # 303: after a posted form the browser must come with a GET, without the form (RFC 9700 section 4.12).
    return Response(status_code=303, headers=_HEADERS | {"Location": location})
