"""The time of a run is told per folder, from whichever worker it comes."""

import subprocess
import sys

import pytest

from tests import stages
from tests.environment import ROOT

SLOW = "import time\n\n\ndef test_slow():\n    time.sleep(0.3)\n\n\ndef test_quick():\n    pass\n"


@pytest.mark.parametrize(
    ("nodeid", "folder"),
    [
        ("tests/unit/test_stages.py::test_quick[a/b]", "tests/unit"),
        ("tests/bench/node/test_x.py::test_quick", "tests/bench"),
        ("notebooks/04-client-credentials-flow.ipynb::Cell 3", "notebooks"),
    ],
)
def test_a_test_counts_for_its_folder(nodeid: str, folder: str):
    assert stages.name(nodeid) == folder


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_ends_with_the_time_of_each_folder(tmp_path, workers: int):
    for folder in ("tests/quick", "tests/slow"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "tests/slow/test_one.py").write_text(SLOW)
    (tmp_path / "tests/quick/test_two.py").write_text("def test_quick():\n    pass\n")
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\npythonpath = '{ROOT.as_posix()}'\naddopts = --import-mode importlib\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "tests.stages", "-p", "no:cacheprovider", "-n", str(workers)]
    run = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    told = {words[0]: words[1:] for words in map(str.split, run.stdout.splitlines()) if words[-1:] == ["s"]}
    assert list(told) == ["tests/slow", "tests/quick", "together"]
    assert told["tests/slow"][:2] == ["2", "tests"] and told["together"][:2] == ["3", "tests"]
    assert 0.3 <= float(told["tests/slow"][2]) < 10 and float(told["tests/quick"][2]) < 0.3


def test_this_run_is_told_too(pytestconfig: pytest.Config):
    assert pytestconfig.pluginmanager.has_plugin("stages")
