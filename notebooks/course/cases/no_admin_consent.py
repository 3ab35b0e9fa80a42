"""A good token without the role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.claims import read_jwt
from course.error_clinic import situations, symptom
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell
from course.exercises.verdict import code, shown

_WANTED = ["User.Read.All"]


def _judge(answer: Any, given: Mapping[str, Any]) -> str:
    if not hasattr(answer, "status_code"):
        return f"the answer of Graph is wanted, and it returned {shown(answer)}"
    token = given["app"].acquire_token_for_client(given["practice"].scopes)["access_token"]
    roles = read_jwt(token).payload.get("roles", [])
    if answer.status_code != 200:
        holds = f"the token has the roles {shown(roles)}" if roles else "the token has no `roles`"
        return f"Graph still answers {code(symptom.headline(answer))}: {holds}"
    return "" if roles == _WANTED else f"the token now has the roles {shown(roles)}, more than reading users takes"


CASE = Case(
    title="A good token, refused",
    group="tokens",
    order=20,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/324",
        "https://github.com/Azure-Samples/ms-identity-python-daemon/issues/8",
    ),
    story="A new job wants to list the users. It gets a token at once. Then Graph refuses it.",
    symptom="HTTP 403: Authorization_RequestDenied",
    predict="The tenant issued the token, so the job exists and its secret is right. What is missing in the token?",
    solved=cell("""
        import requests


        def list_users(practice, app, administrator):
            administrator.grant("User.Read.All")  #:
            result = app.acquire_token_for_client(practice.scopes)
            headers = {"Authorization": "Bearer " + result["access_token"]}
            return requests.get(practice.api_endpoint, headers=headers)


        check("07-no-admin-consent", list_users)
    """),
    hints=(
        "Look for `roles` in the token. Nobody has granted this app anything yet.",
        (
            "The parameter `administrator` grants application permissions by their names. Reading all users takes the one "
            "that says so: `User`, `Read`, `All`, with dots between. And grant it before the token is asked for."
        ),
    ),
    lesson="A token says what an administrator had granted when it was issued; the API decides by that.",
    situation=situations.with_own_app,
    judge=_judge,
    wrong=(
        Wrong(
            old="result =",
            new='administrator.grant("Application.Read.All")\n    result =',
            because="the token has the roles `['Application.Read.All']`",
        ),
        Wrong(
            old="headers =",
            new='administrator.grant("User.Read.All")\n    headers =',
            because="the token has no `roles`",
        ),
        Wrong(
            old="result =",
            new='administrator.grant("User.Read.All")\n    administrator.grant("Directory.Read.All")\n    result =',
            because="more than reading users takes",
        ),
    ),
)
