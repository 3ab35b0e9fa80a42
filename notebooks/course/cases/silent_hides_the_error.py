"""`None` that hides an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell
from course.exercises.verdict import shown

_CONSENT = 65001


def _judge(result: Any, given: Mapping[str, Any]) -> str:
    if result is None:
        return running.no_token(result)
    if not isinstance(result, dict):
        return f"MSAL's result is wanted, and it returned {shown(result)}"
    if _CONSENT in (result.get("error_codes") or []):
        return ""
    return "the tenant did answer, with a number of its own: that answer is wanted, and this is another one"


CASE = Case(
    title="`None`, once more",
    group="sign-in",
    order=40,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/206",),
    story="The person is signed in, and the account is named. Then the program wants to read their colleagues' names too. "
    "Let it return *why* it can't.",
    symptom="None",
    predict="Compare the requests with those of the case before. Was the tenant asked this time?",
    solved=cell("""
        def get_token(app):
            account = app.get_accounts()[0]
            ask = app.acquire_token_silent_with_error  #: ask = app.acquire_token_silent
            return ask(["User.ReadBasic.All"], account=account)


        check("07-silent-hides-the-error", get_token)
    """),
    hints=(
        "The tenant did answer. This method throws the answer away, and another one of MSAL's keeps it.",
        "Notebook 02 used it: its name is the same, with two more words at the end.",
    ),
    lesson="`None` says that a person is needed, and the longer method says what for: here it is consent.",
    situation=situations.signed_in,
    judge=_judge,
    wrong=(
        Wrong(
            old="account=account)",
            new='account=account) or {"error": "no token"}',
            because="that answer is wanted",
        ),
        Wrong(old="account=account)", new="account=account, force_refresh=True)", because="it returned `None`"),
    ),
    given={"app": "`app`, a public client in which a person has signed in"},
)
