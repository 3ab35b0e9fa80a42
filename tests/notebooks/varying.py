"""What may differ between two runs of a notebook: the rules in varying.cfg, which nbval reads as well."""

import re
from functools import cache
from pathlib import Path

import nbformat
from nbval.plugin import get_sanitize_patterns

FILE = Path(__file__).with_name("varying.cfg")


@cache
def rules() -> dict[str, str]:
    """Each pattern with what stands in for what it matches."""
    return dict(get_sanitize_patterns(FILE.read_text(encoding="utf-8")))


def settled(value: object) -> object:
    """A JSON value with a stand-in for everything in it that may differ. nbval matches in the same way."""
    if isinstance(value, str):
        for pattern, stand_in in rules().items():
            value = re.sub(pattern, stand_in, value)
        return value
    if isinstance(value, dict):
        return {name: settled(member) for name, member in value.items()}
    return [settled(member) for member in value] if isinstance(value, list) else value


def keep_stored(notebook: nbformat.NotebookNode, stored: nbformat.NotebookNode) -> None:
    """Give a cell back the outputs that were stored, where the new ones differ only in what may differ."""
    before = {cell.id: cell for cell in stored.cells if cell.cell_type == "code" and cell.get("id")}
    for cell in notebook.cells:
        old = before.get(cell.get("id"))
        if old is None or cell.cell_type != "code":
            continue
        # The number of the run isn't a value: a cell may have moved.
        for output in old.outputs:
            if "execution_count" in output:
                output.execution_count = cell.execution_count
        if settled(old.outputs) == settled(cell.outputs):
            cell.outputs = old.outputs
