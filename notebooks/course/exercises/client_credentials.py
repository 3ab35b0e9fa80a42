"""Exercises of notebook 04: the scope, the roles in the token, the code in an error."""

from __future__ import annotations

import base64
import json

from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.verdict import RIGHT, Verdict, shown, wrong

_NOTEBOOK = "04-client-credentials-flow"

_API = "api://00001111-aaaa-2222-bbbb-3333cccc4444"


def _check_default_scope(answer: object) -> Verdict:
    if answer in ([f"{_API}/.default"], (f"{_API}/.default",)):
        return RIGHT
    if isinstance(answer, str):
        return wrong("MSAL takes a list of scopes, even for one, and you gave one string")
    if not isinstance(answer, list | tuple) or not all(isinstance(scope, str) for scope in answer):
        return wrong(f"scopes are a list of strings, and you gave {shown(answer)}")
    if not answer:
        return wrong("the list is empty: without a scope nobody knows for which API the token is meant")
    if len(answer) > 1:
        return wrong(
            f"there are {len(answer)} scopes: in this flow there is one, which stands for every application permission "
            "of the API"
        )
    return wrong(_why_not_the_scope(answer[0]))


def _why_not_the_scope(scope: str) -> str:
    if scope == _API:
        return "that is the API's application ID URI alone: what is asked of the API is missing"
    if scope != scope.strip():
        return "there is white space around the scope"
    if scope.startswith("https://graph.microsoft.com/"):
        return (
            "that scope is for Microsoft Graph: the token's audience would be Graph, and your API refuses such a token"
        )
    if not scope.startswith("api://"):
        return f"{shown(scope)} names no API: the scope begins with the API's application ID URI, which is `api`"
    if not scope.startswith(_API):
        return f"{shown(scope)} is for another API than `api`"
    asked = scope.removeprefix(_API)
    if asked == "//.default":
        return "there are two slashes before `.default`: this application ID URI does not end with one"
    if ".default" not in asked:
        return (
            f"{shown(asked)} asks for one permission. Entra answers AADSTS1002012: in this flow the permissions are "
            "those that an administrator has granted, all at once"
        )
    return f"after the application ID URI comes a slash and `.default`, and you wrote {shown(asked)}"


def access_token(claims: dict[str, object]) -> str:
    """An unsigned token with these claims, for reading only."""
    parts = (json.dumps({"typ": "JWT", "alg": "RS256"}), json.dumps(claims, ensure_ascii=False), "not a signature")
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


# Payloads of several lengths modulo 3, and one whose encoding has "-" or "_", for those who decode by hand:
# base64url without padding, https://www.rfc-editor.org/rfc/rfc7515#section-2
ROLES_CASES: tuple[tuple[str, dict[str, object], list[str]], ...] = (
    ("for a token with one role", {"aud": _API, "roles": ["Records.Read.All"], "ver": "2.0"}, ["Records.Read.All"]),
    (
        "for a token with two roles",
        {
            "aud": "https://graph.microsoft.com",
            "app_displayname": "Küchenplan ~~~ ???",
            "roles": ["User.Read.All", "Application.ReadWrite.All"],
        },
        ["User.Read.All", "Application.ReadWrite.All"],
    ),
    ("for a token without `roles`", {"aud": "https://graph.microsoft.com", "idtyp": "app"}, []),
    ("for a user's token, which has `scp` and no `roles`", {"scp": "User.Read Mail.Read", "name": "learner"}, []),
)


def _check_roles(roles: object) -> Verdict:
    for case, claims, expected in ROLES_CASES:
        result = run_answer.call(roles, access_token(claims), when=case)
        if result != expected:
            return wrong(f"{case} it returned {shown(result)}: {_why_not_the_roles(result, claims, expected)}")
    return RIGHT


def _why_not_the_roles(result: object, claims: dict[str, object], expected: list[str]) -> str:
    if result is None:
        # Both a missing `return` and `claims.get("roles")` end here.
        return "a list is wanted in every case" if not expected else "the function ends without `return`"
    if result == claims:
        return "those are all claims: `roles` is one of them"
    if "scp" in claims and result:
        return "`scp` holds what a user has delegated to the app. The app's own permissions are in `roles`, or nowhere"
    if isinstance(result, str):
        return "a list is wanted, even of one role"
    if isinstance(result, list | tuple | set) and set(result) < set(expected):
        return f"the token has {len(expected)} roles"
    if isinstance(result, tuple | set):
        return "a list is wanted"
    return f"the token's `roles` are {shown(expected)}"


_ERRORS = (
    (
        "for a wrong secret",
        {
            "error": "invalid_client",
            "error_description": "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in "
            "the request is the client secret value, not the client secret ID.",
            "error_codes": [7000215],
        },
        7000215,
    ),
    (
        "for an expired secret, described in no words",
        {"error": "invalid_client", "error_description": "", "error_codes": [7000222]},
        7000222,
    ),
    ("for a result with a token", {"token_type": "Bearer", "expires_in": 3599, "access_token": "eyJ…"}, None),
    ("for an error without `error_codes`", {"error": "invalid_request", "error_description": "No code here."}, None),
    ("for an error with empty `error_codes`", {"error": "invalid_request", "error_codes": []}, None),
)


def _check_error_code(aadsts: object) -> Verdict:
    for case, result, expected in _ERRORS:
        returned = run_answer.call(aadsts, dict(result), when=case)
        if type(returned) is not type(expected) or returned != expected:
            return wrong(f"{case} it returned {shown(returned)}: {_why_not_the_code(returned, result, expected)}")
    return RIGHT


def _why_not_the_code(returned: object, result: dict, expected: int | None) -> str:
    if isinstance(returned, list):
        return "`error_codes` is a list, and its first number is wanted" if returned else "`None` is wanted, not a list"
    if returned == result.get("error"):
        return "that is OAuth's word for the error, which many causes share: the number is in `error_codes`"
    if returned == "" or (expected and returned is None and not result["error_description"]):
        return "the description is written for people, and may change: the number is in `error_codes`"
    if isinstance(returned, str) and str(expected) in returned:
        return "the number is wanted, as an `int`"
    if returned is None:
        return f"the answer has {shown(expected)} in `error_codes`"
    if expected is None:
        return "there is no code in it, so `None` is wanted"
    return f"{shown(expected)} is wanted"


EXERCISES = (
    Exercise(
        id="04-default-scope",
        notebook=_NOTEBOOK,
        title="The scope for an API of your own",
        solved=cell("""
            api = "api://00001111-aaaa-2222-bbbb-3333cccc4444"
            scopes = [f"{api}/.default"]  #: ...

            check("04-default-scope", scopes)
        """),
        hints=(
            (
                "For Microsoft Graph the scope is `https://graph.microsoft.com/.default`: a resource, and what is "
                "asked of it."
            ),
            "Put the API's application ID URI where Graph's URL was, keep the rest, and make it a list of one string.",
        ),
        check=_check_default_scope,
        success="`/.default` asks for every application permission of that API that an administrator has granted "
        "to the app.",
    ),
    Exercise(
        id="04-roles",
        notebook=_NOTEBOOK,
        title="Read the roles in an access token",
        solved=cell("""
            import jwt


            def roles(access_token):
                claims = jwt.decode(access_token, options={"verify_signature": False})
                return claims.get("roles", [])  #: ...


            check("04-roles", roles)
        """),
        hints=(
            "`claims` is a dict, and the application permissions are the list under the key `roles`.",
            (
                "Without admin consent the claim is absent. The method `get` of a dict takes a second argument for "
                "that case."
            ),
        ),
        check=_check_roles,
        success="The API decides by this list: a token without it is genuine, and the call is refused all the same.",
    ),
    Exercise(
        id="04-error-code",
        notebook=_NOTEBOOK,
        title="Find the AADSTS number in a result",
        solved=cell("""
            def aadsts(result):
                codes = result.get("error_codes")  #:
                return codes[0] if codes else None  #: ...


            check("04-error-code", aadsts)
        """),
        hints=(
            "MSAL returns errors as a dict. Beside `error` and `error_description` it has a list of numbers.",
            (
                "The list is under `error_codes`. It may be absent or empty, and then there is nothing to index: "
                "return `None`."
            ),
        ),
        check=_check_error_code,
        success="A program decides by `error` and `error_codes`; the description is for the person who repairs "
        "the cause.",
    ),
)
