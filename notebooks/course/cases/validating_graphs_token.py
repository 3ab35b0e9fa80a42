"""An API that validates a token which was made for Microsoft Graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from course.error_clinic import situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell
from course.exercises.verdict import shown
from course.signature import signing_keys


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.with_app() as given:
        practice = given["practice"]
        found = signing_keys(practice, practice.tenant)
        yield given | {"keys": {name: key.key for name, key in found.items()}}


def _judge(claims: Any, given: Mapping[str, Any]) -> str:
    if not isinstance(claims, dict) or "aud" not in claims:
        return f"the token's claims are wanted, and it returned {shown(claims)}"
    if claims["aud"] == given["practice"].client_id:
        return ""
    return (
        f"your API now accepts a token that was made for {shown(claims['aud'])}: whoever runs another API could use the "
        "tokens it is called with at yours"
    )


CASE = Case(
    title="Is the check too strict?",
    group="tokens",
    order=40,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/147",),
    story="An API of your own checks the token it is called with, as it should. It was tried out with a token for "
    "Microsoft Graph.",
    symptom="InvalidAudienceError: Audience doesn't match",
    predict="Is the check too strict, or the token the wrong one?",
    solved=cell("""
        import jwt


        def who_called(practice, app, keys):
            scope = practice.client_id + "/.default"  #: scope = "https://graph.microsoft.com/.default"
            token = app.acquire_token_for_client([scope])["access_token"]
            key = keys[jwt.get_unverified_header(token)["kid"]]
            audience = practice.client_id
            return jwt.decode(token, key, algorithms=["RS256"], audience=audience)


        check("07-validating-graphs-token", who_called)
    """),
    hints=(
        "Only Graph may judge Graph's tokens. Yours are those with your API's name in `aud`.",
        "Leave the check as it is. Ask for a token for this API: its client ID takes the place of Graph's address.",
    ),
    lesson="Validate the tokens that are addressed to you, and leave the others to whom they are for.",
    situation=_situation,
    judge=_judge,
    wrong=(
        Wrong(
            old="audience = practice.client_id",
            new='audience = "https://graph.microsoft.com"',
            because="a token that was made for `'https://graph.microsoft.com'`",
        ),
        Wrong(
            old="audience=audience",
            new='options={"verify_aud": False}',
            because="a token that was made for `'https://graph.microsoft.com'`",
        ),
    ),
    given={"keys": "`keys`, the tenant's public keys by their `kid`"},
)
