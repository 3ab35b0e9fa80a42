"""Solved cells: one text gives the learner's cell and its solution, and a mark that can mean nothing is told."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.exercises.solved_cell import MARK, cell

NAMES = st.sampled_from(["app", "ergebnis", "größe", "token_2"])
VALUES = st.sampled_from(
    [
        "1",
        "'ü #: no mark'",
        '"""\n#: no mark\n  """',
        "f(\n    1,\n    g=2,\n)",
        "{\n    'a': 1,\n}",
        "(\n    1\n    + 2\n)",
    ]
)
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, VALUES),
    st.builds("print({})".format, VALUES),
    st.builds("for {} in range(3):\n    print({})".format, NAMES, st.just("'é'")),
)
MARKS = st.sampled_from(["", "", "  #:", "  #: ...", "  #: other = 1", "  # a comment  #: ..."])


def marked(statement: str, mark: str) -> str:
    """A statement with a mark at the end of its first line, where that is not inside a string."""
    first, *others = statement.split("\n")
    return "\n".join([first if '"""' in first else first + mark, *others])


def tree(source: str) -> str:
    """The code as Python reads it: without comments and layout."""
    return ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    ("solved", "start", "solution"),
    [
        ("mode = registration.mode  #: ...", "mode = ...", "mode = registration.mode"),
        ("size: int = 3  #: ...  ", "size: int = ...", "size: int = 3"),
        ("größe = 'ü'  #: ...", "größe = ...", "größe = 'ü'"),
        ("a = 1  # first  #: ...", "a = ...  # first", "a = 1  # first"),
        ("again = status == 429  #: again = True", "again = True", "again = status == 429"),
        ("a = 1\nb = 2  #:", "a = 1", "a = 1\nb = 2"),
        ("#: a = 1\nb = 2", "a = 1\nb = 2", "b = 2"),
        ("a = 1\n#:\n#: b = 2", "a = 1\n\nb = 2", "a = 1"),
        ("a = f(  #: ...\n    b,\n)\nc = 3", "a = ...\nc = 3", "a = f(\n    b,\n)\nc = 3"),
        ("a = (  #: ...\n    1\n    + 2\n)", "a = (\n    ...\n)", "a = (\n    1\n    + 2\n)"),
        ("a = (  #:\n    1\n)\nb = 2", "b = 2", "a = (\n    1\n)\nb = 2"),
        ("f(\n    a=1,  #: ...\n    b=2,  #:\n)", "f(\n    a=...,\n)", "f(\n    a=1,\n    b=2,\n)"),
        ("f(\n    a=1,  #: a=None,\n)", "f(\n    a=None,\n)", "f(\n    a=1,\n)"),
        ("a = {\n    'b': [  #: ...\n        1,\n    ],\n}", "a = {\n    'b': ...,\n}", "a = {\n    'b': [\n        1,\n    ],\n}"),
        ("a = {\n    **b,\n    'c': 1,  #:\n}", "a = {\n    **b,\n}", "a = {\n    **b,\n    'c': 1,\n}"),
        ("a = {\n    'b': [  #:\n        1,\n    ],\n}", "a = {\n}", "a = {\n    'b': [\n        1,\n    ],\n}"),
        ("f(\n    a='ü',  #: ...\n)", "f(\n    a=...,\n)", "f(\n    a='ü',\n)"),
        ("if a:\n    b = 1\n    #:\n    #: c = 2", "if a:\n    b = 1\n\n    c = 2", "if a:\n    b = 1"),
        ("a = '#: 1'  #: ...", "a = ...", "a = '#: 1'"),
        ("a = '#: 1'\nb = 2  #: b = '#: 3'", "a = '#: 1'\nb = '#: 3'", "a = '#: 1'\nb = 2"),
        ('a = """\n#: text\nb = 1  #: ...\n"""\n#: c', 'a = """\n#: text\nb = 1  #: ...\n"""\nc', 'a = """\n#: text\nb = 1  #: ...\n"""'),
    ],
)  # fmt: skip
def test_marks_say_how_the_learners_cell_differs(solved, start, solution):
    found = cell(solved)
    assert (found.start, found.solution) == (start, solution)


def test_a_mark_is_about_a_whole_block_and_keeps_the_indentation():
    found = cell("""
        def save(cache, path):
            #: if path:
            #:     pass
            if cache.has_state_changed:  #: ...
                with path.open() as file:
                    file.write(cache)
            return path


        check("a", save)
    """)
    tail = '    return path\n\n\ncheck("a", save)'
    assert found.start == f"def save(cache, path):\n    if path:\n        pass\n    ...\n{tail}"
    assert found.solution == (
        "def save(cache, path):\n    if cache.has_state_changed:\n        with path.open() as file:\n"
        f"            file.write(cache)\n{tail}"
    )


@given(st.lists(st.tuples(STATEMENTS, MARKS), min_size=1, max_size=6))
def test_the_solution_is_the_code_without_marks_and_the_start_has_none_either(parts):
    statements = [marked(statement, mark) for statement, mark in parts]
    plain = [statement for (statement, _), given in zip(parts, statements, strict=True) if statement == given]
    source = "\n".join([*statements, "#: last = 1"])
    found = cell(source)
    assert tree(found.solution) == tree(source)
    for text in (found.start, found.solution):
        assert MARK not in text.replace("#: no mark", "")
    assert found.start.endswith("last = 1")
    for statement in plain:
        assert statement in found.start
        assert statement in found.solution


@given(st.integers(min_value=0, max_value=9), st.integers(min_value=0, max_value=3))
def test_a_line_that_only_the_learner_finds_stands_where_its_mark_stands(depth, deeper):
    inner = "if a:" + "\n    pass" if deeper else "pass"
    above = "".join(" " * level + "if a:\n" for level in range(depth))
    lines = "".join(f"{' ' * depth}#: {line}\n" for line in inner.split("\n"))
    found = cell(above + lines + " " * depth + "solved()")
    added = "".join(" " * depth + line + "\n" for line in inner.split("\n"))
    assert found.start == above + added + " " * depth + "solved()"
    assert found.solution == above + " " * depth + "solved()"


@pytest.mark.parametrize(
    ("solved", "problem"),
    [
        ("a = 1", "The learner would begin with the solution"),
        ("a = ...  #: ...", "The learner would begin with the solution"),
        ("a = '#: ...'", "The learner would begin with the solution"),
        ("a = (", "The solved cell is no Python: '\\(' was never closed"),
        ("a = 1  #: a = = 2", "The learner's cell is no Python: invalid syntax"),
        ("def f():\n    return 1  #:", "The learner's cell is no Python: expected an indented block"),
        ("a = 1  #: b = 2  #: ...", "A mark is left in line 1 of the learner's cell, with '...'"),
        (
            "f(\n    1,\n)  #: ...",
            "No statement, keyword argument or entry of a dict begins at the mark in line 3: '\\)",
        ),
        ("f(\n    1,  #: ...\n)", "No statement, .* begins at the mark in line 2: '    1,"),
        ("f(\n    1, a=2,  #:\n)", "No statement, .* begins at the mark in line 2: '    1, a=2,"),
        ("# nothing  #: ...\na = 1", "No statement, .* begins at the mark in line 1: '# nothing"),
        ("for a in b:  #:\n    c = 1  #: ...", "The mark in line 2 is inside of what an earlier mark replaces"),
        ("for a in b:  #:\n    #: c = 1\n    pass", "The mark in line 2 is inside of what an earlier mark replaces"),
    ],
)
def test_a_mark_that_can_mean_nothing_is_told_in_a_sentence(solved, problem):
    with pytest.raises(ValueError, match=problem):
        cell(solved)
