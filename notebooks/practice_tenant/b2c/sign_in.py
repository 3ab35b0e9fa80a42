"""The pages of a user flow: the account, the password, back to the app. Users are not asked for consent.

https://learn.microsoft.com/azure/active-directory-b2c/authorization-code-flow#1-get-an-authorization-code
"""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from ..authority import form_token
from ..authority.authorize import RESPONSE_MODES, ReturnAddress, answer, check_challenge, return_address
from ..authority.errors import AuthorityError
from ..authority.form import read_parameters
from ..authority.interaction import check_password, start
from ..directory.objects import Application
from ..directory.store import Directory
from .errors import B2CError, report
from .user_flow import UserFlow, find_client, find_redirect_uri, read_scopes, user_flow_of

PURPOSE = "b2c"
CODE_SECONDS = 300
PROMPTS = ("none", "login", "consent", "select_account")

# The sentences of B2C's own sign-in page.
_NO_ACCOUNT = "We can't seem to find your account."
_WRONG_PASSWORD = "Your password is incorrect."

# The members of a request that its code keeps.
_KEPT = ("client_id", "flow", "scope", "nonce", "code_challenge", "code_challenge_method")


async def authorize(request: Request) -> Response:
    """``GET`` or ``POST /{tenant}/{user flow}/oauth2/v2.0/authorize``"""
    authority, flow = request.app.state.authority, user_flow_of(request)
    parameters = await read_parameters(request)
    client, address = _read(authority.directory, flow, parameters)
    request.state.client_id = client.app_id
    try:
        _check(authority.directory, flow, client, parameters)
    except B2CError as error:
        return answer(address, report(error, authority.clock()))
    content = {name: parameters.get(name) for name in _KEPT} | {"client_id": client.app_id, "flow": flow.name}
    content |= {"purpose": PURPOSE, "tenant_name": flow.tenant.id, "address": asdict(address)}
    return start(request, content, parameters.get("login_hint"))


async def login(request: Request) -> Response:
    """``POST …/login``: an account was picked, or a password typed"""
    authority, flow = request.app.state.authority, user_flow_of(request)
    content, form = await form_token.take(request, pages=request.state.face.pages, purposes=(PURPOSE,))
    if content["flow"] != flow.name:
        raise form_token.Forbidden
    user = check_password(
        request, content, form, no_account=lambda name, tenant: _NO_ACCOUNT, wrong_password=_WRONG_PASSWORD
    )
    if isinstance(user, Response):
        return user
    now, address = authority.clock(), ReturnAddress(**content["address"])
    kept = {name: content[name] for name in _KEPT} | {"redirect_uri": address.redirect_uri, "user_id": user.id}
    kept |= {"auth_time": int(now), "issued": int(now)}
    return answer(address, {"code": authority.directory.issue("code", kept, expires=now + CODE_SECONDS)})


def _read(directory: Directory, flow: UserFlow, parameters: dict[str, str]) -> tuple[Application, ReturnAddress]:
    """The client of a request, and the address for the answer; errors are shown on a page."""
    client_id = parameters.get("client_id")
    if client_id is None:
        raise B2CError(90008)
    client = find_client(directory, flow.tenant, client_id)
    return client, return_address(find_redirect_uri(client, parameters.get("redirect_uri")), parameters)


def _check(directory: Directory, flow: UserFlow, client: Application, parameters: dict[str, str]) -> None:
    """Check the parameters whose errors the app learns by a redirect."""
    if parameters.get("response_type") is None:
        raise B2CError(90083, name="response_type")
    if parameters["response_type"] != "code":
        raise B2CError(90013, response_type=parameters["response_type"])
    mode = parameters.get("response_mode", "query")
    if mode not in RESPONSE_MODES:
        raise B2CError(90014, response_mode=mode)
    read_scopes(directory, flow.tenant, client, parameters.get("scope"))
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    try:
        check_challenge(challenge, method, required=False)
    except AuthorityError as error:
        raise B2CError(90184) from error
    prompts = set(parameters.get("prompt", "").split())
    if prompts - set(PROMPTS) or ("none" in prompts and len(prompts) > 1):
        raise B2CError(90043)
    if "none" in prompts:
        # No person stays signed in here: no cookie carries a session.
        raise B2CError(90077, prompt="none")
