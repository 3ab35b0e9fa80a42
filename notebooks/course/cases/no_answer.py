"""A tenant that can't be reached for a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

_MOST = 3


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.with_app() as given, situations.failing(given["practice"]) as tenant:
        tenant.start_outage()
        yield given | {"wait": tenant.end_outage}


def _judge(result: Any, given: Mapping[str, Any]) -> str:
    count = running.token_requests()
    if count > _MOST:
        return (
            f"it works, with {count} token requests: wait before the second one, and the first {count - 2} are spared"
        )
    return running.no_token(result)


CASE = Case(
    title="Nobody answers",
    group="network",
    order=40,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/466",),
    story="The network is gone for a moment. `wait()` waits until it is back; the program ends with an exception before that.",
    symptom="ConnectionError: Connection aborted",
    predict="MSAL returns errors as a dict. Why does it raise this one?",
    solved=cell("""
        import requests


        def get_token(practice, app, wait):
            try:  #:
                return app.acquire_token_for_client(practice.scopes)
            except requests.ConnectionError:
                wait()
            return app.acquire_token_for_client(practice.scopes)


        check("07-no-answer", get_token)
    """),
    hints=(
        "A dict is what the tenant answered. Here there was no answer, so MSAL lets the exception of `requests` through.",
        "Catch the exception that the symptom names, wait, and call once more.",
    ),
    lesson="Expect two kinds of failure: a dict with `error` from the tenant, and an exception when nobody answers.",
    situation=_situation,
    judge=_judge,
    wrong=(
        Wrong(
            old="    return app.acquire_token_for_client(practice.scopes)",
            new="    try:\n        return app.acquire_token_for_client(practice.scopes)\n"
            '    except requests.ConnectionError:\n        return {"error": "no network"}',
            because="the program still gets `no network`",
        ),
        Wrong(
            old="    return app.acquire_token_for_client(practice.scopes)",
            new="    for attempt in range(9):\n        try:\n"
            "            return app.acquire_token_for_client(practice.scopes)\n"
            "        except requests.ConnectionError:\n            if attempt == 7:\n                wait()",
            because="wait before the second one",
        ),
    ),
    given={"wait": "`wait()`, which waits until the network is back"},
)
