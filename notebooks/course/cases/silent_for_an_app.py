"""A silent request for an app's own token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


def _judge(result: Any, given: Mapping[str, Any]) -> str:
    if reason := running.no_token(result):
        return reason
    count = running.token_requests()
    return "" if count == 1 else f"it works, with {count} token requests: one is enough for the first call and this one"


CASE = Case(
    title="Silently, for the app itself",
    group="caching",
    order=10,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/pull/581",
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/602",
    ),
    story="Older samples ask silently first, also for a daemon. This one does so, a second after it got a token.",
    symptom="None",
    predict="The token is in the cache. Whose token is it: which account would have to be named?",
    solved=cell("""
        def get_token(practice, app):
            app.acquire_token_for_client(practice.scopes)
            return app.acquire_token_for_client(practice.scopes)  #: return app.acquire_token_silent(practice.scopes, None)


        check("07-silent-for-an-app", get_token)
    """),
    hints=(
        "Silent is for people: it looks for an account. An app's own token belongs to no account.",
        "Since MSAL 1.23 the method that got the first token looks into the cache by itself.",
    ),
    lesson="For the app itself there is one method, and it looks into the cache before it asks.",
    situation=situations.with_app,
    judge=_judge,
    wrong=(
        Wrong(
            old="return app.acquire_token_silent(practice.scopes, None)",
            new="app.remove_tokens_for_client()\n    return app.acquire_token_for_client(practice.scopes)",
            because="2 token requests",
        ),
        Wrong(
            old="acquire_token_silent(practice.scopes, None)",
            new="acquire_token_silent(practice.scopes, app.client_id)",
            because="'str' object",
        ),
    ),
)
