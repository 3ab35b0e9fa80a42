"""The refresh command stores the same bytes each time, exercises included, and nothing of the computer it ran on."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import v4

from course import exercises
from tests.notebooks import guard, refresh

CELLS = {
    "print('a'); print('b')": [],
    "import ipywidgets; ipywidgets.Text(description='Tenant')": [],
    "from IPython.display import display; display({'text/plain': 'text'}, raw=True)": [],
    "import os; open(os.environ['COURSE_HOME'])": ["raises-exception"],
    "'state' in os.environ['PRACTICE_TENANT_HOME']": [],
}


def write(folder: Path, cells: dict[str, list[str]], **metadata: object) -> Path:
    """A notebook as an editor leaves it: run or not, with metadata of its own."""
    stored = v4.new_notebook(metadata=metadata)
    stored.cells = [
        v4.new_code_cell(source, metadata={"tags": tags, "collapsed": True}, id=f"id-{number}")
        for number, (source, tags) in enumerate(cells.items())
    ]
    path = folder / "00-sample.ipynb"
    path.write_text(json.dumps(stored), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """The file after a run with its state in one empty folder, and in another."""
    folder = tmp_path_factory.mktemp("sample")
    path = write(folder, CELLS, kernelspec={"name": "mine", "display_name": "Mine"}, widgets={"state": {}})
    return refresh.refreshed(path, folder / "state 1"), refresh.refreshed(path, folder / "state 2")


@pytest.mark.slow
def test_only_what_differs_between_state_folders_differs(runs: tuple[bytes, bytes]):
    first, second = runs
    assert first != second, "the fourth cell's error names its folder"
    assert first == second.replace(b"state 2", b"state 1")


@pytest.mark.slow
def test_what_is_stored_passes_the_guard_but_for_the_folder(runs: tuple[bytes, bytes]):
    stored = json.loads(runs[0])
    assert {complaint.partition(" (")[0] for complaint in guard.of_notebook(stored)} <= {"cell 3"}
    assert stored["metadata"] == refresh.METADATA


@pytest.mark.slow
def test_streams_are_joined_views_dropped_tracebacks_shortened_and_metadata_kept_to_tags(runs: tuple[bytes, bytes]):
    cells = json.loads(runs[0])["cells"]
    streams, widget, display, error, _ = (cell["outputs"] for cell in cells)
    assert [output["text"] for output in streams] == [["a\n", "b\n"]]
    assert list(widget[0]["data"]) == ["text/plain"]
    assert display[0]["data"] == {"text/plain": ["text"]}
    assert error[0]["ename"] == "FileNotFoundError"
    assert error[0]["traceback"] == [f"FileNotFoundError: {error[0]['evalue']}"]
    assert [cell["metadata"] for cell in cells] == [{"tags": tags} for tags in CELLS.values()]
    assert [cell["id"] for cell in cells] == ["id-0", "id-1", "id-2", "id-3", "id-4"]


@pytest.mark.slow
def test_the_kernel_keeps_its_state_where_it_is_told(runs: tuple[bytes, bytes]):
    assert json.loads(runs[0])["cells"][4]["outputs"][0]["data"]["text/plain"] == ["True"]


@pytest.mark.slow
def test_lines_end_alike_on_every_system(runs: tuple[bytes, bytes]):
    assert b"\r" not in runs[0] and runs[0].endswith(b"}\n")


@pytest.mark.slow
def test_a_failing_cell_stops_the_refresh_with_the_cells_error(tmp_path: Path):
    path = write(tmp_path, {"1 / 0": []})
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        refresh.refreshed(path, tmp_path / "state")


@pytest.mark.slow
def test_a_cell_that_should_raise_and_does_not_stops_it_too(tmp_path: Path):
    path = write(tmp_path, {"1": ["raises-exception"]})
    with pytest.raises(ValueError, match="id-0 is tagged raises-exception but raised none"):
        refresh.refreshed(path, tmp_path / "state")


@pytest.mark.slow
def test_a_check_tells_what_would_change_and_stores_nothing(tmp_path: Path):
    path = write(tmp_path, {"6 * 7": []})
    before = path.read_bytes()
    with pytest.raises(AssertionError, match=r'(?s)00-sample.ipynb would change.*\+ +"42"'):
        refresh.check(path, tmp_path / "state")
    assert path.read_bytes() == before
    assert refresh.store(path, tmp_path / "other") == "00-sample.ipynb: stored"
    assert "the same" in refresh.check(path, tmp_path / "another")


def exercise_cell(name: str) -> nbformat.NotebookNode:
    """A cell that names an exercise, as an author adds it or somebody left it."""
    return v4.new_code_cell('answer = "left"', metadata={"tags": ["exercise"], "exercise": name}, id="id-1")


@pytest.mark.slow
def test_the_cell_of_an_exercise_is_written_and_a_check_tells_when_it_was_changed(tmp_path: Path):
    stored = v4.new_notebook(cells=[v4.new_code_cell("def check(*_): ...", id="id-0"), exercise_cell("00-mode")])
    path = tmp_path / "00-sample.ipynb"
    nbformat.write(stored, path)
    with pytest.raises(AssertionError, match=r'(?s)would change.*-.*answer = .*"left.*\+.*mode = \.\.\.'):
        refresh.check(path, tmp_path / "state")
    refresh.store(path, tmp_path / "other")
    written = nbformat.read(path, as_version=4).cells
    assert [cell.source for cell in written] == ["def check(*_): ...", exercises.find("00-mode").start]
    assert "the same" in refresh.check(path, tmp_path / "another")


def test_an_exercise_that_there_is_not_stops_the_refresh_and_names_those_there_are():
    with pytest.raises(ValueError, match=r"Cell id-1 names the exercise '00-mod', .*: 00-mode\."):
        refresh.write_exercises([exercise_cell("00-mod")])


def test_cells_without_an_id_of_their_own_get_the_same_one_each_time():
    def ids() -> list[str]:
        cells = [v4.new_markdown_cell(text, id=name) for text, name in [("a", "x"), ("b", "x"), ("b", "y")]]
        del cells[2]["id"]
        refresh.name_cells(cells)
        return [cell.id for cell in cells]

    assert ids() == ids()
    assert ids()[0] == "x" and len(set(ids())) == 3


def test_a_name_that_no_notebook_has_is_an_error():
    with pytest.raises(SystemExit, match="99"):
        refresh.chosen(["99"])
