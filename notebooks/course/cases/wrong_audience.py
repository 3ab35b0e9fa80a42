"""A token for one API, sent to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.error_clinic import situations, symptom
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell
from course.exercises.verdict import code, shown


def _judge(answer: Any, given: Mapping[str, Any]) -> str:
    if not hasattr(answer, "status_code"):
        return f"the answer of Graph is wanted, and it returned {shown(answer)}"
    if answer.status_code == 200:
        return ""
    return f"Graph still answers {code(symptom.headline(answer))}: {code(answer.json()['error']['message'])}"


CASE = Case(
    title="One token for two APIs",
    group="tokens",
    order=30,
    seen=("https://github.com/microsoftgraph/microsoft-graph-docs/issues/16208",),
    story="The program has an API of its own and calls Microsoft Graph too. One token for both would be practical.",
    symptom="HTTP 401: InvalidAuthenticationToken",
    predict="The token is genuine and has not expired. Which claim does Graph look at first?",
    solved=cell("""
        import requests


        def list_users(practice, app):
            scope = "https://graph.microsoft.com/.default"  #: scope = practice.client_id + "/.default"
            result = app.acquire_token_for_client([scope])
            headers = {"Authorization": "Bearer " + result["access_token"]}
            return requests.get(practice.api_endpoint, headers=headers)


        check("07-wrong-audience", list_users)
    """),
    hints=(
        "The message says it: the audience. The claim `aud` comes from the scope that was asked for.",
        "Before the slash and `.default` stands the API that is going to be called, with its whole address.",
    ),
    lesson="A token is for one API, the one that the scope names; another API must refuse it.",
    situation=situations.with_app,
    judge=_judge,
    wrong=(
        Wrong(old='"Bearer " + ', new='"bearer " + ', because="Invalid audience"),
        Wrong(old="app.acquire", new="app.remove_tokens_for_client() or app.acquire", because="Invalid audience"),
    ),
)
