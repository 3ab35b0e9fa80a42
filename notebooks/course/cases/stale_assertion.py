"""A client assertion that was signed once, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.error_clinic.certificate import new_certificate
from course.exercises.solved_cell import cell

_HOUR = 3600


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.with_own_app() as given, situations.failing(given["practice"]) as tenant:
        practice, certificate, ahead = given["practice"], new_certificate(), [0]
        given["administrator"].add_certificate(certificate.public, replace=True)
        audience = f"{practice.authority}/oauth2/v2.0/token"

        def make_assertion() -> str:
            return certificate.assertion(practice.client_id, audience, ahead=ahead[0])

        def an_hour_later() -> None:
            ahead[0] = _HOUR
            tenant.shift_clock(_HOUR)

        yield given | {"make_assertion": make_assertion, "an_hour_later": an_hour_later}


CASE = Case(
    title="Good for ten minutes",
    group="credentials",
    order=50,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/656",
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/746",
    ),
    story="The app proves who it is with an assertion that it signs by itself: `make_assertion()` makes one, good for ten "
    "minutes. An hour after its start the app needs another token.",
    symptom="invalid_client: AADSTS700024",
    predict="How many assertions were made in that hour?",
    solved=cell("""
        def get_token(practice, make_app, make_assertion, an_hour_later):
            assertion = make_assertion  #: assertion = make_assertion()
            app = make_app(client_credential={"client_assertion": assertion})
            an_hour_later()
            return app.acquire_token_for_client(practice.scopes)


        check("07-stale-assertion", get_token)
    """),
    hints=(
        "A string stays as old as it is. MSAL can't make a new one of it.",
        (
            "MSAL takes the function itself, too, and calls it whenever it needs an assertion. A function without "
            "parentheses is not called yet."
        ),
    ),
    lesson="Give MSAL the function that makes the assertion, so that each one is young when it is sent.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old="make_assertion()", new="make_assertion().encode()", because="AADSTS700024"),
        Wrong(old="make_assertion()", new="(lambda kept=make_assertion(): kept)", because="AADSTS700024"),
    ),
    given={
        "make_assertion": "`make_assertion()`",
        "an_hour_later": "`an_hour_later()`, which lets an hour pass",
    },
)
