"""Exercises of notebook 02: a public client application, and the sign-in URL it would open."""

from __future__ import annotations

from urllib.parse import urlencode

from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.fake_registration import instantiate
from course.exercises.solved_cell import cell
from course.exercises.verdict import RIGHT, Verdict, shown, wrong

_NOTEBOOK = "02-public-client"

_PARTS = ("response_type", "scope", "code_challenge_method")
_AUTHORIZE = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/oauth2/v2.0/authorize"
# What MSAL 1.39 opens for these scopes, and a URL of another library: no scope can be guessed from the first.
_SIGN_INS = (
    {
        "client_id": "11112222-bbbb-3333-cccc-4444dddd5555",
        "response_type": "code",
        "redirect_uri": "http://localhost",
        "scope": "User.Read offline_access openid profile",
        "state": "a-random-state",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        "nonce": "a-random-nonce",
        "client_info": "1",
    },
    {
        "client_id": "11112222-bbbb-3333-cccc-4444dddd5555",
        "response_type": "code id_token",
        "scope": "https://graph.microsoft.com/Mail.Read",
        "code_challenge": "a-plain-challenge",
        "code_challenge_method": "plain",
    },
)


def _check_make_app(make_app: object) -> Verdict:
    app, registration = instantiate(make_app, "PublicClientApplication")
    if app.client_id == registration.public_client_id:
        return RIGHT
    if app.client_id == registration.client_id:
        return wrong(
            "`client_id` is the confidential app's: the desktop app has a registration of its own, "
            "and its ID is `registration.public_client_id`"
        )
    return wrong(
        f"the client ID is {shown(app.client_id)}, not the registration's: a wrong one is refused with AADSTS700016"
    )


def _check_sign_in_url(read: object) -> Verdict:
    for sign_in in _SIGN_INS:
        case = f"for a URL with `scope={sign_in['scope']}`" if sign_in is not _SIGN_INS[0] else "for MSAL's sign-in URL"
        result = run_answer.call(read, f"{_AUTHORIZE}?{urlencode(sign_in)}", when=case)
        reason = _why_not_the_parts(result, sign_in)
        if reason:
            return wrong(f"{case} {reason}")
    return RIGHT


def _why_not_the_parts(result: object, sign_in: dict[str, str]) -> str:
    if not isinstance(result, dict):
        return f"the function returned {shown(result)}, and a dict is wanted"
    missing = [name for name in _PARTS if name not in result]
    if missing:
        return f"the dict has no `{missing[0]}`"
    for name in ("response_type", "code_challenge_method"):
        if result[name] == [sign_in[name]]:
            return f"`{name}` is a list: `parse_qs` gives lists, as a parameter may occur twice. Take the first value"
        if name == "code_challenge_method" and result[name] == sign_in["code_challenge"]:
            return "`code_challenge_method` is the challenge itself: the method has a parameter of its own"
        if result[name] != sign_in[name]:
            return f"`{name}` is {shown(result[name])}, and the URL says {shown(sign_in[name])}"
    return _why_not_the_scope(result["scope"], sign_in["scope"])


def _why_not_the_scope(scope: object, sent: str) -> str:
    if isinstance(scope, str):
        return f"`scope` is one string, {shown(scope)}: a list with one string for each scope is wanted"
    if not isinstance(scope, list):
        return f"`scope` is {shown(scope)}, and a list is wanted"
    if any(part not in sent.split() and ("+" in str(part) or "%" in str(part)) for part in scope):
        return "`scope` is still encoded: in a URL a space is a `+`, a slash is `%2F`. `parse_qs` decodes them"
    if scope == [sent] and " " in sent:
        return f"`scope` is a list of one string, {shown(sent)}: the scopes in it are separated by spaces"
    if sorted(map(str, scope)) != sorted(sent.split()):
        return f"`scope` is {shown(scope)}, and the URL asks for {shown(sent.split())}"
    return ""


EXERCISES = (
    Exercise(
        id="02-instantiate",
        notebook=_NOTEBOOK,
        title="Instantiate the public client",
        solved=cell("""
            def make_app(registration):
                return msal.PublicClientApplication(  #: ...
                    registration.public_client_id,
                    authority=registration.authority,
                )


            check("02-instantiate", make_app)
        """),
        hints=(
            (
                "`make_app` returns an instance of MSAL's class for apps that can keep no secret. "
                "Its first argument is the client ID of the desktop app."
            ),
            (
                "One keyword argument follows the client ID: `authority`. Its value is an attribute of the registration; "
                "a credential is not among the arguments."
            ),
        ),
        check=_check_make_app,
        success="A public client is made of a client ID and an authority: nothing in it is secret, so nothing can "
        "leak.",
    ),
    Exercise(
        id="02-sign-in-url",
        notebook=_NOTEBOOK,
        title="Read a sign-in URL",
        solved=cell("""
            from urllib.parse import parse_qs, urlsplit


            def read(url):
                query = parse_qs(urlsplit(url).query)
                return {  #: ...
                    "response_type": query["response_type"][0],
                    "scope": query["scope"][0].split(),
                    "code_challenge_method": query["code_challenge_method"][0],
                }


            check("02-sign-in-url", read)
        """),
        hints=(
            "`query` is a dict from each parameter's name to the list of its values; here every list has one value.",
            (
                "Return a dict with the keys `response_type`, `scope` and `code_challenge_method`. "
                "The scopes are one string with spaces between them: `str.split` makes it a list."
            ),
        ),
        check=_check_sign_in_url,
        success="The URL asks for a code rather than a token, for these scopes, and with PKCE (`S256`), so that a "
        "stolen code is worth nothing.",
    ),
)
