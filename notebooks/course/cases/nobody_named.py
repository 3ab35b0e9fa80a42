"""A silent request that doesn't say for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


def _judge(result: Any, given: Mapping[str, Any]) -> str:
    if reason := running.no_token(result):
        return reason
    if running.token_requests():
        return "a token was in the cache, and the program asked the tenant for another one"
    return ""


CASE = Case(
    title="Silently, but for whom?",
    group="sign-in",
    order=30,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/42",
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/206",
    ),
    story="A person signed in a minute ago, and `app` has their tokens in its cache. The program asks for one silently.",
    symptom="None",
    predict="Is the cache empty? How many requests were sent?",
    solved=cell("""
        def get_token(app):
            account = app.get_accounts()[0]  #: account = None
            return app.acquire_token_silent(["User.Read"], account=account)


        check("07-nobody-named", get_token)
    """),
    hints=(
        "The cache may hold the tokens of several people. Nobody has told MSAL whose is wanted.",
        "The app lists who has signed in: `get_accounts`. The method wants one of these, not the list.",
    ),
    lesson="`None` means that nothing in the cache fits, and without an account nothing ever does.",
    situation=situations.signed_in,
    judge=_judge,
    wrong=(
        Wrong(old="account=account)", new="account=account, force_refresh=True)", because="it returned `None`"),
        Wrong(
            old="account = None",
            new="account = app.get_accounts()",
            because="'list' object",
        ),
        Wrong(
            old='account = None\n    return app.acquire_token_silent(["User.Read"], account=account)',
            new="account = app.get_accounts()[0]\n"
            '    return app.acquire_token_silent(["User.Read"], account=account, force_refresh=True)',
            because="asked the tenant for another one",
        ),
    ),
    given={"app": "`app`, a public client in which a person has signed in"},
)
