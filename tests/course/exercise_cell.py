"""A notebook cell of an exercise, run up to its verdict, with a tenant that answers in memory."""

import json
import linecache
from types import SimpleNamespace

import msal

from course.exercises.exercise import Exercise
from course.exercises.verdict import Verdict

AUTHORITY = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee"
DOCUMENT = {
    "issuer": f"{AUTHORITY}/v2.0",
    "authorization_endpoint": f"{AUTHORITY}/oauth2/v2.0/authorize",
    "token_endpoint": f"{AUTHORITY}/oauth2/v2.0/token",
    "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
}


class Tenant:
    """An HTTP client that answers as one tenant and notes what was sent."""

    def __init__(self, document=DOCUMENT, token=None):
        self.trace = []
        self.document = document
        self.token = token or {"access_token": "a-token", "token_type": "Bearer", "expires_in": 3599}

    def get(self, url, **_):
        self.trace.append(SimpleNamespace(method="GET", url=url))
        return self._answer({"metadata": []} if "/discovery/instance" in url else self.document)

    def post(self, url, **_):
        self.trace.append(SimpleNamespace(method="POST", url=url))
        return self._answer(self.token)

    def close(self):
        pass

    def _answer(self, body):
        return SimpleNamespace(
            status_code=401 if "error" in body else 200,
            headers={},
            text=json.dumps(body),
            json=lambda: body,
            raise_for_status=lambda: None,
        )


def registration_in(tenant: Tenant) -> SimpleNamespace:
    """What the notebook calls `registration`, as far as the exercises use it."""
    return SimpleNamespace(
        mode="practice",
        authority=AUTHORITY,
        client_id="00001111-aaaa-2222-bbbb-3333cccc4444",
        client_secret=SimpleNamespace(value="a-secret-value"),
        scopes=["https://graph.microsoft.com/.default"],
        http=tenant,
    )


def run(exercise: Exercise, source: str, registration: object) -> Verdict:
    """Run a cell as the notebook does, up to the verdict."""
    verdicts = []

    def check(exercise_id: str, answer: object) -> None:
        assert exercise_id == exercise.id
        verdicts.append(exercise.judge(answer))

    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    exec(compile(source, "<cell>", "exec"), {"msal": msal, "registration": registration, "check": check})  # noqa: S102
    assert len(verdicts) == 1
    return verdicts[0]
