"""The exercise "Silent first" of notebook 06: whole functions, right and wrong."""

import pytest

from course import exercises
from tests.course.exercise_cell import Tenant, registration_in, run

EXERCISE = exercises.find("06-silent-first")
CALL = '\n\ncheck("06-silent-first", get_token)'

WRONG = [
    (
        "def get_token(app, scopes):\n    return app.acquire_token_silent(scopes, account=None)",
        "the account is missing",
    ),
    (
        (
            "def get_token(app, scopes):\n"
            "    for account in app.get_accounts():\n"
            "        return app.acquire_token_silent(scopes, account=account)"
        ),
        "nobody is asked to sign in",
    ),
    (
        (
            "def get_token(app, scopes):\n"
            "    for account in app.get_accounts():\n"
            "        app.acquire_token_silent(scopes, account=account)\n"
            "    return app.acquire_token_interactive(scopes)"
        ),
        "a sign-in was started all the same",
    ),
    (
        "def get_token(app, scopes):\n    result = app.acquire_token_interactive(scopes)\n    return result",
        "nothing was asked silently",
    ),
    (
        (
            "def get_token(app, scopes):\n"
            "    for account in app.get_accounts():\n"
            "        result = app.acquire_token_silent(scopes, account=account)\n"
            "        if result:\n"
            "            return result['access_token']\n"
            "    return app.acquire_token_interactive(scopes)"
        ),
        "MSAL's result is wanted, the dict",
    ),
]


@pytest.fixture
def registration():
    with registration_in(Tenant()) as values:
        yield values


@pytest.mark.parametrize(("function", "reason"), WRONG, ids=[reason for _, reason in WRONG])
def test_a_function_is_wrong_for_what_it_does(function: str, reason: str, registration):
    verdict = run(EXERCISE, function + CALL, registration)
    assert verdict.kind == "wrong"
    assert reason in verdict.reason


def test_a_function_that_keeps_the_only_account_in_mind_is_right(registration):
    function = (
        "def get_token(app, scopes):\n"
        "    accounts = app.get_accounts()\n"
        "    result = app.acquire_token_silent(scopes, account=accounts[0]) if accounts else None\n"
        "    return result or app.acquire_token_interactive(scopes)"
    )
    assert run(EXERCISE, function + CALL, registration).kind == "right"


def test_a_function_that_raises_is_told_what_it_raised(registration):
    function = "def get_token(app, scopes):\n    return app.get_accounts()[0]['name']"
    verdict = run(EXERCISE, function + CALL, registration)
    assert verdict.kind == "raised"
    assert "KeyError" in verdict.reason
