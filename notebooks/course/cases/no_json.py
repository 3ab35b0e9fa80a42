"""An answer that is no JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.with_app() as given, situations.failing(given["practice"]) as tenant:
        tenant.throttle(retry_after=1, plain_text=True)
        yield given | {"wait": time.sleep}


CASE = Case(
    title="The same overload, another symptom",
    group="network",
    order=55,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/159",),
    story="The same overload as before, and another symptom. Some machine on the way answers in plain text.",
    symptom="JSONDecodeError: Expecting value",
    predict="The program looks for `error` in the result. Does it get that far?",
    solved=cell("""
        def get_token(practice, app, wait):
            try:  #:
                return app.acquire_token_for_client(practice.scopes)
            except ValueError:
                wait(1)
            return app.acquire_token_for_client(practice.scopes)


        check("07-no-json", get_token)
    """),
    hints=(
        "MSAL expects JSON, and raises what Python's `json` raises. That is a kind of `ValueError`.",
        "Catch it, wait for a second (`wait` takes seconds), and ask again.",
    ),
    lesson="What stands between you and the tenant may answer too, and not in JSON, so expect an exception there.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(
            old="    return app.acquire_token_for_client(practice.scopes)",
            new="    try:\n        return app.acquire_token_for_client(practice.scopes)\n"
            "    except ValueError:\n        return app.acquire_token_for_client(practice.scopes)",
            because="JSONDecodeError",
        ),
        Wrong(
            old="    return app.acquire_token_for_client(practice.scopes)",
            new="    try:\n        return app.acquire_token_for_client(practice.scopes)\n"
            "    except ValueError:\n        return None",
            because="it returned `None`",
        ),
    ),
)
