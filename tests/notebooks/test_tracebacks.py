"""A cell that fails while it holds a secret: what IPython prints of it, and what nbval reports."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from tests.environment import ROOT, hermetic
from tests.notebooks import canary, refresh
from tests.notebooks.book import FOLDER

SETUP = """
import os
from pathlib import Path
import msal
from course import Registration, RegistrationForm
registration = Registration.load()
"""
# In MSAL and in a function of the learner's, which hold the secret's text as the course gave it; in a function that makes
# another text of it; in the course, which has a `Secret`.
FAILURES = {
    "msal": """
app = msal.ConfidentialClientApplication(
    registration.client_id,
    authority="https://localhost/nobody",
    client_credential=registration.client_credential,
)
""",
    "learner": """
def ask(secret):
    return len(secret) / 0
ask(registration.client_secret.value)
""",
    "another text": """
def send(body):
    return len(body) / 0
send(f"client_secret={registration.client_secret.value}")
""",
    "course": """
registration.with_values(client_secret=registration.client_secret, tenant=1)
""",
}
MODES = ("Minimal", "Plain", "Context", "Verbose")

# The cells that nbval runs say which secret they used, and hold another one that is meant to come to light.
USED = """
characters = Path(os.environ["USED"]).write_text(registration.client_secret.value)
"""
MISMATCH = """
registration, RegistrationForm(registration), os.environ["CONTROL"]
"""
RAISED = """
raise ValueError(os.environ["CONTROL"])
"""


@pytest.mark.slow
def test_a_traceback_has_the_secret_only_if_variables_are_asked_for(tmp_path: Path):
    given = canary.new()
    cells = {
        (mode, name): v4.new_code_cell(f"%xmode {mode}\n{source}")
        for mode in MODES
        for name, source in FAILURES.items()
    }
    notebook = v4.new_notebook(cells=[v4.new_code_cell(SETUP), *cells.values()])
    environment = hermetic(tmp_path) | {"COURSE_MODE": "practice", "CLIENT_SECRET": given}
    refresh.run(notebook, FOLDER, environment, allow_errors=True)
    assert [key for key, cell in cells.items() if cell.outputs[-1].output_type != "error"] == []
    # SECURITY.md says so. Of the course's own variables none shows it, nor do those that hold its text.
    assert [key for key, cell in cells.items() if canary.spellings(given, str(cell.outputs).encode())] == [
        ("Verbose", "another text"),
    ]


@pytest.mark.slow
def test_a_failing_run_of_nbval_reports_no_secret(tmp_path: Path):
    used, report, control = tmp_path / "used.txt", tmp_path / "report.xml", canary.new()
    sources = [SETUP, USED, *FAILURES.values(), MISMATCH, RAISED]
    cells = [v4.new_code_cell(source.strip(), execution_count=1) for source in sources]
    cells[-2].outputs = [v4.new_output("execute_result", data={"text/plain": "something else"}, execution_count=1)]
    scratch = tmp_path / "failing.ipynb"
    nbformat.write(v4.new_notebook(cells=cells, metadata=refresh.METADATA), scratch)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(ROOT / ".pytest.ini"),
        "-n0",
        "-pno:cacheprovider",
        "-pno:randomly",
    ]
    environment = os.environ | {"USED": str(used), "CONTROL": control, "PYTHONPATH": str(FOLDER)}
    ended = subprocess.run(
        [*command, f"--junitxml={report}", str(scratch)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{len(FAILURES) + 2} failed, 2 passed" in ended.stdout
    places = {"report": report.read_bytes(), "printed": (ended.stdout + ended.stderr).encode()}
    secret = used.read_text()
    assert len(secret) >= 32
    assert [name for name, data in places.items() if canary.spellings(secret, data)] == []
    assert [name for name, data in places.items() if canary.spellings(control, data)] == list(places)
