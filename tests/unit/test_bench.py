"""The measuring command's own parts, without a load tool and without a network."""

import json
import os
import subprocess
import sys

import pytest

from tests.bench import load, scale, seeding
from tests.bench.figure import Figure, as_markdown, missing
from tests.environment import ROOT


def test_what_the_load_was_answered_is_read():
    answered = load.read('said before\n{"tokens": 30, "failed": 0, "seconds": 1.5, "p50": 2.0, "p95": 4.0}\n')
    assert (answered.rate, answered.p50, answered.p95) == (20, 2, 4)


def test_a_failed_request_is_no_token():
    with pytest.raises(RuntimeError, match="30 answers, 1 failed"):
        load.read('{"tokens": 30, "failed": 1, "seconds": 1.5, "p50": 2.0, "p95": 4.0}')


def test_a_figure_stands_beside_its_bar_and_what_is_missing_says_why():
    table = as_markdown([Figure(name="a", unit="s", values=(1.0, 3.0, 2.0), bar="< 5"), missing("b", "not installed")])
    assert "| a | 2.00 s | 1.00 to 3.00 | 3 | < 5 |" in table
    assert "| b | not installed | | 0 |  |" in table


@pytest.mark.parametrize("seed", scale.KINDS.values(), ids=list(scale.KINDS))
def test_there_is_a_form_for_each_object(seed, tmp_path):
    assert len({tuple(form.items()) for form in seed(tmp_path, 12)}) == 12
    assert seeding.ASKED >= 12


def test_the_command_measures_and_writes_both_reports(tmp_path):
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.bench", "--quick", "--alone", "--only", "start-up", "--json", str(file)]
    compiled = tmp_path / "compiled"
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(compiled)}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, encoding="utf-8"
    )
    figures = json.loads(file.read_text("utf-8"))["figures"]
    assert all(figure["median"] > 0 for figure in figures)
    assert all(figure["name"] in ended.stdout for figure in figures)
    assert {"practice tenant: process start to first token"} < {figure["name"] for figure in figures}
    # A start that compiles everything anew is nobody's.
    assert list(compiled.rglob("practice_tenant/server.*.pyc"))
