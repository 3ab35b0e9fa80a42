"""Notebooks run in JupyterLab show what is stored with them, and their widgets are alive."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab
from tests.browser.outputs import code_cells, texts
from tests.environment import ROOT

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True, kw_only=True)
class Run:
    """A notebook that was run from top to bottom: its code cells as they are stored, and as they are after the run."""

    lab: Lab
    stored: dict[str, dict]
    after: dict[str, dict]


@pytest.fixture(scope="module", params=["01-app-registration-values", "04-client-credentials-flow"])
def run(lab: Lab, request: pytest.FixtureRequest) -> Run:
    stored = json.loads((ROOT / "notebooks" / f"{request.param}.ipynb").read_text(encoding="utf-8"))
    lab.open(request.param)
    lab.run_all()
    return Run(lab=lab, stored=code_cells(stored), after=code_cells(lab.content()))


def kinds(cell: dict) -> Iterator[str]:
    for output in cell["outputs"]:
        yield from output.get("data", {})


def test_every_cell_gives_what_is_stored(run: Run):
    assert {name: texts(cell) for name, cell in run.after.items()} == {
        name: texts(cell) for name, cell in run.stored.items()
    }


def test_cells_ran_in_order_and_none_failed(run: Run):
    assert [cell["execution_count"] for cell in run.after.values()] == list(range(1, len(run.after) + 1))
    assert [name for name, cell in run.after.items() if any("ename" in output for output in cell["outputs"])] == []


def test_plain_results_are_on_the_page(run: Run):
    plain = {name: cell for name, cell in run.after.items() if set(kinds(cell)) == {"text/plain"}}
    assert len(plain) >= 10
    for name, cell in plain.items():
        expect(run.lab.outputs(name)).to_have_text(texts(cell))


def test_widgets_are_alive(run: Run):
    """Not their stand-ins, which are for pages without a kernel."""
    widgets = [name for name, cell in run.after.items() if WIDGET_VIEW in kinds(cell)]
    assert widgets
    for name in widgets:
        expect(run.lab.outputs(name).locator(".course-widget, .course-form")).to_be_visible()
        expect(run.lab.outputs(name).get_by_role("table")).to_have_count(0)


def test_the_notebook_says_which_mode_it_runs_in(run: Run):
    [name] = [name for name, cell in run.stored.items() if "mode" in cell["metadata"].get("tags", [])]
    expect(run.lab.outputs(name).get_by_role("table")).to_contain_text("Registration: practice")
