"""The measuring command's own parts, without a load tool and without a network."""

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext

import pytest

from tests.bench import endurance, load, nbval_run, scale, seeding
from tests.bench.figure import Figure, as_markdown, missing, percentile, ratio, shown, slope
from tests.bench.server import OURS, Server, without
from tests.environment import ROOT
from tests.notebooks.book import NOTEBOOKS, Notebook


def written(tokens: int, **failed: int) -> str:
    counted = {"tokens": tokens, "seconds": 1.5, "p50": 2.0, "p95": 4.0, "failed": failed}
    return f"what wrk says itself\n{json.dumps(counted)}\n"


def test_what_the_load_was_answered_is_read():
    answered = load.read(written(30, late=0))
    assert (answered.rate, answered.p50, answered.p95) == (20, 2, 4)


def test_a_failed_request_is_no_token_and_how_it_failed_is_told():
    with pytest.raises(RuntimeError, match=r"30 answers, 2 late\."):
        load.read(written(30, late=2, status=0))


def test_no_answer_is_no_rate():
    with pytest.raises(load.NobodyAnswered, match="Not one token was given in 2 s"):
        load.read(written(0))


def test_a_tool_that_ends_early_says_why():
    with pytest.raises(RuntimeError, match="wrk ended without a result: unable to connect"):
        load.read("", "unable to connect\n")


def test_without_the_load_tool_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(load.shutil, "which", lambda name: None)
    assert load.tool() == "wrk is not installed"
    with pytest.raises(load.LoadToolMissing, match="apt-get install wrk"):
        load.require_tool()


def test_the_medians_of_repeats_count_and_ratios_are_taken_within_each():
    under, over = (Figure(name="", unit="s", values=values) for values in ((1.0, 10.0, 2.0), (2.0, 10.0, 8.0)))
    assert under.median == 2
    assert ratio("a", over, under).values == (2, 1, 4)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.012345, "0.0123"), (1.5, "1.50"), (123.4, "123"), (123456, "123456"), (-1, "-1.00")],
)
def test_three_digits_are_shown(value, text):
    assert shown(value) == text


def test_percentiles_are_values_that_were_measured():
    values = [float(number) for number in range(100, 0, -1)]
    assert [percentile(values, share) for share in (50, 95, 100)] == [50, 95, 100]
    assert percentile([7.0], 95) == 7


def test_growth_is_the_slope_of_all_points():
    assert slope([(0, 50.0), (1, 50.0), (2, 50.0)]) == 0
    assert slope([(0, 50.0), (0.5, 51.0), (1, 52.0)]) == pytest.approx(2)


def test_one_token_in_twenty_is_a_sign_in_and_one_a_new_daemons():
    kinds = Counter(endurance.kind_of(number) for number in range(60))
    assert kinds == {endurance.SIGN_IN: 3, endurance.NEW_DAEMON: 3, endurance.REFRESH: 12, endurance.DAEMON: 42}


def test_growth_is_told_of_the_second_half_alone():
    # 100 MB are loaded in the first half hour; then 1 MB goes with each half hour.
    samples = [sample(minutes, 50 + min(minutes, 30) * 100 / 30 + max(0, minutes - 30) / 30) for minutes in range(61)]
    growth, end = list(endurance.growth("", samples))[-2:]
    assert growth.median == pytest.approx(2)
    assert 1 < end.median < 1.01


def sample(minutes: float, memory: float) -> endurance.Sample:
    return endurance.Sample(seconds=minutes * 60, memory=memory, files=1, threads=1, kept=1, values=1)


def test_another_server_that_fails_is_named_and_the_others_go_on():
    ours, other = (Server(name=name, start=nullcontext) for name in (OURS, "other"))
    first, second = without((ours, other), other, RuntimeError("no\nanswer"))
    assert (first, second.missing) == (ours, "failed: no answer")
    with pytest.raises(RuntimeError, match="ours"):
        without((ours, other), ours, RuntimeError("ours"))


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


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=str)
def test_a_notebooks_imports_are_found_whatever_else_is_in_its_cells(notebook: Notebook):
    statements = nbval_run.imports(notebook).splitlines()
    assert statements
    assert all(line.startswith(("import ", "from ")) for line in statements)
