"""The conformance suite is about several processes as well: what it promises of one tenant holds when they take turns.

`.ci/run` runs all of it by `COURSE_CONFORMANCE_WORKERS=2 python -m pytest tests/conformance`. Here all of it is collected,
and what it says of several processes is run.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance import one_process
from tests.environment import ROOT, hermetic

CONFORMANCE = Path(one_process.__file__).parent
SAMPLE = "test_several_processes.py"
FEWEST = 20


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere --workers is refused.")
def test_what_goes_on_from_request_to_request_holds_when_two_processes_take_turns(tmp_path: Path):
    environment = hermetic(tmp_path / "home") | {"COURSE_CONFORMANCE_WORKERS": "2"}
    options = ["-n", "0", "-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "run"), "-k", SAMPLE]
    command = [sys.executable, "-m", "pytest", *options, str(CONFORMANCE)]
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        environment.pop(name, None)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    passed = re.search(r"^(\d+) passed, ", done.stdout, re.MULTILINE)
    assert passed and int(passed[1]) >= FEWEST, done.stdout[-500:]


@pytest.mark.parametrize("named", one_process.REASONS)
def test_what_can_not_run_there_is_a_test_that_exists(named: str):
    file, _, test = named.partition("::")
    functions = {
        node.name
        for node in ast.parse((CONFORMANCE / file).read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert not test or test.partition("[")[0] in functions
