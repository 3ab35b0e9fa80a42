"""A tenant that was asked too often, and a program that asks again at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from course import transport
from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

_RETRY_AFTER = 3  # seconds; more than a busy computer takes for the second call


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.with_app() as given, situations.failing(given["practice"]) as tenant:
        tenant.throttle(retry_after=_RETRY_AFTER)

        def retry_after() -> int:
            """What the last answer with the header said."""
            answered = [exchange.response_headers for exchange in transport.current_trace()]
            said = [headers for headers in answered if "retry-after" in headers]
            return int(said[-1]["retry-after"]) if said else 0

        yield given | {"retry_after": retry_after, "wait": time.sleep}


CASE = Case(
    title="Asked too often",
    group="network",
    order=50,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/159",),
    story="The tenant says: too many requests. The program tries again at once.",
    symptom="temporarily_unavailable: AADSTS90055",
    predict="The program asked twice. How often was the tenant asked?",
    solved=cell("""
        def get_token(practice, app, retry_after, wait):
            result = app.acquire_token_for_client(practice.scopes)
            if "error" in result:
                wait(retry_after())  #:
                result = app.acquire_token_for_client(practice.scopes)
            return result


        check("07-throttled", get_token)
    """),
    hints=(
        (
            "The tenant told in a header how many seconds to wait, and MSAL repeats its answer for so long without sending "
            "anything."
        ),
        "`wait` takes seconds, and `retry_after` returns what the header said. Wait before the second call.",
    ),
    lesson="Asking again at once gets the same answer from MSAL's HTTP cache, so wait for as long as the tenant says.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old='    if "error" in result:\n', new="    for _ in range(20):\n", because="the program still gets"),
        Wrong(
            old='    if "error" in result:\n',
            new='    if "error" in result:\n        app.remove_tokens_for_client()\n',
            because="the program still gets",
        ),
    ),
    given={"retry_after": "`retry_after()`, the seconds that the tenant asked for"},
)
