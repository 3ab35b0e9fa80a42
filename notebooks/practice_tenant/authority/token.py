"""The token endpoint, as a list of steps: read, authenticate the client, is the grant served, run it.

RFC 6749 section 3.2.
"""

from starlette.requests import Request

from ..json_answer import JsonAnswer
from . import client_authentication, grants
from .errors import NO_STORE, AuthorityError
from .form import read_form


async def token(request: Request) -> JsonAnswer:
    """Answer ``POST /{tenant}/oauth2/v2.0/token``."""
    if request.method != "POST":
        raise AuthorityError(900561, method=request.method, headers={"Allow": "POST"})
    authority = request.app.state.authority
    now = authority.clock()
    form = await read_form(request)
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise AuthorityError(900144, name="grant_type")
    if grant_type not in grants.KNOWN:
        raise AuthorityError(70003, grant_type=grant_type)
    credential = client_authentication.presented(form, request.headers.getlist("authorization"))
    client = client_authentication.authenticate(
        authority.directory, request.path_params["tenant"], credential, grant_type=grant_type, now=now
    )
    run = grants.SERVED.get(grant_type)
    if run is None:
        raise AuthorityError(70003, grant_type=grant_type)
    body = run(
        client,
        form,
        directory=authority.directory,
        face=request.state.face,
        signing_keys=authority.signing_keys,
        now=now,
    )
    return JsonAnswer(body, headers=NO_STORE)
