"""What is stored in the notebooks: every cell run, nothing that varies, nothing secret."""

import math
import re
import statistics
from pathlib import Path

import pytest

from course import exercises
from tests.notebooks import guard
from tests.notebooks.book import FOLDER, NOTEBOOKS, Notebook, code_lines, shown

every_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=str)
WIDEST = 80


def too_wide(source: str) -> list[str]:
    """The lines of a text that have more than `WIDEST` characters."""
    return [line for line in source.splitlines() if len(line) > WIDEST]


def test_the_course_has_notebooks():
    assert len(NOTEBOOKS) >= 6, f"{FOLDER} holds {[str(notebook) for notebook in NOTEBOOKS]}"


@every_notebook
def test_every_code_cell_was_run_in_order(notebook: Notebook):
    assert list(guard.unrun_cells(notebook.content)) == []


@every_notebook
def test_no_widget_state_is_stored(notebook: Notebook):
    assert list(guard.widget_state(notebook.content)) == []


@every_notebook
def test_outputs_hold_nothing_that_varies_between_runs(notebook: Notebook):
    assert list(guard.varying_outputs(notebook.content)) == []


@every_notebook
def test_no_secret_is_stored(notebook: Notebook):
    assert list(guard.secrets(notebook.content)) == []


@every_notebook
def test_cells_raise_where_they_are_meant_to_and_nowhere_else(notebook: Notebook):
    assert list(guard.unraised_exceptions(notebook.content)) == []


@every_notebook
def test_no_output_is_blank_where_widgets_are_not_shown(notebook: Notebook):
    blank = [
        cell.id
        for cell in notebook.code_cells
        for output in cell.outputs
        if output.output_type in ("display_data", "execute_result")
        and not {"text/plain", "text/html"} & set(output.data)
    ]
    assert blank == []


@every_notebook
def test_no_cell_turns_nbval_off(notebook: Notebook):
    off = {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception"}
    assert [cell.id for cell in notebook.code_cells if off & set(cell.metadata.get("tags", []))] == []
    assert [cell.id for cell in notebook.code_cells if "NBVAL_" in cell.source] == []


@every_notebook
def test_code_cells_are_short(notebook: Notebook):
    lengths = sorted(code_lines(cell.source) for cell in notebook.code_cells)
    assert statistics.median(lengths) <= 3, f"code lines a cell: {lengths}"
    assert lengths[math.ceil(len(lengths) * 0.9) - 1] <= 10, f"code lines a cell: {lengths}"


@every_notebook
def test_code_is_no_wider_than_a_page(notebook: Notebook):
    """JupyterLab wraps what is wider: its cells, beside a file list; the code for one's own program; a solution."""
    sources = [cell.source for cell in notebook.code_cells]
    sources += re.findall(r"^```python\n(.*?)^```", notebook.prose, re.MULTILINE | re.DOTALL)
    number = str(notebook).partition("-")[0]
    sources += [exercise.solution for exercise in exercises.of_notebook(number)]
    assert [line for source in sources for line in too_wide(source)] == []


@pytest.mark.parametrize("program", sorted((FOLDER / "scripts").glob("*.py")), ids=lambda path: path.name)
def test_a_program_that_cells_print_is_no_wider_than_a_page(program: Path):
    assert too_wide(program.read_text(encoding="utf-8")) == []


@every_notebook
def test_it_says_in_which_mode_it_runs(notebook: Notebook):
    labels = notebook.tagged("mode")
    assert len(labels) == 1, "one code cell has the tag `mode` and shows the mode"
    assert "practice" in shown(labels[0]).lower()
