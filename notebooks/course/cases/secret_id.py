"""The secret's ID in place of its value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with situations.practising() as given:
        value = given["practice"].client_secret.value
        secret_id = "5f0c9a3e-7d21-4b86-9e14-c2a8d6b07f35"
        yield given | {"row": {"Description": "nightly job", "Value": value, "Secret ID": secret_id}}


CASE = Case(
    title="The secret's ID in place of its value",
    group="credentials",
    order=10,
    seen=("https://github.com/OfficeDev/microsoft-365-agents-toolkit/issues/8621",),
    story="`row` is the row of the admin center's table *Client secrets*. The program takes the secret from it, and is "
    "refused.",
    symptom="invalid_client: AADSTS7000215",
    predict="The ID was copied without a typing error. Why is it refused all the same?",
    solved=cell("""
        def get_token(practice, row):
            app = msal.ConfidentialClientApplication(
                practice.client_id,
                authority=practice.authority,
                client_credential=row["Value"],  #: client_credential=row["Secret ID"],
            )
            return app.acquire_token_for_client(practice.scopes)


        check("07-secret-id", get_token)
    """),
    hints=(
        "The description names the cause word for word: which of two columns was copied?",
        "The row is a dict with the keys `Description`, `Value` and `Secret ID`. Only one of them proves anything.",
    ),
    lesson="The ID names a secret in a list and the value proves who the app is; a GUID is never a secret.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old='row["Secret ID"]', new="practice.client_id", because="AADSTS7000215"),
        Wrong(old='row["Secret ID"]', new='row["Value"][:-1]', because="AADSTS7000215"),
    ),
    given={"row": "`row`, a dict"},
)
