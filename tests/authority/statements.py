"""Reads statements.md: what the practice tenant promises, and where it is shown."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).with_name("statements.md")
# The folders of the tests that show statements.
FOLDERS = tuple(PAGE.parent.with_name(name) for name in ("authority", "graph", "server"))

_ROW = re.compile(r"\| (\d+) \| (.+) \| (.+) \| (.+) \|")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One row of the page. ``shown_by`` names test files, without ``.py``."""

    number: int
    text: str
    source: str
    shown_by: frozenset[str]


def read_statements(page: Path = PAGE) -> list[Statement]:
    """The statements of the page, in its order."""
    return [_statement(match) for line in page.read_text("utf-8").splitlines() if (match := _ROW.fullmatch(line))]


def marked_files() -> list[Path]:
    """The test files that may show statements. No two have one name."""
    return [path for folder in FOLDERS for path in sorted(folder.glob("test_*.py"))]


def marks_of(path: Path) -> dict[str, set[int]]:
    """For each test of a file, the numbers of the statements that it is marked with."""
    functions = [
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return {
        function.name: {
            argument.value
            for mark in function.decorator_list
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.statement"
            for argument in mark.args
        }
        for function in functions
    }


def _statement(match: re.Match) -> Statement:
    number, text, source, last = match.groups()
    return Statement(
        number=int(number),
        text=text,
        source=source,
        shown_by=frozenset(last.split(", ")),
    )
