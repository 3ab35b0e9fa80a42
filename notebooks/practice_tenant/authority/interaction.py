"""The pages of a sign-in: pick an account, type the password, consent, go back to the app.

Each step is a form that posts to the next. The state of the sign-in is kept with the form token, not in the browser.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from ..directory import credentials
from ..directory.objects import Application, Tenant, User
from ..pages.page import page
from . import device_flow, form_token
from .authorize import ReturnAddress, answer, check_request, read_request
from .consent import Consent, consent_of, give, require_assignment
from .errors import AuthorityError, describe, report
from .form import read_parameters
from .grants.authorization_code import CODE_SECONDS
from .scopes import read_all_scopes
from .sign_in import SignIn, read_sign_in
from .tenants import require_served, tenant_of_user

ACCOUNTS_SHOWN = 12
PURPOSES = ("authorize", "device")
_SETTLED = ("tenant_id", "user_id", "auth_time", "stage")  # known after the password


async def authorize(request: Request) -> Response:
    """``GET`` or ``POST /{tenant}/oauth2/v2.0/authorize``: the start of a sign-in"""
    directory, tenant_name = request.app.state.authority.directory, request.path_params["tenant"]
    parameters = await read_parameters(request)
    require_served(directory, request.state.face, tenant_name)
    asked = read_request(directory, tenant_name, parameters)
    request.state.client_id = asked.client.app_id
    try:
        check_request(asked)
    except AuthorityError as error:
        return _send_error(request, asked.address, error)
    if "create" in asked.prompts:
        sentences = ["Practice users are made for you; accounts can't be created here.", "Go back and sign in."]
        return page("message", heading="No new accounts", sentences=sentences)
    return start(request, {"purpose": "authorize", **asked.content()}, parameters.get("login_hint"))


async def code_entered(request: Request) -> Response:
    """``POST /devicelogin``: a user code was typed"""
    _, form = await form_token.take(request, pages=request.state.face.pages, purposes=("code",))
    found = device_flow.code_entered(request, form)
    return found if isinstance(found, Response) else start(request, found)


def start(request: Request, content: dict, login_hint: str | None = None) -> Response:
    """The first page: the password of the hinted account, or the list of accounts."""
    return _ask_password(request, content, login_hint) if login_hint else _ask_account(request, content)


async def login(request: Request) -> Response:
    """``POST …/login``: an account was picked, or a password typed"""
    content, form = await form_token.take(request, pages=request.state.face.pages, purposes=PURPOSES)
    if "user_id" in content:
        # The token of a later step: its person has signed in.
        raise form_token.Forbidden
    wrong_password = describe(AuthorityError(50126))
    user = check_password(request, content, form, no_account=_no_account, wrong_password=wrong_password)
    if isinstance(user, Response):
        return user
    now = int(request.app.state.authority.clock())
    return _after_login(request, content | {"tenant_id": user.tenant_id, "user_id": user.id, "auth_time": now})


def check_password(
    request: Request,
    content: dict,
    form: dict[str, str],
    *,
    no_account: Callable[[str, Tenant | None], str],
    wrong_password: str,
) -> User | Response:
    """The user whose name and password a form has, or the page that asks for them.

    Args:
        content: the state of the sign-in.
        no_account: the sentence about an unknown name, from the name and its tenant.
        wrong_password: the sentence about a wrong password.
    """
    directory, name = request.app.state.authority.directory, form.get("username", "").strip()
    if form.get("decision") == "other" or not name:
        return _ask_account(request, content)
    if "password" not in form and "decision" not in form:
        return _ask_password(request, content, name)
    tenant = directory.tenant(content["tenant_name"]) or tenant_of_user(directory, name)
    user = directory.user(tenant.id, name) if tenant else None
    if user is None:
        return _ask_account(request, content, no_account(name, tenant))
    if not credentials.is_password(form.get("password", ""), user.password_hash):
        return _ask_password(request, content, name, wrong_password)
    return user


async def decide(request: Request) -> Response:
    """``POST …/consent``: the person accepted or declined"""
    content, form = await form_token.take(request, pages=request.state.face.pages, purposes=PURPOSES)
    if "user_id" not in content:
        raise form_token.Forbidden
    if form.get("decision") == "other":
        return _ask_account(request, {name: value for name, value in content.items() if name not in _SETTLED})
    if form.get("decision") != "accept":
        return _declined(request, content)
    consents = _consents(request, content)
    if content.get("stage") == "confirm":
        return device_flow.approve(request, content)
    if _refused(consents):
        return _declined(request, content)
    directory, sign_in = request.app.state.authority.directory, consents[0].sign_in
    with directory.transaction():
        for consent in consents:
            give(directory, consent, everyone=form.get("everyone") == "yes" and sign_in.user.administrator)
    return _finish(request, content, sign_in)


def _after_login(request: Request, content: dict) -> Response:
    try:
        consents = _consents(request, content)
    except AuthorityError as error:
        return _failed(request, content, error)
    for consent in consents:
        require_assignment(request.app.state.authority.directory, consent)
    if content.get("asks_consent") or any(consent.missing or consent.principal is None for consent in consents):
        return _ask_consent(request, content, consents)
    return _finish(request, content, consents[0].sign_in)


def _finish(request: Request, content: dict, sign_in: SignIn) -> Response:
    authority = request.app.state.authority
    if content["purpose"] == "device":
        username = sign_in.user.user_principal_name
        return _form_page(
            request, "device_confirm", content | {"stage": "confirm"}, action="consent", username=username
        )
    address = ReturnAddress(**content["address"])
    kept = {name: content[name] for name in ("code_challenge", "code_challenge_method", "redirect_uri")}
    code = authority.directory.issue("code", sign_in.content() | kept, expires=authority.clock() + CODE_SECONDS)
    return answer(address, {"code": code})


def _consents(request: Request, content: dict) -> list[Consent]:
    """The consent that the sign-in has, for each API that it asks for; there is one at least.

    Raises:
        AuthorityError: as ``read_all_scopes`` and ``consent_of``.
        Forbidden: the app or the account was deleted since the last step.
    """
    directory = request.app.state.authority.directory
    sign_in = read_sign_in(directory, content)
    if sign_in is None:
        raise form_token.Forbidden
    asked = read_all_scopes(directory, sign_in.tenant, sign_in.client, sign_in.scope)
    return [consent_of(directory, sign_in, wanted) for wanted in asked]


def _ask_account(request: Request, content: dict, problem: str | None = None) -> Response:
    directory = request.app.state.authority.directory
    tenant = directory.tenant(content["tenant_name"])
    if tenant is None and content["tenant_name"].lower() in ("organizations", "common"):
        # The app's domain hint selects the accounts to show.
        tenant = directory.tenant(content.get("domain_hint") or "") or directory.tenants()[0]
    users = directory.users(tenant.id, limit=ACCOUNTS_SHOWN) if tenant else []
    return _form_page(request, "accounts", content, action="login", users=users, problem=problem)


def _ask_password(request: Request, content: dict, username: str, problem: str | None = None) -> Response:
    hint = request.state.password_hint
    return _form_page(request, "password", content, action="login", username=username, hint=hint, problem=problem)


def _ask_consent(request: Request, content: dict, consents: list[Consent]) -> Response:
    sign_in, shown = consents[0].sign_in, []
    for consent in consents:
        names = {scope.value: scope.display_name for scope in consent.wanted.resource.permission_scopes}
        shown += [(names[value], value) for value in consent.needed]
    if not shown:
        shown = [("Sign you in and read your basic profile", "openid profile")]
    return _form_page(
        request,
        "consent",
        content,
        action="consent",
        username=sign_in.user.user_principal_name,
        permissions=shown,
        administrator=sign_in.user.administrator,
        refused=", ".join(_refused(consents)),
    )


def _refused(consents: list[Consent]) -> list[str]:
    """The missing permissions that this person can't consent to."""
    return [value for consent in consents for value in _refused_of(consent)]


def _refused_of(consent: Consent) -> list[str]:
    if consent.sign_in.user.administrator:
        return []
    if consent.principal is not None and consent.principal.assignment_required:
        # For such an app, an administrator decides about users and permissions alike.
        return list(consent.missing)
    admin_only = {scope.value for scope in consent.wanted.resource.permission_scopes if scope.admin_only}
    return [value for value in consent.missing if value in admin_only]


def _form_page(request: Request, name: str, content: dict, **values: object) -> Response:
    authority = request.app.state.authority
    client: Application | None = authority.directory.application(app_id=content["client_id"])
    if client is None:
        # The app was deleted since the last step.
        raise form_token.Forbidden
    ctx = form_token.begin(authority.directory, content, authority.clock())
    answer_to = content["address"]["redirect_uri"] if "address" in content else None
    return page(name, answer_to=answer_to, ctx=ctx, app_name=client.display_name, **values)


def _no_account(name: str, tenant: Tenant | None) -> str:
    return describe(AuthorityError(50034, user=name, tenant_name=tenant.display_name if tenant else "practice"))


def _declined(request: Request, content: dict) -> Response:
    return _failed(request, content, AuthorityError(65004))


def _failed(request: Request, content: dict, error: AuthorityError) -> Response:
    if content["purpose"] == "device":
        return device_flow.decline(request, content, describe(error))
    return _send_error(request, ReturnAddress(**content["address"]), error)


def _send_error(request: Request, address: ReturnAddress, error: AuthorityError) -> Response:
    told = report(error, login=request.state.face.login, now=request.app.state.authority.clock())
    return answer(address, {name: told[name] for name in ("error", "error_description", "error_uri") if name in told})
