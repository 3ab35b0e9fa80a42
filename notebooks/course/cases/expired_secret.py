"""A client secret that has expired."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.with_own_app() as given, situations.failing(given["practice"]) as tenant:
        tenant.expire_secret(given["practice"].client_id)
        yield given


CASE = Case(
    title="It worked yesterday",
    group="credentials",
    order=20,
    seen=("https://github.com/Azure-Samples/ms-identity-python-webapp/issues/67",),
    story="The job ran every night for a year. Since today it is refused, and nobody has changed anything.",
    symptom="invalid_client: AADSTS7000222",
    predict="Nothing was changed. What did change?",
    solved=cell("""
        def get_token(practice, administrator, make_app):
            secret = administrator.add_secret()  #: secret = practice.client_secret
            app = make_app(client_credential=secret.value)
            return app.acquire_token_for_client(practice.scopes)


        check("07-expired-secret", get_token)
    """),
    hints=(
        "The right secret, too late: a client secret ends on the day that was chosen when it was made.",
        "The method `add_secret` of `administrator` adds a secret to the registration and returns it. Use the new one.",
    ),
    lesson="Secrets end on a day that you know beforehand, so put it in a calendar, or use a certificate.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(
            old="secret = practice.client_secret",
            new="administrator.add_secret()\n    secret = practice.client_secret",
            because="AADSTS7000222",
        ),
        Wrong(old="secret.value)", new="secret.value, http_cache={})", because="AADSTS7000222"),
    ),
)
