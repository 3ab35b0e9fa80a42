"""A person's way through a sign-in: pick an account, type the password, consent, back to the app.

Each step is a form that posts to the next; what was settled so far stands in the transaction, never in the browser.
"""

from starlette.requests import Request
from starlette.responses import Response

from ..directory import secrets
from ..directory.objects import Tenant, User
from ..pages.page import page
from . import device_approval, transaction
from .answer import answer
from .authorize import AuthorizationRequest, check_request, read_request
from .claims_request import requested_contexts
from .consent import Consent, consent_of, give, require_assignment
from .errors import AuthorityError, describe, report
from .form import parse, read_form
from .grants.authorization_code import CODE_SECONDS
from .scopes import read_scopes
from .sign_in import SignIn
from .tenants import require_served, tenant_of_user

ACCOUNTS_SHOWN = 12
PURPOSES = ("authorize", "device")
_SETTLED = ("tenant_id", "user_id", "auth_time", "stage")  # what is known once somebody signed in


async def authorize(request: Request) -> Response:
    """``GET`` or ``POST /{tenant}/oauth2/v2.0/authorize``: the start of a sign-in"""
    authority = request.app.state.authority
    parameters = await read_form(request) if request.method == "POST" else parse(request.scope["query_string"])
    require_served(authority.directory, request.state.face, request.path_params["tenant"])
    asked = read_request(authority.directory, request.path_params["tenant"], parameters)
    try:
        check_request(asked)
    except AuthorityError as error:
        return _send_error(request, asked, error)
    if "create" in asked.prompts:
        sentences = ["Practice users are made for you; accounts can't be created here.", "Go back and sign in."]
        return page("message", heading="No new accounts", sentences=sentences)
    content = {"purpose": "authorize", **asked.content()}
    return start(request, content, asked.parameters.get("login_hint"))


def start(request: Request, content: dict, login_hint: str | None = None) -> Response:
    """The first page: the password of the account that was hinted at, or the list of accounts."""
    return _ask_password(request, content, login_hint) if login_hint else _ask_account(request, content)


async def login(request: Request) -> Response:
    """``POST …/login``: an account was picked, or a password typed"""
    authority = request.app.state.authority
    content, form = await transaction.take(request, pages=request.state.face.pages, purposes=PURPOSES)
    if "user_id" in content:
        # The value of a later step: somebody signed in already.
        raise transaction.Forbidden
    name = form.get("username", "").strip()
    if form.get("decision") == "other" or not name:
        return _ask_account(request, content)
    if "password" not in form and "decision" not in form:
        return _ask_password(request, content, name)
    tenant, user = _find_user(request, content, name)
    if user is None:
        problem = describe(AuthorityError(50034, user=name, tenant_name=tenant.display_name if tenant else "practice"))
        return _ask_account(request, content, problem)
    if not secrets.is_password(form.get("password", ""), user.password_hash):
        return _ask_password(request, content, name, describe(AuthorityError(50126)))
    settled = content | {"tenant_id": tenant.id, "user_id": user.id, "auth_time": int(authority.clock())}
    return _after_login(request, settled)


async def decide(request: Request) -> Response:
    """``POST …/consent``: the person accepted or declined"""
    authority = request.app.state.authority
    content, form = await transaction.take(request, pages=request.state.face.pages, purposes=PURPOSES)
    if "user_id" not in content:
        raise transaction.Forbidden
    if form.get("decision") == "other":
        return _ask_account(request, {name: value for name, value in content.items() if name not in _SETTLED})
    if form.get("decision") != "accept":
        return _declined(request, content)
    consent = _consent(request, content)
    if content.get("stage") == "confirm":
        return device_approval.approve(request, content)
    if _refused(consent):
        return _declined(request, content)
    everyone = form.get("everyone") == "yes" and consent.sign_in.user.administrator
    give(authority.directory, consent, everyone=everyone)
    return _finish(request, content, consent.sign_in)


def _after_login(request: Request, content: dict) -> Response:
    authority = request.app.state.authority
    try:
        consent = _consent(request, content)
    except AuthorityError as error:
        return _failed(request, content, error)
    require_assignment(authority.directory, consent)
    prompts = content.get("parameters", {}).get("prompt", "").split()
    if consent.missing or consent.principal is None or "consent" in prompts:
        return _ask_consent(request, content, consent)
    return _finish(request, content, consent.sign_in)


def _finish(request: Request, content: dict, sign_in: SignIn) -> Response:
    authority = request.app.state.authority
    if content["purpose"] == "device":
        ctx = transaction.begin(authority.directory, content | {"stage": "confirm"}, authority.clock())
        return page(
            "device_confirm",
            action="consent",
            ctx=ctx,
            app_name=sign_in.client.display_name,
            username=sign_in.user.user_principal_name,
        )
    asked = read_request(authority.directory, content["tenant_name"], content["parameters"])
    kept = {name: asked.parameters.get(name) for name in ("code_challenge", "code_challenge_method")}
    # The redirect URI is compared at redemption only if it was named at the start (RFC 6749 section 4.1.3).
    kept["redirect_uri"] = asked.parameters.get("redirect_uri")
    kept["sent_to"] = asked.redirect_uri
    code = authority.directory.issue("code", sign_in.content() | kept, expires=authority.clock() + CODE_SECONDS)
    return answer(asked, {"code": code})


def _consent(request: Request, content: dict) -> Consent:
    directory = request.app.state.authority.directory
    tenant = directory.tenant(content["tenant_id"])
    parameters = content.get("parameters", {})
    sign_in = SignIn(
        client=directory.application(app_id=content["client_id"]),
        tenant=tenant,
        user=directory.user(tenant.id, content["user_id"]),
        scope=content["scope"] if content["purpose"] == "device" else parameters["scope"],
        auth_time=content["auth_time"],
        nonce=parameters.get("nonce"),
        contexts=requested_contexts(parameters.get("claims")),
        tells_auth_time="max_age" in parameters,
    )
    return consent_of(directory, sign_in, read_scopes(directory, tenant, sign_in.client, sign_in.scope))


def _ask_account(request: Request, content: dict, problem: str | None = None) -> Response:
    authority = request.app.state.authority
    tenant = authority.directory.tenant(content["tenant_name"])
    if tenant is None and content["tenant_name"].lower() in ("organizations", "common"):
        # Whose accounts to show first: those of the domain that the app hints at.
        hint = content.get("parameters", {}).get("domain_hint", "")
        tenant = authority.directory.tenant(hint) or authority.directory.tenants()[0]
    users = authority.directory.users(tenant.id, limit=ACCOUNTS_SHOWN) if tenant else []
    return _form_page(request, "accounts", content, action="login", users=users, problem=problem)


def _ask_password(request: Request, content: dict, username: str, problem: str | None = None) -> Response:
    hint = request.state.password_hint
    return _form_page(request, "password", content, action="login", username=username, hint=hint, problem=problem)


def _ask_consent(request: Request, content: dict, consent: Consent) -> Response:
    names = {scope.value: scope.display_name for scope in consent.wanted.resource.permission_scopes}
    shown = [(names[value], value) for value in consent.needed]
    if not shown:
        shown = [("Sign you in and read your basic profile", "openid profile")]
    return _form_page(
        request,
        "consent",
        content,
        action="consent",
        username=consent.sign_in.user.user_principal_name,
        permissions=shown,
        administrator=consent.sign_in.user.administrator,
        refused=", ".join(_refused(consent)),
    )


def _refused(consent: Consent) -> list[str]:
    """The missing permissions that this person can't consent to."""
    if consent.sign_in.user.administrator:
        return []
    if consent.principal is not None and consent.principal.assignment_required:
        # An administrator decides who may use such an app, and also what it may do.
        return list(consent.missing)
    admin_only = {scope.value for scope in consent.wanted.resource.permission_scopes if scope.admin_only}
    return [value for value in consent.missing if value in admin_only]


def _form_page(request: Request, name: str, content: dict, **values: object) -> Response:
    authority = request.app.state.authority
    ctx = transaction.begin(authority.directory, content, authority.clock())
    client = authority.directory.application(app_id=content["client_id"])
    answer_to = content.get("redirect_uri")
    return page(name, answer_to=answer_to, ctx=ctx, app_name=client.display_name, **values)


def _find_user(request: Request, content: dict, name: str) -> tuple[Tenant | None, User | None]:
    directory = request.app.state.authority.directory
    tenant = directory.tenant(content["tenant_name"]) or tenant_of_user(directory, name)
    return tenant, directory.user(tenant.id, name) if tenant else None


def _declined(request: Request, content: dict) -> Response:
    return _failed(request, content, AuthorityError(65004))


def _failed(request: Request, content: dict, error: AuthorityError) -> Response:
    if content["purpose"] == "device":
        return device_approval.decline(request, content, describe(error))
    directory = request.app.state.authority.directory
    return _send_error(request, read_request(directory, content["tenant_name"], content["parameters"]), error)


def _send_error(request: Request, asked: AuthorizationRequest, error: AuthorityError) -> Response:
    told = report(error, login=request.state.face.login, now=request.app.state.authority.clock())
    return answer(asked, {name: told[name] for name in ("error", "error_description", "error_uri") if name in told})
