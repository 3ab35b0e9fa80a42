"""The page of statements and the tests agree: nothing is promised that no test shows, and the reverse."""

import re
from collections import defaultdict
from pathlib import Path

from .statements import PAGE, marked_files, marks_of, read_statements

STATEMENTS = read_statements()


def shown() -> dict[int, set[str]]:
    """For each statement that a test is marked with: the files of those tests."""
    files = defaultdict(set)
    for path in marked_files():
        for number in set().union(*marks_of(path).values()):
            files[number].add(path.stem)
    return dict(files)


def test_the_page_numbers_each_statement_once_and_says_how_many_there_are():
    # A statement that went leaves a gap: the others keep their numbers.
    numbers = [statement.number for statement in STATEMENTS]
    assert len(set(numbers)) == len(numbers) > 0
    assert f"\n{len(numbers)} statements about " in PAGE.read_text("utf-8")


def test_no_two_files_that_show_statements_have_one_name():
    names = [path.name for path in marked_files()]
    assert len(names) == len(set(names)) > 0


def test_a_part_of_the_page_has_its_statements_in_order():
    # Numbers stay what they are, so a new statement has the next one, at the end of its part.
    for part in PAGE.read_text("utf-8").split("\n## ")[1:]:
        numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", part, re.MULTILINE)]
        assert numbers and numbers == sorted(numbers)


def test_every_line_of_a_table_is_read():
    page = PAGE.read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|") and not line.startswith(("| #", "|---"))]
    assert len(rows) == len(STATEMENTS)


def test_a_statement_names_the_files_that_show_it_and_no_others():
    assert shown() == {statement.number: set(statement.shown_by) for statement in STATEMENTS}


def test_a_mark_outside_a_test_counts_for_nothing(tmp_path: Path):
    file = tmp_path / "test_example.py"
    file.write_text("@pytest.mark.statement(1)\ndef helper(): ...\n@pytest.mark.statement(2, 3)\ndef test_it(): ...\n")
    assert marks_of(file) == {"test_it": {2, 3}}
