"""An exercise solved in the browser, and the progress that the first notebook shows afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from course import exercises
from tests.browser.lab import Lab

IMPORTS, CELL, PROGRESS = "01-002", "01-047", "00-027"
[EXERCISE] = [exercise for exercise in exercises.every() if exercise.id == "01-which-value"]


@pytest.fixture
def notebook(lab: Lab) -> Iterator[Lab]:
    """Notebook 01; afterwards nothing is solved any more."""
    lab.open("01-app-registration-values")
    lab.run(IMPORTS, CELL)
    yield lab
    Path(lab.server.environment["COURSE_HOME"], "progress.json").unlink()


def answer(notebook: Lab, source: str) -> Locator:
    """Write over the exercise's cell, run it, and return what it says."""
    notebook.editor(CELL).click()
    notebook.page.keyboard.press("ControlOrMeta+a")
    notebook.page.keyboard.insert_text(source)
    notebook.page.keyboard.press("Shift+Enter")
    return notebook.outputs(CELL).get_by_role("status")


def test_a_solved_exercise_counts(notebook: Lab):
    said = notebook.outputs(CELL).get_by_role("status")
    expect(said).to_contain_text("Not tried yet.")
    said = answer(notebook, EXERCISE.start.replace("...", '"secret ID"'))
    expect(said).to_contain_text("Wrong, because the secret ID only names the secret")
    said = answer(notebook, EXERCISE.solution)
    expect(said).to_contain_text(f"Right. {EXERCISE.success.replace('`', '')}")

    notebook.open("00-start-here")
    notebook.run(PROGRESS)
    progress = notebook.outputs(PROGRESS)
    expect(progress).to_contain_text(f"1 of {len(exercises.every())} exercises done.")
    expect(progress).to_contain_text(f"✓ {EXERCISE.title} (done)")
