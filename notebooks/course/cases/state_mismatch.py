"""The flow of one request, and the answer of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.with_app() as given:

        def begin() -> dict:
            return given["app"].initiate_auth_code_flow(
                ["User.Read"], redirect_uri=given["practice"].redirect_uri, response_mode="form_post"
            )

        yield given | {"begin": begin, "session": {}}


CASE = Case(
    title="MSAL refuses the answer",
    group="sign-in",
    order=20,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/375",
        "https://github.com/Azure-Samples/ms-identity-python-webapp/issues/125",
    ),
    story="A web app keeps the flow in the person's session: `begin()` starts one. When the person comes back, MSAL raises "
    "an exception.",
    symptom="ValueError: state mismatch",
    predict="How many sign-ins did the web app begin, and which of them did the person finish?",
    solved=cell("""
        def sign_in(app, begin, browser, session):
            session["flow"] = begin()
            response = browser(session["flow"]["auth_uri"])
            #: session["flow"] = begin()
            return app.acquire_token_by_auth_code_flow(session["flow"], response)


        check("07-state-mismatch", sign_in)
    """),
    hints=(
        "Each sign-in has a `state` of its own. Compare the one that went out with the one that the session has later.",
        "The flow has to survive from sending the person away until they come back. One line replaces it in between.",
    ),
    lesson="State ties an answer to the sign-in that asked for it, so a web app keeps the flow until the answer is there.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(
            old='    session["flow"] = begin()\n    return',
            new='    session["flow"] = begin() | {"state": response["state"]}\n    return',
            because="AADSTS501481",
        ),
        Wrong(
            old='(session["flow"], response)',
            new='(session["flow"], {"code": response["code"]})',
            because="state mismatch",
        ),
    ),
    given={
        "begin": "`begin()`, which starts a sign-in and returns its flow",
        "session": "`session`, the person's, a dict",
    },
)
