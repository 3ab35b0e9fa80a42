"""Exercises of notebook 07: a function that explains any result of MSAL, in four steps, with their checks."""

from __future__ import annotations

import json
from typing import Any

from course import diagnosis
from course.error_clinic.case import NOTEBOOK
from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.verdict import RIGHT, Verdict, shown, wrong

_TAIL = " Trace ID: 0a1b Correlation ID: 2c3d Timestamp: then"
_OLD_TAIL = "\r\nTrace ID: 0a1b\r\nCorrelation ID: 2c3d\r\nTimestamp: then"
_EXPIRED = "AADSTS7000222: The provided client secret keys are expired. Make new ones."
_CONSENT = "AADSTS65001: The user or administrator has not consented."

_TOKEN = {"access_token": "eyJ…", "token_type": "Bearer", "expires_in": 3599, "token_source": "cache"}
_REFUSED = {"error": "invalid_client", "error_description": _EXPIRED + _TAIL, "error_codes": [7000222]}
_UNCONSENTED = {"error": "invalid_grant", "error_description": _CONSENT + _TAIL, "suberror": "consent_required"}
_BUSY = {"error": "temporarily_unavailable", "error_description": "AADSTS90055: Too many requests." + _TAIL}


def check_three_results(explain: object) -> Verdict:
    """Step 1: a token, nothing, or an error."""
    return _tried(
        explain,
        ("for a token from the cache", _TOKEN, ("nobody", "cache"), "`token_source` says where a token came from"),
        (
            "for a new token",
            _TOKEN | {"token_source": "identity_provider"},
            ("nobody", "identity_provider"),
            "`token_source` says where a token came from",
        ),
        ("for `None`", None, ("person", "nothing in the cache fits"), "this line was right as it was given"),
        ("for a refused secret", _REFUSED, ("developer", "invalid_client"), "OAuth's word for it is under `error`"),
    )


def check_words(words: object) -> Verdict:
    """Step 2: the tenant's words, without what follows them."""
    return _tried(
        words,
        (
            "for an expired secret",
            _REFUSED,
            _EXPIRED,
            "all of the sentences are wanted, and nothing from `Trace ID` on",
        ),
        (
            "for an answer as it was before 2023, with line breaks",
            _REFUSED | {"error_description": _EXPIRED + _OLD_TAIL},
            _EXPIRED,
            "there stands a line break before `Trace ID`, where now stands a space",
        ),
        (
            "for a description without a trace ID",
            {"error": "invalid_client", "error_description": "No tail here."},
            "No tail here.",
            "the description is whole as it is",
        ),
        ("without a description", {"error": "invalid_scope"}, "invalid_scope", "then OAuth's word is all there is"),
        (
            "for an empty description",
            {"error": "invalid_scope", "error_description": ""},
            "invalid_scope",
            "then OAuth's word is all there is",
        ),
    )


def check_who(who: object) -> Verdict:
    """Step 3: who has to act on an error."""
    signs_in = "a person has to sign in, or to consent: no repair of the code gets around that"
    return _tried(
        who,
        (
            "for an expired secret",
            _REFUSED,
            "developer",
            "the program or its registration is wrong, and somebody repairs it",
        ),
        ("for a consent that is missing", _UNCONSENTED, "person", signs_in),
        ("for a refresh token that ended", {"error": "invalid_grant", "suberror": "bad_token"}, "person", signs_in),
        ("for `interaction_required`", {"error": "interaction_required"}, "person", signs_in),
        ("for an expired device code", {"error": "expired_token"}, "person", signs_in),
        ("for a busy tenant", _BUSY, "wait", "nobody did anything wrong: ask again later"),
        (
            "for a wrong scope",
            {"error": "invalid_scope", "error_codes": [1002012]},
            "developer",
            "the code has to change",
        ),
    )


def _outcomes() -> tuple[tuple[str, Any], ...]:
    import msal.exceptions
    import requests

    return (
        ("for a token", _TOKEN),
        ("for `None`", None),
        ("for a refused secret", _REFUSED),
        ("for a consent that is missing", _UNCONSENTED),
        ("for a busy tenant", _BUSY),
        ("for a wrong authority", ValueError("Unable to get authority configuration")),
        ("for a proxy that is switched off", requests.exceptions.ProxyError("Unable to connect to proxy")),
        ("for a network that is gone", requests.ConnectionError("Connection aborted")),
        ("for an answer in plain text", json.JSONDecodeError("Expecting value", "Too many requests", 0)),
        (
            "for a server's error",
            msal.exceptions.MsalServiceError(error="503", error_description="Service Unavailable"),
        ),
    )


_WHY = {
    "network": "an exception of `requests` means that no answer came through; its type says why",
    "wait": "the tenant, or something before it, is in trouble: ask again later",
    "developer": "the program or its registration has to change",
    "person": "a person is needed",
    "nobody": "it is a token, and nobody has to do anything",
}


def check_explain(explain: object) -> Verdict:
    """Step 4: everything that MSAL returns or raises."""
    for case, outcome in _outcomes():
        expected = diagnosis.explain(outcome)
        returned = run_answer.call(explain, dict(outcome) if isinstance(outcome, dict) else outcome, when=case)
        if returned != expected:
            knows_who = isinstance(returned, tuple) and returned[:1] == expected[:1]
            why = f"{shown(expected[1])} is wanted beside it" if knows_who else _WHY[expected[0]]
            return wrong(f"{case} it returned {shown(returned)}: {why}")
    return RIGHT


def _tried(function: Any, *cases: tuple[str, dict | None, object, str]) -> Verdict:
    """The verdict on a function. A case is its description, the argument, the expected result and a hint."""
    for case, given, expected, hint in cases:
        returned = run_answer.call(function, given and dict(given), when=case)
        if returned != expected:
            return wrong(f"{case} it returned {shown(returned)}: {hint}")
    return RIGHT


THREE_RESULTS = Exercise(
    id="07-explain-three-results",
    notebook=NOTEBOOK,
    title="Explain a result, step 1: three kinds",
    solved=cell("""
        def explain(result):
            if result is None:
                return "person", "nothing in the cache fits"
            if "access_token" in result:
                return "nobody", result["token_source"]  #: return ...
            return "developer", result["error"]  #: return ...


        check("07-explain-three-results", explain)
    """),
    hints=(
        "Return two things with a comma between them, as the first line does: who has to act, and what there is to say.",
        (
            'With a token `"nobody"` has to act, and `token_source` is worth saying. With an error it is for now always the '
            '`"developer"`, and OAuth has one word for it.'
        ),
    ),
    check=check_three_results,
    success="MSAL returns three kinds of result, and a program asks for them in this order.",
)

WORDS = Exercise(
    id="07-explain-words",
    notebook=NOTEBOOK,
    title="Explain a result, step 2: the tenant's words",
    solved=cell("""
        import re


        def words(error):
            text = error.get("error_description") or error["error"]  #: text = error["error_description"]
            return re.split(r"\\s+Trace ID", text)[0]  #: return text


        check("07-explain-words", words)
    """),
    hints=(
        "The identifiers behind the sentences begin with `Trace ID`. Cut there. And a description may be missing, or empty.",
        (
            "`re.split` takes a pattern and a text, and returns a list of parts. Any white space is `\\s`, one or more of it "
            "`\\s+`. For the missing description: the method `get`, and the operator `or`."
        ),
    ),
    check=check_words,
    success="A person reads the sentences, and an administrator searches by the identifiers, so keep those in your log.",
)

WHO = Exercise(
    id="07-explain-who",
    notebook=NOTEBOOK,
    title="Explain a result, step 3: who has to act?",
    solved=cell("""
        def who(error):
            word = error["error"]
            if word in ("invalid_grant", "interaction_required", "expired_token"):  #:
                return "person"
            if word == "temporarily_unavailable":  #:
                return "wait"
            return "developer"  #: return ...


        check("07-explain-who", who)
    """),
    hints=(
        "OAuth's word decides. A grant (a code, a refresh token) that doesn't count any more is replaced by a new sign-in.",
        (
            "Three words call for the person: the grant is invalid, interaction is required, the token (of a device code) "
            "expired. One says that the tenant is unavailable for now. All others are the developer's."
        ),
    ),
    check=check_who,
    success="A program decides by OAuth's word; the number and the sentences are for the person who repairs.",
)

EXPLAIN = Exercise(
    id="07-explain",
    notebook=NOTEBOOK,
    title="Explain a result, step 4: exceptions too",
    solved=cell("""
        import json

        import requests

        from course.diagnosis import who, words


        def explain(result):
            if isinstance(result, requests.RequestException):  #:
                return "network", type(result).__name__
            later = (json.JSONDecodeError, msal.exceptions.MsalServiceError)  #:
            if isinstance(result, later):  #:
                return "wait", type(result).__name__
            if isinstance(result, Exception):  #:
                return "developer", str(result)
            if result is None:
                return "person", "nothing in the cache fits"
            if "access_token" in result:
                return "nobody", result["token_source"]
            return who(result), words(result)


        check("07-explain", explain)
    """),
    hints=(
        "An exception is no dict, so it has to be looked for before the dict is. The most special kind goes first.",
        (
            '`isinstance` tells the kinds apart. Those of `requests` are `RequestException`: say `"network"` and the name of '
            'the type. An answer that is no JSON, and MSAL\'s own `MsalServiceError`, are `"wait"`, also with the name.'
        ),
        'Every other exception is the `"developer"`\'s, and what it says is its text.',
    ),
    check=check_explain,
    success="Nothing that MSAL returns or raises is a riddle now, and no token is in what your function says.",
)
