"""A learner in a process of its own, who goes once through what the course is about; and what became of it."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.children import NOTEBOOKS, SECONDS

_LEARNS = """
import json, msal, requests
from course import Administrator, Registration, Tenant, person
from course.problem import RegistrationError
from course.exercises.progress import note_done, progress

SCOPE, GRAPH = ["https://graph.microsoft.com/.default"], "https://graph.microsoft.com/v1.0"

def asked(registration, result, path):
    return requests.get(GRAPH + path, headers={"Authorization": f"Bearer {result['access_token']}"}).status_code

def daemon(registration):
    return msal.ConfidentialClientApplication(
        registration.client_id, authority=registration.authority,
        client_credential=registration.client_credential,
    ).acquire_token_for_client(SCOPE)

registration = Registration.load()
answers = {"users": asked(registration, daemon(registration), "/users")}

public = msal.PublicClientApplication(registration.public_client_id, authority=registration.authority)
flow = public.initiate_device_flow(["User.Read"])
person.visit(f"{flow['verification_uri']}?otc={flow['user_code']}")
answers["me"] = asked(registration, public.acquire_token_by_device_flow(flow), "/me")

own = Administrator(registration=registration).register_app("A learner's own", ())
answers["own"] = daemon(own)["token_source"]

tenant = Tenant.of(registration)
tenant.throttle()
answers["throttled"] = daemon(registration)["error_codes"]
tenant.clear()

said = [*registration.practice_tenant.notices]
try:
    registration.with_values(client_id=own.client_id, client_secret=own.client_secret).save()
    answers["saved"] = Registration.load().client_id == own.client_id
except RegistrationError as error:
    answers["saved"] = False
    said.append(str(error))
said += note_done("00-mode")
answers["done"] = sorted(progress().done)
print(json.dumps([answers, said]))
"""

# What the program answers where nothing is in its way.
LEARNT = {
    "users": 200,
    "me": 200,
    "own": "identity_provider",
    "throttled": [90055],
    "saved": True,
    "done": ["00-mode"],
}


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What worked, and the sentences that a learner was shown."""

    answers: dict
    said: tuple[str, ...]


def learn(environment: Mapping[str, str], *, before: Sequence[str] = (), notebooks: Path = NOTEBOOKS) -> Learnt:
    """Learn in a process of one's own.

    Args:
        environment: of the process.
        before: a command that runs the process, as ``namespaces.inside`` makes one.
        notebooks: the folder of the course.
    """
    done = subprocess.run(
        [*before, sys.executable, "-c", _LEARNS],
        cwd=notebooks,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers, said = json.loads(done.stdout)
    return Learnt(answers=answers, said=tuple(said))
