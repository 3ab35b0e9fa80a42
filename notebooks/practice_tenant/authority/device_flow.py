"""The device flow apart from polling: issue the codes, look up a typed user code, settle the device's request.

RFC 8628 sections 3.1 to 3.3; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

from ..json_http import JsonAnswer
from ..pages.page import page
from . import client_authentication, form_token
from .errors import NO_STORE, AuthorityError
from .form import read_form
from .grants.device_code import INTERVAL_SECONDS, LIFETIME_SECONDS
from .parameters import require_served_parameters
from .scopes import split_scope
from .service import Authority
from .tenants import require_served

# RFC 8628 section 6.1: no vowels, so no words; nine of twenty signs are 38 bits.
_SIGNS = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 9
# RFC 8628 section 5.1: a limit for guesses. It is one for all processes on a directory.
WRONG_CODES_ALLOWED, WRONG_CODES_SECONDS = 20, 60


async def device_authorization(request: Request) -> Response:
    """``POST /{tenant}/oauth2/v2.0/devicecode``"""
    if request.method != "POST":
        raise AuthorityError(900561, method=request.method, headers={"Allow": "POST"})
    authority, now = request.app.state.authority, request.app.state.authority.clock()
    form = await read_form(request)
    require_served_parameters(form)
    client_id = form.get("client_id")
    if client_id is None:
        raise AuthorityError(900144, name="client_id")
    tenant_name = request.path_params["tenant"]
    require_served(authority.directory, request.state.face, tenant_name)
    client, _, _ = client_authentication.find_client(authority.directory, tenant_name, client_id, installed=False)
    request.state.client_id = client.app_id
    scope = " ".join(split_scope(form.get("scope")))
    user_code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    content = {"purpose": "device", "client_id": client.app_id, "tenant_name": tenant_name, "scope": scope}
    expires = now + LIFETIME_SECONDS
    device_code = authority.directory.issue(
        "device_code",
        content | {"status": "pending", "interval": INTERVAL_SECONDS, "polled": 0},
        expires=expires,
    )
    authority.directory.issue("user_code", content | {"device_code": device_code}, expires=expires, value=user_code)
    page_url = f"{request.state.face.pages}/devicelogin"
    message = (
        f"To sign in, use a web browser to open the page {page_url} and enter the code {user_code} to authenticate."
    )
    body = {
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": page_url,
        "expires_in": LIFETIME_SECONDS,
        "interval": INTERVAL_SECONDS,
        "message": message,
    }
    return JsonAnswer(body, headers=NO_STORE)


async def enter_code(request: Request) -> Response:
    """``GET /devicelogin``: asks for the user code; ``?otc=`` fills the field, and the person still sends it"""
    return _ask_code(request, user_code=_letters(request.query_params.get("otc", "")))


def code_entered(request: Request, form: dict[str, str]) -> dict | Response:
    """The state of the sign-in for a typed user code, or the page that asks again."""
    authority = request.app.state.authority
    user_code = _letters(form.get("user_code", ""))
    # One transaction: concurrent attempts can't all be the last allowed one.
    with authority.directory.transaction():
        refused = too_many_wrong_codes(authority)
        issued = authority.directory.issued("user_code", user_code)
        good = issued is not None and not issued.redeemed and authority.clock() < issued.expires
        if not (refused or good):
            note_wrong_code(authority)
    if refused:
        response = _ask_code(request, "Too many wrong codes were entered. Wait a minute, then try again.", status=429)
        response.headers["Retry-After"] = str(WRONG_CODES_SECONDS)
        return response
    if not good:
        return _ask_code(request, "That code didn't work. Check the code and try again.")
    return issued.content | {"user_code": user_code}


def note_wrong_code(authority: Authority) -> None:
    """Count a wrong user code."""
    # By the computer's clock: shifting the tenant's gives no further attempts.
    now = authority.computer()
    authority.directory.add_wrong_attempt(now, forgotten=now - WRONG_CODES_SECONDS)


def too_many_wrong_codes(authority: Authority) -> bool:
    """Whether the limit for wrong user codes is reached."""
    now = authority.computer()
    # Attempts in the future date from before the computer's clock was set back.
    return authority.directory.wrong_attempts(after=now - WRONG_CODES_SECONDS, until=now) >= WRONG_CODES_ALLOWED


def approve(request: Request, content: dict) -> Response:
    """Let the waiting device have its tokens."""
    _settle(request, content, "approved")
    sentences = ["You have signed in on your device. You may close this page."]
    return page("message", heading="You're signed in", sentences=sentences)


def decline(request: Request, content: dict, reason: str) -> Response:
    """Refuse the waiting device."""
    _settle(request, content, "declined")
    return page("message", heading="You declined", sentences=["The device was not signed in.", reason])


def _settle(request: Request, content: dict, status: str) -> None:
    directory, now = request.app.state.authority.directory, request.app.state.authority.clock()
    settled = {name: content.get(name) for name in ("tenant_id", "user_id", "auth_time")} | {"status": status}
    with directory.transaction():
        if not directory.redeem("user_code", content["user_code"], now):
            raise form_token.Forbidden
        issued = directory.issued("device_code", content["device_code"])
        directory.change_issued("device_code", content["device_code"], issued.content | settled)


def _letters(text: str) -> str:
    # RFC 8628 section 6.1: people mistype case and punctuation, so neither counts.
    return re.sub(r"[^A-Za-z]", "", text).upper()[:_LENGTH]


def _ask_code(request: Request, problem: str | None = None, *, status: int = 200, user_code: str = "") -> Response:
    authority = request.app.state.authority
    ctx = form_token.begin(authority.directory, {"purpose": "code"}, authority.clock())
    return page("device", status=status, action="devicelogin", ctx=ctx, problem=problem, user_code=user_code)
