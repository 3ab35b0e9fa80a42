"""The exercises in the notebooks: as they are written in the code, not tried where they are stored, and solvable."""

import copy
import json
from pathlib import Path

import nbformat
import pytest

from course import exercises
from tests.environment import hermetic
from tests.notebooks import refresh
from tests.notebooks.book import FOLDER, NOTEBOOKS, Notebook, shown

every_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=str)


def exercise_cells(notebook: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    """The cells that a notebook marks as exercises, by the exercise's id, in reading order."""
    return {cell.metadata.exercise: cell for cell in notebook.cells if "exercise" in cell.metadata}


@every_notebook
def test_a_notebook_has_its_exercises_in_order_and_at_least_two(notebook: Notebook):
    own = [exercise.id for exercise in exercises.every() if exercise.notebook == str(notebook)]
    assert list(exercise_cells(notebook.content)) == own
    assert [cell.metadata.exercise for cell in notebook.tagged("exercise")] == own
    assert len(own) >= 2


@every_notebook
def test_a_learner_begins_with_the_exercise_as_it_is_written_in_the_code(notebook: Notebook):
    for name, cell in exercise_cells(notebook.content).items():
        assert cell.source == exercises.find(name).start
        assert "Not tried yet." in shown(cell)


@every_notebook
def test_the_task_stands_above_the_cell_under_the_exercises_title(notebook: Notebook):
    for place, cell in enumerate(notebook.cells):
        if "exercise" in cell.metadata:
            # What shows a case of the error clinic stands between its task and its repair.
            opens = f'clinic("{cell.metadata.exercise[3:]}")'
            above = notebook.cells[place - (2 if notebook.cells[place - 1].source == opens else 1)]
            assert above.cell_type == "markdown"
            assert exercises.find(cell.metadata.exercise).title in above.source


@pytest.mark.slow
@every_notebook
def test_the_solutions_are_right_in_the_learners_place(notebook: Notebook, tmp_path: Path):
    solved = copy.deepcopy(notebook.content)
    cells = exercise_cells(solved)
    for name, cell in cells.items():
        cell.source = exercises.find(name).solution
    environment = hermetic(tmp_path)
    refresh.run(solved, FOLDER, environment)
    assert {name: shown(cell) for name, cell in cells.items() if "✓ Right." not in shown(cell)} == {}
    progress = json.loads(Path(environment["COURSE_HOME"], "progress.json").read_text(encoding="utf-8"))
    assert sorted(progress["done"]) == sorted(cells)
