"""An error that stays for a minute after it was repaired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.practising() as given:
        send = given["administrator"].send
        api = send("POST", "/applications", {"displayName": "Error clinic API"})["appId"]
        yield given | {"api": api, "install": lambda: send("POST", "/servicePrincipals", {"appId": api})}


def _judge(result: Any, given: Mapping[str, Any]) -> str:
    reason = running.no_token(result)
    if reason and running.token_requests() == 1:
        return "two calls sent one token request: the second one got MSAL's copy of the first answer"
    return reason


CASE = Case(
    title="Repaired, and the error stays",
    group="caching",
    order=40,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/pull/407",),
    story="An API isn't installed in the tenant. An administrator installs it. The program asks again at once, and gets "
    "the same error.",
    symptom="invalid_resource: AADSTS500011",
    predict="How many token requests were sent, for two calls?",
    solved=cell("""
        def get_token(make_app, api, install):
            app = make_app()
            app.acquire_token_for_client([api + "/.default"])
            install()
            app = make_app()  #:
            return app.acquire_token_for_client([api + "/.default"])


        check("07-old-answer", get_token)
    """),
    hints=(
        (
            "The second answer has the trace ID of the first one: nobody was asked. Which of MSAL's two caches keeps answers "
            "that are no tokens?"
        ),
        (
            "An answer with status 400 is kept for a minute. Wait for a minute, or begin with an empty cache: a new "
            "application brings one."
        ),
    ),
    lesson="MSAL repeats an answer with status 400 for a minute, so a repair in the portal shows a little later.",
    situation=_situation,
    judge=_judge,
    wrong=(
        Wrong(
            old="    return app",
            new="    app.remove_tokens_for_client()\n    return app",
            because="MSAL's copy of the first answer",
        ),
        Wrong(old="    install()\n", new="    install()\n    install\n", because="MSAL's copy of the first answer"),
    ),
    given={
        "api": "`api`, the API's client ID",
        "install": "`install()`, which installs the API in the tenant",
    },
)
