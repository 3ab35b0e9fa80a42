"""A refresh keeps what was measured, and takes every other difference."""

import pytest
from nbformat import v4

from tests.notebooks import varying


def notebook(text: str, source: str = "measure()", count: int = 1):
    output = v4.new_output("execute_result", {"text/plain": text}, execution_count=count)
    cell = v4.new_code_cell(source, id="one", outputs=[output], execution_count=count)
    return v4.new_notebook(cells=[v4.new_markdown_cell("words", id="zero"), cell])


def kept(new: str, stored: str) -> str:
    after = notebook(new, count=2)
    varying.keep_stored(after, notebook(stored))
    assert after.cells[1].outputs[0].execution_count == 2
    return after.cells[1].outputs[0].data["text/plain"]


@pytest.mark.parametrize(
    ("new", "stored"),
    [
        ("cache ≈ 0.035 ms, 2 requests", "cache ≈ 1,234 ms, 2 requests"),
        ("On this computer: Redis", "On this computer: a folder of files"),
    ],
)
def test_another_measured_value_is_not_stored(new, stored):
    assert kept(new, stored) == stored


@pytest.mark.parametrize(
    ("new", "stored"),
    [
        ("cache ≈ 0.035 ms, 2 requests", "cache ≈ 0.035 ms, 3 requests"),
        ("cache ≈ 0.035 s", "cache ≈ 0.035 ms"),
        ("0.035 ms", "0.036 ms"),
        ("≈ 3 and 4", "≈ 3 and 5"),
        ("On this computer: Redis\nTrue", "On this computer: Redis\nFalse"),
    ],
)
def test_any_other_difference_is_stored(new, stored):
    assert kept(new, stored) == new


def test_a_cell_that_was_not_there_keeps_its_outputs():
    after = notebook("≈ 1")
    after.cells[1].id = "another"
    varying.keep_stored(after, notebook("≈ 2"))
    assert after.cells[1].outputs[0].data["text/plain"] == "≈ 1"


def test_the_rules_are_few_and_nbval_can_read_them_in_any_encoding():
    assert len(varying.rules()) == 3
    varying.FILE.read_text(encoding="ascii")
