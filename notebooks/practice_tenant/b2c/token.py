"""The token endpoint of a user flow: a code or a refresh token for tokens.

RFC 6749 sections 4.1.3 and 6; https://learn.microsoft.com/azure/active-directory-b2c/authorization-code-flow
"""

from starlette.requests import Request

from ..authority.authorize import check_verifier
from ..authority.client_authentication import presented
from ..authority.errors import NO_STORE, AuthorityError
from ..authority.form import read_form
from ..directory.issued import Issued
from ..directory.objects import Application
from ..json_answer import JsonAnswer
from .clients import check_secret, find_client, is_confidential
from .errors import B2CError
from .scopes import read_scopes
from .service import Service
from .tokens import SignIn, token_response
from .user_flow import UserFlow, user_flow_of

# What a grant type is redeemed with, and the kind it was issued as.
_GRANTS = {"authorization_code": "code", "refresh_token": "refresh_token"}


async def token(request: Request) -> JsonAnswer:
    """``POST /{tenant}/{user flow}/oauth2/v2.0/token``"""
    service, flow = request.app.state.authority, user_flow_of(request)
    now = service.clock()
    form = await read_form(request)
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise B2CError(90083, name="grant_type")
    if grant_type not in _GRANTS:
        raise B2CError(90086, grant_type=grant_type)
    if "client_assertion" in form and "client_secret" not in form:
        raise B2CError(90017)
    credential = presented(form, request.headers.getlist("authorization"))
    if credential.client_id is None:
        raise B2CError(90083, name="client_id")
    client = find_client(service.directory, flow.tenant, credential.client_id)
    kind = _GRANTS[grant_type]
    issued = _find(service, flow, client, kind, form)
    confidential = is_confidential(client, issued.content["redirect_uri"])
    check_secret(service.directory, client, credential, confidential=confidential, now=now)
    _check_time(issued, now)
    if kind == "code":
        _check_code(issued, form)
    sign_in = _sign_in(service, flow, client, issued, form.get("scope"))
    # One transaction: of several at once the first has its tokens before the next one takes them back.
    with service.directory.transaction():
        if kind != "code" or service.directory.redeem(kind, form[kind], now):
            body = token_response(service, sign_in, client_info=form.get("client_info") == "1", now=now)
            return JsonAnswer(body, headers=NO_STORE)
        service.directory.revoke_family(issued.family)
    raise B2CError(90129)


def _find(service: Service, flow: UserFlow, client: Application, kind: str, form: dict[str, str]) -> Issued:
    """What is redeemed, if it was issued to this app by this user flow."""
    if kind not in form:
        raise B2CError(90083, name=kind)
    issued = service.directory.issued(kind, form[kind])
    if issued is None:
        raise B2CError(90090)
    if issued.content["client_id"] != client.app_id:
        raise B2CError(90279, client_id=client.app_id)
    if issued.content["flow"] != flow.name:
        raise B2CError(90088, actual=issued.content["flow"], expected=flow.name)
    return issued


def _check_time(issued: Issued, now: float) -> None:
    if now >= issued.expires:
        raise B2CError(90080, now=int(now), issued=issued.content["issued"], expires=issued.expires)


def _check_code(issued: Issued, form: dict[str, str]) -> None:
    if form.get("redirect_uri") != issued.content["redirect_uri"]:
        uri = form.get("redirect_uri", "")
        raise B2CError(90006, redirect_uri=uri, client_id=issued.content["client_id"])
    verifier = form.get("code_verifier")
    try:
        check_verifier(issued.content, verifier)
    except AuthorityError as error:
        raise B2CError(90182 if verifier else 90183) from error


def _sign_in(service: Service, flow: UserFlow, client: Application, issued: Issued, scope: str | None) -> SignIn:
    user = service.directory.user(flow.tenant.id, issued.content["user_id"])
    if user is None:
        raise B2CError(90128)
    asked = read_scopes(service.directory, flow.tenant, client, scope or issued.content["scope"])
    kept = {name: value for name, value in issued.content.items() if name not in _OF_THE_CODE}
    return SignIn(flow=flow, client=client, user=user, asked=asked, content=kept, family=issued.family)


_OF_THE_CODE = ("code_challenge", "code_challenge_method")
