"""The skeleton that every notebook shares: title; do, learn, need; sections; recap; own program; links; stamp."""

import ast
import re

import msal
import pytest

from tests.environment import ROOT
from tests.notebooks.book import NOTEBOOKS, Notebook, headings

every_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=str)
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@every_notebook
def test_it_begins_with_its_title(notebook: Notebook):
    first = notebook.cells[0]
    assert first.cell_type == "markdown" and re.match(r"# \S", first.source)
    assert len(re.findall(r"^# ", re.sub(r"```.*?```", "", notebook.prose, flags=re.DOTALL), re.MULTILINE)) == 1


@every_notebook
def test_a_table_says_what_one_does_learns_and_needs_and_how_long_it_takes(notebook: Notebook):
    opening = "\n".join(cell.source for cell in notebook.cells[:3])
    table = "\n".join(line for line in opening.splitlines() if line.startswith("|"))
    for word in ("do", "learn", "need"):
        # A no-break space keeps the two words of a row's name on one line.
        assert re.search(rf"\byou['’]ll(?: |&nbsp;){word}\b", table, re.IGNORECASE), (
            f"no row “what you’ll {word}” in: {table}"
        )
    assert re.search(r"\b\d+ min", table), f"no minutes in: {table}"


@every_notebook
def test_it_has_a_recap(notebook: Notebook):
    assert notebook.section("Recap").strip()


@pytest.mark.parametrize(
    "notebook",
    [book for book in NOTEBOOKS if any("client_credential=" in cell.source for cell in book.code_cells)],
    ids=str,
)
def test_it_ends_with_the_code_for_the_learners_own_program(notebook: Notebook):
    blocks = PYTHON_BLOCK.findall(notebook.section("In your own program"))
    assert blocks, "a section `## In your own program` with a ```python block"
    for block in blocks:
        ast.parse(block)
        assert "registration" not in block and "course" not in block, "own programs have neither"
    after = notebook.cells[
        next(n for n, cell in enumerate(notebook.cells) if "## In your own program" in cell.source) :
    ]
    assert all(cell.cell_type == "markdown" for cell in after), "it stands at the end, after the last code cell"


@every_notebook
def test_it_says_with_which_msal_it_was_tested(notebook: Notebook):
    stamps = re.findall(r"[Tt]ested with (?:`?msal`?|MSAL(?: Python)?) `?(\d+\.\d+)", notebook.prose)
    installed = ".".join(msal.__version__.split(".")[:2])
    assert stamps == [installed], f"this run is with msal {installed}: refresh the notebooks and correct the stamp"


@pytest.mark.parametrize("place", range(len(NOTEBOOKS)), ids=[str(notebook) for notebook in NOTEBOOKS])
def test_its_last_cell_leads_to_the_previous_the_contents_and_the_next(place: int):
    last = NOTEBOOKS[place].cells[-1].source
    wanted = [NOTEBOOKS[n].path.name for n in (place - 1, place + 1) if 0 <= n < len(NOTEBOOKS)]
    if place > 0:
        wanted.append(NOTEBOOKS[0].path.name)
    for name in wanted:
        assert f"]({name})" in last, f"no link to {name} in: {last}"


@pytest.mark.parametrize("notebook", NOTEBOOKS[1:], ids=str)
def test_the_first_notebook_and_the_readme_link_to_it(notebook: Notebook):
    assert f"]({notebook.path.name})" in NOTEBOOKS[0].prose
    assert f"](notebooks/{notebook.path.name})" in (ROOT / "README.md").read_text(encoding="utf-8")


@every_notebook
def test_its_number_and_headings_are_unlike_any_other(notebook: Notebook):
    assert re.fullmatch(r"\d\d[a-z]?(-[a-z0-9]+)+", notebook.path.stem)
    titles = headings(notebook.prose)
    assert len(titles) == len(set(titles)), f"two headings alike make one anchor for both: {titles}"
    number = notebook.path.name.partition("-")[0]
    assert [other.path.name for other in NOTEBOOKS if other.path.name.startswith(f"{number}-")] == [notebook.path.name]


@pytest.mark.parametrize("notebook", [book for book in NOTEBOOKS if book.tagged("raises-exception")], ids=str)
def test_an_error_on_purpose_is_shown_without_the_lines_of_libraries(notebook: Notebook):
    first = notebook.code_cells.index(notebook.tagged("raises-exception")[0])
    assert "%xmode Minimal" in [cell.source for cell in notebook.code_cells[:first]]
