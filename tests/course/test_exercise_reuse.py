"""03-reuse: one application for the program's lifetime, judged by the requests that five calls send."""

import pytest

from course import exercises
from tests.course.exercise_cell import Tenant, registration_in, run

EXERCISE = exercises.find("03-reuse")

BEFORE = """
def new_app(**arguments):
    return msal.ConfidentialClientApplication(
        registration.client_id, "x", authority=registration.authority, **arguments
    )


def token_of(app):
    return app.acquire_token_for_client(registration.scopes)
"""
MISTAKES = [
    ("get_token = lambda: token_of(new_app())", "a new application: 5 calls sent 5 token requests and 5 for discovery"),
    (
        "app = new_app()\ndef get_token():\n    app.remove_tokens_for_client()\n    return token_of(app)",
        "something empties its cache",
    ),
    ("result = token_of(new_app())\nget_token = lambda: result", "a token that you keep yourself"),
    ("import functools\nget_token = functools.cache(lambda: token_of(new_app()))", "a token that you keep yourself"),
    (
        (
            "cache = msal.TokenCache()\ntoken_of(new_app(token_cache=cache))\n"
            "get_token = lambda: token_of(new_app(token_cache=cache))"
        ),
        "each call makes a new application: 5 requests for discovery",
    ),
    ("def get_token():\n    token_of(new_app())", "ends without `return`"),
    ("get_token = lambda: token_of(new_app())['access_token']", "return the whole dict"),
]


@pytest.fixture
def registration():
    with registration_in(Tenant()) as values:
        yield values


@pytest.mark.parametrize(("source", "reason"), MISTAKES)
def test_a_token_that_is_not_reused_is_wrong_because_of_what_was_sent(source, reason, registration):
    verdict = run(EXERCISE, f'{BEFORE}\n{source}\n\ncheck("03-reuse", get_token)', registration)
    assert verdict.kind == "wrong"
    assert reason in verdict.reason


def test_a_refused_token_request_is_told_before_reuse():
    error = {
        "error": "invalid_client",
        "error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: 1 Correlation ID: 2",
    }
    with registration_in(Tenant(token=error)) as registration:
        verdict = run(EXERCISE, EXERCISE.solution, registration)
    assert verdict.kind == "wrong"
    assert (
        "the authority answers `'invalid_client'`, `'AADSTS7000215: Invalid client secret provided.'`" in verdict.reason
    )


@pytest.mark.parametrize(
    "source",
    [
        "app = new_app()\ntoken_of(app)\nget_token = lambda: token_of(app)",
        "app = None\ndef get_token():\n    global app\n    app = app or new_app()\n    return token_of(app)",
        "import functools\nnew_app = functools.cache(new_app)\nget_token = lambda: token_of(new_app())",
    ],
    ids=["made in an earlier cell", "made at the first call", "made by a cached function"],
)
def test_an_application_may_be_kept_in_any_way(source, registration):
    assert run(EXERCISE, f'{BEFORE}\n{source}\n\ncheck("03-reuse", get_token)', registration).kind == "right"
