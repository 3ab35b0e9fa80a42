"""Microsoft's Graph SDK for Python, in an environment of its own: https://learn.microsoft.com/graph/sdks/sdks-overview"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from azure.identity import DeviceCodeCredential

from tests.environment import ROOT
from tests.notebooks.live.served import ServedTenant
from tests.tenant.person import Person

from .api import Api

FOLDER = Path(__file__).with_name("msgraph")
SCRIPTS = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
PYTHON = FOLDER / ".venv" / SCRIPTS
VENV = (FOLDER / ".venv").relative_to(ROOT).as_posix()
REQUIREMENTS = (FOLDER / "requirements.txt").relative_to(ROOT).as_posix()
SECONDS = 120


@pytest.fixture
def sdk() -> Path:
    """The Python of an environment that has the SDK."""
    if not PYTHON.is_file():
        refuse = pytest.fail if os.environ.get("COURSE_REQUIRE_CLIENTS") else pytest.skip
        install = f"python -m venv {VENV} && {VENV}/{SCRIPTS} -m pip install -r {REQUIREMENTS}"
        refuse(f"Microsoft's Graph SDK is not installed. Run: {install}")
    return PYTHON


def refusal(status: int, code: str, sentence: str) -> dict:
    """A refusal as the SDK raises it; the sentence is a part of its message."""
    return {"status": status, "code": code, "message": sentence}


EXPECTED = {
    "one_user": "Practice Learner",
    "two_properties": ["Practice Learner", "Member", None],
    "pages": [5, 5, 2],
    "count": 12,
    "count_without_header": refusal(400, "Request_BadRequest", "$count is not currently supported."),
    "counted_page": 12,
    "search": ["Practice Learner"],
    "search_without_header": refusal(400, "Request_UnsupportedQuery", "'ConsistencyLevel: eventual'"),
    "order": ["Practice Tester", "Practice Support"],
    "filtered": ["Practice Administrator", "Practice Analyst", "Practice Auditor"],
    "expand": refusal(400, "BadRequest", "The practice tenant has no query option '$expand'"),
    "create_user": refusal(405, "Request_BadRequest", "The practice tenant has no POST here."),
    "me": refusal(400, "BadRequest", "/me requires a signed-in user"),
    "groups_without_permission": refusal(403, "Authorization_RequestDenied", "Insufficient privileges"),
    "nobody": refusal(404, "Request_ResourceNotFound", "Resource 'nobody@practice.example' does not exist"),
    "my_name": "learner@practice.example",
    "my_groups": ["Group"],
    "application_by_filter": ["Course daemon"],
    "create_application": ["By the SDK", ["https://app.example/signin"], "Reports.Read.All"],
    "update_application": True,
    "wrong_identifier": refusal(400, "Request_BadRequest", "must use a verified domain of the organization"),
    "add_password": True,
    "create_service_principal": "By the SDK",
    "service_principal_of_graph": True,
    "grant": "Microsoft Graph",
    "organization": ["Practice Tenant"],
    "delete_application": True,
}


def test_what_a_person_writes_works_or_is_refused_as_graph_refuses(
    sdk: Path, tenant: ServedTenant, base: str, api: Api, azure: dict, person: Person
):
    seeded = tenant.seeded

    def approve(page: str, user_code: str, expires: object) -> None:
        person.approve({"user_code": user_code})

    desktop = DeviceCodeCredential(client_id=seeded.public_client_id, prompt_callback=approve, timeout=20, **azure)
    settings = {
        "authority": base,
        "graph": api.root.removesuffix("/v1.0"),
        "ca": str(tenant.ca_certificate),
        "tenant": seeded.tenant_id,
        "client_id": seeded.client_id,
        "client_secret": seeded.client_secret,
        "administrator_id": seeded.administrator_client_id,
        "administrator_secret": seeded.administrator_secret,
        "user_token": desktop.get_token("https://graph.microsoft.com/User.Read").token,
    }
    # Other users can read a command line, so the secrets go through stdin.
    command, told = [sdk, FOLDER / "calls.py"], json.dumps(settings)
    ran = subprocess.run(command, input=told, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, ran.stderr
    outcomes = json.loads(ran.stdout)
    assert len(outcomes.pop("users")) == 12 and "Course daemon" in outcomes.pop("applications")
    for name, expected in EXPECTED.items():
        outcome = outcomes[name]
        if isinstance(expected, dict) and expected["message"] in outcome["message"]:
            outcome |= {"message": expected["message"]}
        assert outcome == expected, name
    assert outcomes.keys() == EXPECTED.keys()
