"""A notebook cell of an exercise, run up to its verdict. Microsoft's hosts lead to a tenant that answers in memory."""

import linecache
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import msal
import requests

from course import transport
from course.exercises.exercise import Exercise
from course.exercises.fake_registration import MemoryNetwork
from course.exercises.verdict import Verdict

AUTHORITY = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee"
DOCUMENT = {
    "issuer": f"{AUTHORITY}/v2.0",
    "authorization_endpoint": f"{AUTHORITY}/oauth2/v2.0/authorize",
    "token_endpoint": f"{AUTHORITY}/oauth2/v2.0/token",
    "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
}


class Tenant(MemoryNetwork):
    """Where Microsoft's hosts lead to meanwhile: one tenant, which gives tokens."""

    def __init__(self, document: dict = DOCUMENT, token: dict | None = None, error: Exception | None = None):
        super().__init__()
        token = token or {"access_token": "a-token", "token_type": "Bearer", "expires_in": 3599}
        vars(self).update(document=document, token=token, error=error)

    def answer(self, url: str) -> tuple[int, dict]:
        """The tenant's document, or its token. Raises the error, if there is one."""
        if self.error:
            raise self.error
        body = self.token if url.endswith("/token") else self.document
        body = {"metadata": []} if "/discovery/instance" in url else body
        return 401 if "error" in body else 200, body


@contextmanager
def registration_in(tenant: Tenant) -> Iterator[SimpleNamespace]:
    """What the notebook calls `registration`, as far as the exercises use it; Microsoft's hosts lead to the tenant."""
    values = SimpleNamespace(
        mode="practice",
        authority=AUTHORITY,
        client_id="00001111-aaaa-2222-bbbb-3333cccc4444",
        client_credential="a-secret-value",
        scopes=["https://graph.microsoft.com/.default"],
        session=requests.Session(),
    )
    with transport.scope(tenant):
        yield values


def run(exercise: Exercise, source: str, registration: object) -> Verdict:
    """Run a cell as the notebook does, up to the verdict."""
    verdicts = []

    def check(exercise_id: str, answer: object) -> None:
        assert exercise_id == exercise.id
        verdicts.append(exercise.judge(answer))

    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    names = {"msal": msal, "requests": requests, "registration": registration, "check": check}
    exec(compile(source, "<cell>", "exec"), names)  # noqa: S102
    assert len(verdicts) == 1
    return verdicts[0]
