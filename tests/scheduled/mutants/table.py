"""Reads the table of mutants: for each rule of statements.md, one-line breaks of the server and the tests they fail.

There is one file for each part of statements.md, named by its letter. A row of it:

    [[mutant]]
    rule = 5
    breaks = "the URL's query is read as well"
    file = "authority/form.py"
    old = 'return parse(body)'
    new = 'return parse(request.scope["query_string"] + b"&" + body)'
    caught_by = ["test_token_endpoint.py::test_parameters_in_the_query_are_not_used"]
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.environment import ROOT

FOLDER = Path(__file__).parent
SERVER = ROOT / "notebooks" / "practice_tenant"
TESTS = ("tests/authority/", "tests/graph/", "tests/server/")


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """The server with one text replaced.

    Attributes:
        rule: number of the statement that it breaks.
        breaks: what the server does wrong then; it ends the sentence "Nobody noticed that …".
        file: the module, below `notebooks/practice_tenant/`.
        old: part of one line of the module, and of no other.
        new: what stands there in its place, on one line as well.
        caught_by: tests that each have to fail, in one of the folders of `TESTS`; all parameters of a test, or one in brackets.
        raises: name of the exception that the tests then end with, where it is neither an assertion nor "did not raise".
    """

    rule: int
    breaks: str
    file: str
    old: str
    new: str
    caught_by: tuple[str, ...]
    raises: str | None = None

    @property
    def path(self) -> Path:
        """The module's file."""
        return SERVER / self.file

    @property
    def module(self) -> str:
        """The module's full name."""
        parts = self.path.relative_to(SERVER.parent).with_suffix("").parts
        return ".".join(parts).removesuffix(".__init__")

    @property
    def source(self) -> str:
        """The module's text, changed."""
        return self.path.read_text("utf-8").replace(self.old, self.new)


def path_of(test: str) -> str:
    """A test that a row names, with the folder of its file."""
    file = test.partition("::")[0]
    return next((folder for folder in TESTS if (ROOT / folder / file).is_file()), TESTS[0]) + test


def read_table(folder: Path = FOLDER) -> Mapping[str, tuple[Mutant, ...]]:
    """The mutants of each part of statements.md, by its letter."""
    return {path.name[0]: _read(path) for path in sorted(folder.glob("*.toml"))}


def _read(path: Path) -> tuple[Mutant, ...]:
    rows = tomllib.loads(path.read_text("utf-8"))["mutant"]
    return tuple(Mutant(**row | {"caught_by": tuple(row["caught_by"])}) for row in rows)
