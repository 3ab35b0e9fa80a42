"""Exercises of notebook 06: which flow for which app, asking silently first, and reading a claims challenge."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.verdict import NOT_TRIED, RIGHT, Verdict, shown, wrong

_NOTEBOOK = "06-acquiring-tokens"

_FLOWS = ("authorization code", "device code", "client credentials", "on behalf of")
_APPS = {
    "a web shop that shows the customer's own calendar": (
        "authorization code",
        "a person is there, with a browser, and the server that signs them in can be reached by it",
    ),
    "a tool in a terminal, on a server that has no screen": (
        "device code",
        "a person is there, but no browser on that computer: they sign in on another one",
    ),
    "a nightly job that counts all users": (
        "client credentials",
        "nobody is there at night: the app acts on its own behalf",
    ),
    "an API, called for a person, that calls Graph for them": (
        "on behalf of",
        "the person has signed in to the caller already, and the API holds a token that says so",
    ),
}


def _check_which_flow(answer: object) -> Verdict:
    if not isinstance(answer, dict):
        return wrong(f"a dict from each app to its flow is wanted, and you gave {shown(answer)}")
    if answer and all(flow is ... for flow in answer.values()):
        return NOT_TRIED
    for app, (flow, reason) in _APPS.items():
        if app not in answer:
            return wrong(f"there is no answer for {shown(app)}")
        if answer[app] is ...:
            return wrong(f"{shown(app)} has no flow yet")
        if answer[app] not in _FLOWS:
            return wrong(f"{shown(answer[app])} is none of the names in `flows`")
        if answer[app] != flow:
            return wrong(f"for {shown(app)} you chose {shown(answer[app])}: {reason}")
    return RIGHT


class _Stand:
    """Stands in for a client application: it has *accounts*, answers silently with *cached*, and counts sign-ins."""

    def __init__(self, accounts: list[dict], cached: dict | None):
        self._accounts, self._cached = accounts, cached
        self.silent: list[dict | None] = []
        self.interactive = 0

    def get_accounts(self, username: str | None = None) -> list[dict]:
        return self._accounts

    def acquire_token_silent(self, scopes: list[str], account: dict | None, **more: Any) -> dict | None:
        self.silent.append(account)
        return self._cached if account else None

    def acquire_token_interactive(self, scopes: list[str], **more: Any) -> dict:
        self.interactive += 1
        return {"access_token": "from a sign-in", "token_source": "identity_provider"}


_CACHED = {"access_token": "from the cache", "token_source": "cache"}
_PERSON = {"username": "learner@practice.example", "home_account_id": "uid.utid"}


def _check_silent_first(get_token: object) -> Verdict:
    for when, accounts, cached, interactive in (
        ("for a person whose token is cached", [_PERSON], _CACHED, 0),
        ("for a person whose token has ended", [_PERSON], None, 1),
        ("before anybody has signed in", [], None, 1),
    ):
        app = _Stand(accounts, cached)
        result = run_answer.call(get_token, app, ["User.Read"], when=when)
        reason = _why_not_silent_first(app, result, accounts=accounts, cached=cached, interactive=interactive)
        if reason:
            return wrong(f"{when} {reason}")
    return RIGHT


def _why_not_silent_first(
    app: _Stand, result: object, *, accounts: list[dict], cached: dict | None, interactive: int
) -> str:
    if accounts and not app.silent:
        return "nothing was asked silently: the person has to sign in although the cache could have answered"
    if accounts and app.silent[0] is None:
        return "the account is missing: without one, the cache doesn't know whose token is wanted"
    if app.interactive > interactive:
        return "a sign-in was started all the same"
    if app.interactive < interactive:
        return "nobody is asked to sign in, so there is never a token: `None` means that it takes a person"
    if not isinstance(result, dict):
        return f"it returned {shown(result)}: MSAL's result is wanted, the dict"
    return "" if result == (cached or result) else "another result was returned than the cached one"


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """An API's answer, with what a challenge needs of one."""

    status_code: int
    headers: dict[str, str] = field(default_factory=dict)


def _challenge(claims: dict, *, last: str = "") -> str:
    encoded = base64.b64encode(json.dumps(claims).encode()).decode()
    return f'Bearer realm="", error="insufficient_claims", claims="{encoded}"{last}'


def _check_claims_challenge(claims_of: object) -> Verdict:
    wanted = {"access_token": {"acrs": {"essential": True, "value": "c7"}}}
    later = {"access_token": {"nbf": {"essential": True, "value": "1700000000"}}}
    for when, status, header, claims in (
        ("for a challenge", 401, _challenge(wanted), wanted),
        (
            "for a challenge with more behind the claims",
            401,
            _challenge(later, last=', authorization_uri="https://login.microsoftonline.com/common"'),
            later,
        ),
        ("for a 401 without claims", 401, 'Bearer error="invalid_token"', None),
        ("for a 200", 200, None, None),
    ):
        headers = {"WWW-Authenticate": header} if header else {}
        result = run_answer.call(claims_of, _Answer(status_code=status, headers=headers), when=when)
        if claims is None and result is not None:
            return wrong(f"{when} it returned {shown(result)}: there is no challenge in it, so `None` is wanted")
        if claims is not None and _decoded(result) != claims:
            return wrong(f"{when} it returned {shown(result)}: the decoded text of `claims` is wanted")
    return RIGHT


def _decoded(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


EXERCISES = (
    Exercise(
        id="06-which-flow",
        notebook=_NOTEBOOK,
        title="Which flow for which app?",
        solved=cell("""
            flows = ("authorization code", "device code")
            flows += ("client credentials", "on behalf of")
            chosen = {
                "a web shop that shows the customer's own calendar": "authorization code",  #: ...
                "a tool in a terminal, on a server that has no screen": "device code",  #: ...
                "a nightly job that counts all users": "client credentials",  #: ...
                "an API, called for a person, that calls Graph for them": "on behalf of",  #: ...
            }

            check("06-which-flow", chosen)
        """),
        hints=(
            "Ask two questions of each app: is a person there? And if so, where is their browser?",
            "One of the four has no person. One has a person who signed in to another app already.",
        ),
        check=_check_which_flow,
        success="Whether a person is there, and where their browser is, decides about the flow.",
    ),
    Exercise(
        id="06-silent-first",
        notebook=_NOTEBOOK,
        title="Silent first",
        solved=cell("""
            def get_token(app, scopes):
                for account in app.get_accounts():  #:
                    result = app.acquire_token_silent(scopes, account=account)
                    if result:
                        return result
                return app.acquire_token_interactive(scopes)


            check("06-silent-first", get_token)
        """),
        hints=(
            "`get_accounts()` lists who signed in before; it may be empty.",
            "Try `acquire_token_silent` with an account. If it gives `None`, only a person can help.",
        ),
        check=_check_silent_first,
        success="People sign in once; after that the cache and the refresh token do the work, until it takes a person again.",
    ),
    Exercise(
        id="06-claims-challenge",
        notebook=_NOTEBOOK,
        title="Read a claims challenge",
        solved=cell("""
            import base64
            import re


            def claims_of(answer):
                challenge = answer.headers.get("WWW-Authenticate", "")
                found = re.search(r'claims="([^"]+)"', challenge)  #:
                return base64.b64decode(found[1]).decode() if found else None  #: ...


            check("06-claims-challenge", claims_of)
        """),
        hints=(
            "The section *An API asks for more* has all the parts. What does `re.search` give when nothing is found?",
            "Keep what `re.search` gives. If it is `None`, return `None`; else decode its first group.",
        ),
        check=_check_claims_challenge,
        success="The text goes to `claims_challenge` as it is; MSAL and the tenant do the rest.",
    ),
)
