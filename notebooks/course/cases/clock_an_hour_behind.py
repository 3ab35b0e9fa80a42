"""A computer whose clock is an hour behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.error_clinic.certificate import new_certificate
from course.exercises.solved_cell import cell

_HOUR = 3600


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.with_own_app() as given, situations.failing(given["practice"]) as tenant:
        certificate = new_certificate()
        given["administrator"].add_certificate(certificate.public, replace=True)
        # Seen from here, a computer that is behind and a tenant that is ahead are the same.
        tenant.shift_clock(_HOUR)
        computer = SimpleNamespace(set_clock=lambda: tenant.shift_clock(0))
        yield given | {"certificate": certificate.credential, "computer": computer}


CASE = Case(
    title="Every computer but this one",
    group="network",
    order=60,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/746",),
    story="The same program with the same certificate works on every computer but this one.",
    symptom="invalid_client: AADSTS700024",
    predict="Three times are in the description. Which one is the tenant's, and whose are the other two?",
    solved=cell("""
        def get_token(practice, make_app, certificate, computer):
            computer.set_clock()  #:
            app = make_app(client_credential=certificate)
            return app.acquire_token_for_client(practice.scopes)


        check("07-clock-an-hour-behind", get_token)
    """),
    hints=(
        (
            "MSAL signs an assertion that is good for ten minutes, counted by this computer's clock. The tenant has a clock of "
            "its own."
        ),
        "Neither the code nor the registration is wrong. Call the method `set_clock` of `computer` before the client is made.",
    ),
    lesson="Whatever is signed for ten minutes needs a clock that is right, so let the computer set it by itself.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(
            old="(client_credential=certificate)", new="(client_credential=dict(certificate))", because="AADSTS700024"
        ),
        Wrong(
            old="return app",
            new="app.acquire_token_for_client(practice.scopes)\n    return app",
            because="AADSTS700024",
        ),
    ),
    given={
        "certificate": "`certificate`, the app's, as MSAL's `client_credential`",
        "computer": "`computer`, on which the program runs: `computer.set_clock()` asks a time server",
    },
)
