"""The table of mutants is complete, and each row still fits the server and the tests that it names."""

import ast
import re
from collections import Counter

import pytest

from tests.authority import statements

from .table import SERVER, Mutant, read_table
from .test_mutants import Rules

TABLE = read_table()
MUTANTS = [mutant for part in TABLE.values() for mutant in part]


def test_each_rule_has_one_mutant_or_two():
    counts = Counter(mutant.rule for mutant in MUTANTS)
    assert counts.keys() == {statement.number for statement in statements.read_statements()}
    assert max(counts.values()) <= 2


def test_the_rows_are_in_the_order_of_the_page():
    places = {statement.number: place for place, statement in enumerate(statements.read_statements())}
    rows = [places[mutant.rule] for mutant in MUTANTS]
    assert rows == sorted(rows)


def test_each_part_of_the_page_is_tried():
    parts = re.findall(r"^## ([A-Z])\. ", statements.PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(rules.part for rules in Rules.__subclasses__()) == list(TABLE) == parts


@pytest.mark.parametrize("part", TABLE)
def test_each_text_stands_once_in_its_file(part: str):
    counts = [(mutant.file, mutant.old, mutant.path.read_text("utf-8").count(mutant.old)) for mutant in TABLE[part]]
    assert [row for row in counts if row[2] != 1] == []


@pytest.mark.parametrize("part", TABLE)
def test_each_mutant_is_one_line_that_says_something_else(part: str):
    for mutant in TABLE[part]:
        assert "\n" not in mutant.old + mutant.new, mutant
        before, after = ast.parse(mutant.path.read_text("utf-8")), ast.parse(mutant.source)
        assert ast.dump(before) != ast.dump(after), mutant


@pytest.mark.parametrize("part", TABLE)
def test_each_mutant_names_tests_of_its_rule(part: str):
    marks = {path.name: statements.marks_of(path) for path in statements.marked_files()}
    for mutant in TABLE[part]:
        assert mutant.caught_by, mutant
        for test in mutant.caught_by:
            file, _, function = test.partition("[")[0].partition("::")
            assert mutant.rule in marks[file].get(function, ()), f"{test} does not show rule {mutant.rule}"


@pytest.mark.parametrize(
    ("file", "module"),
    [("app.py", "practice_tenant.app"), ("authority/grants/__init__.py", "practice_tenant.authority.grants")],
)
def test_a_mutants_module_is_the_one_of_its_file(file: str, module: str):
    mutant = Mutant(rule=1, breaks="", file=file, old="", new="", caught_by=())
    assert (mutant.module, mutant.path) == (module, SERVER / file)
