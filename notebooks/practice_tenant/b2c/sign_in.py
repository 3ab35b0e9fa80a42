"""A person's way through a user flow: the account, the password, back to the app. Nobody is asked for consent.

https://learn.microsoft.com/azure/active-directory-b2c/authorization-code-flow#1-get-an-authorization-code
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from ..authority import transaction
from ..authority.answer import answer
from ..authority.authorize import RESPONSE_MODES
from ..authority.errors import AuthorityError
from ..authority.form import parse, read_form
from ..authority.interaction import ACCOUNTS_SHOWN
from ..authority.pkce import check_challenge
from ..directory import secrets
from ..directory.objects import Application
from ..pages.page import page
from .clients import find_client, find_redirect_uri
from .errors import B2CError, report
from .scopes import read_scopes
from .service import Service
from .user_flow import UserFlow, user_flow_of

PURPOSE = "b2c"
CODE_SECONDS = 300
PROMPTS = ("none", "login", "consent", "select_account")

# The sentences of B2C's own sign-in page.
_NO_ACCOUNT = "We can't seem to find your account."
_WRONG_PASSWORD = "Your password is incorrect."


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A sign-in whose app and redirect URI belong together."""

    client: Application
    redirect_uri: str
    response_mode: str
    state: str | None
    parameters: dict[str, str]


async def authorize(request: Request) -> Response:
    """``GET`` or ``POST /{tenant}/{user flow}/oauth2/v2.0/authorize``"""
    service, flow = request.app.state.authority, user_flow_of(request)
    parameters = await read_form(request) if request.method == "POST" else parse(request.scope["query_string"])
    asked = _read(service, flow, parameters)
    try:
        _check(service, flow, asked)
    except B2CError as error:
        return answer(asked, report(error, service.clock()))
    content = {"purpose": PURPOSE, "flow": flow.name, "parameters": parameters}
    hint = parameters.get("login_hint")
    return _ask_password(request, content, asked, hint) if hint else _ask_account(request, flow, content, asked)


async def login(request: Request) -> Response:
    """``POST …/login``: an account was picked, or a password typed"""
    service, flow = request.app.state.authority, user_flow_of(request)
    content, form = await transaction.take(request, pages=request.state.face.pages, purposes=(PURPOSE,))
    if content["flow"] != flow.name:
        raise transaction.Forbidden
    asked = _read(service, flow, content["parameters"])
    name = form.get("username", "").strip()
    if form.get("decision") == "other" or not name:
        return _ask_account(request, flow, content, asked)
    if "password" not in form and "decision" not in form:
        return _ask_password(request, content, asked, name)
    user = service.directory.user(flow.tenant.id, name)
    if user is None:
        return _ask_account(request, flow, content, asked, _NO_ACCOUNT)
    if not secrets.is_password(form.get("password", ""), user.password_hash):
        return _ask_password(request, content, asked, name, _WRONG_PASSWORD)
    now = service.clock()
    kept = {name: asked.parameters.get(name) for name in ("code_challenge", "code_challenge_method", "nonce")}
    kept |= {"client_id": asked.client.app_id, "redirect_uri": asked.redirect_uri, "user_id": user.id}
    kept |= {"flow": flow.name, "scope": asked.parameters["scope"], "auth_time": int(now), "issued": int(now)}
    return answer(asked, {"code": service.directory.issue("code", kept, expires=now + CODE_SECONDS)})


def _read(service: Service, flow: UserFlow, parameters: dict[str, str]) -> Asked:
    """Find out who asks, and where the answer may go; what is wrong with that is told on a page."""
    client_id = parameters.get("client_id")
    if client_id is None:
        raise B2CError(90008)
    client = find_client(service.directory, flow.tenant, client_id)
    mode = parameters.get("response_mode", "query")
    return Asked(
        client=client,
        redirect_uri=find_redirect_uri(client, parameters.get("redirect_uri")),
        response_mode=mode if mode in RESPONSE_MODES else "query",
        state=parameters.get("state"),
        parameters=parameters,
    )


def _check(service: Service, flow: UserFlow, asked: Asked) -> None:
    """Check what the app may be told about by a redirect."""
    parameters = asked.parameters
    if parameters.get("response_type") is None:
        raise B2CError(90083, name="response_type")
    if parameters["response_type"] != "code":
        raise B2CError(90013, response_type=parameters["response_type"])
    mode = parameters.get("response_mode", "query")
    if mode not in RESPONSE_MODES:
        raise B2CError(90014, response_mode=mode)
    read_scopes(service.directory, flow.tenant, asked.client, parameters.get("scope"))
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    try:
        check_challenge(challenge, method, required=False)
    except AuthorityError as error:
        raise B2CError(90184) from error
    prompts = set(parameters.get("prompt", "").split())
    if prompts - set(PROMPTS) or ("none" in prompts and len(prompts) > 1):
        raise B2CError(90043)
    if "none" in prompts:
        # Nobody stays signed in here: no cookie carries a session.
        raise B2CError(90077, prompt="none")


def _ask_account(request: Request, flow: UserFlow, content: dict, asked: Asked, problem: str | None = None) -> Response:
    users = request.app.state.authority.directory.users(flow.tenant.id, limit=ACCOUNTS_SHOWN)
    return _form_page(request, "accounts", content, asked, users=users, problem=problem)


def _ask_password(request: Request, content: dict, asked: Asked, username: str, problem: str | None = None) -> Response:
    hint = request.state.password_hint
    return _form_page(request, "password", content, asked, username=username, hint=hint, problem=problem)


def _form_page(request: Request, name: str, content: dict, asked: Asked, **values: object) -> Response:
    service = request.app.state.authority
    ctx = transaction.begin(service.directory, content, service.clock())
    return page(
        name, answer_to=asked.redirect_uri, ctx=ctx, action="login", app_name=asked.client.display_name, **values
    )
