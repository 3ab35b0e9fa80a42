"""The notebooks as the tests read them."""

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from tests.environment import ROOT

FOLDER = ROOT / "notebooks"
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """One notebook file. `content` is what nbformat read."""

    path: Path
    content: nbformat.NotebookNode = field(repr=False)

    def __str__(self) -> str:
        return self.path.stem

    @property
    def cells(self) -> list[nbformat.NotebookNode]:
        return self.content.cells

    @cached_property
    def code_cells(self) -> list[nbformat.NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def markdown_cells(self) -> list[nbformat.NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @cached_property
    def prose(self) -> str:
        """All Markdown, with the cells' borders as blank lines."""
        return "\n\n".join(cell.source for cell in self.markdown_cells)

    def tagged(self, tag: str) -> list[nbformat.NotebookNode]:
        """The code cells with a tag."""
        return [cell for cell in self.code_cells if tag in cell.metadata.get("tags", [])]

    def section(self, title: str) -> str:
        """The Markdown from a level-2 heading to the next one; empty when there is no such heading."""
        parts = re.split(r"^##\s+(.+?)\s*$", self.prose, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True)).get(title, "")


def read(path: Path) -> Notebook:
    return Notebook(path=path, content=nbformat.read(path, as_version=4))


NOTEBOOKS = tuple(read(path) for path in sorted(FOLDER.glob("*.ipynb")))


def shown(cell: nbformat.NotebookNode) -> str:
    """All that a code cell shows, as text: streams, every text MIME type, errors."""
    parts = []
    for output in cell.outputs:
        parts += [output.get("text", ""), output.get("ename", ""), output.get("evalue", "")]
        parts += [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
    return "\n".join(filter(None, parts))


def parsed(source: str) -> ast.Module:
    """A cell's code as Python; IPython turns a magic, such as `%xmode Minimal`, into a line of it."""
    return ast.parse(TransformerManager().transform_cell(source))


def code_lines(source: str) -> int:
    """The lines of a cell that hold code: not blank ones, comments or a string that stands alone."""
    statements = parsed(source).body
    strings = {
        line
        for statement in statements
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        for line in range(statement.lineno, statement.end_lineno + 1)
    }
    lines = enumerate(source.splitlines(), start=1)
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") and n not in strings for n, line in lines)


def headings(markdown: str) -> list[str]:
    """The headings' texts, without their Markdown; what looks like one inside a code block is none."""
    found = HEADING.findall(FENCE.sub("", markdown))
    return [re.sub(r"[`*]|\[(.+?)\]\(.+?\)", r"\1", text) for _, text in found]
