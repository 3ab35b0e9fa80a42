"""A solved cell: the solution of an exercise, with marks that say how the learner's cell differs from it.

A mark is a comment that begins with `#:`.

    mode = registration.mode  #: ...                     the learner finds `...` in the value's place
    again = status == 429  #: again = True               the learner finds another statement
    for account in app.get_accounts():  #:               the learner doesn't find it, nor its block
    #: return app.acquire_token_interactive(scopes)      only the learner finds this line

The first three stand for what begins on their line, to its end: a statement, a keyword argument or an entry of a
dict. `...` takes the place of the whole where there is no value, as of an `if`.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

MARK = "#:"


@dataclass(frozen=True, kw_only=True)
class SolvedCell:
    """The two cells that a solved cell stands for: the one that the learner begins with, and the one that solves it."""

    start: str
    solution: str


def cell(source: str) -> SolvedCell:
    """Read a solved cell, from an indented triple-quoted string.

    Raises ValueError when it or the learner's cell is no Python, when a mark stands where it can mean nothing, and
    when the learner's cell would be the solution.
    """
    solved = dedent(source).strip()
    tree = _parsed(solved, "The solved cell")
    solution = dict(enumerate(solved.split("\n"), start=1))
    start = dict(solution)
    done = 0  # the last line that an earlier mark stands for
    for line, column, text in _marks(solved):
        if line <= done:
            raise ValueError(f"The mark in line {line} is inside of what an earlier mark replaces: {solution[line]!r}.")
        before = solution[line][:column]
        if not before.strip():
            del solution[line]
            start[line] = (before + text).rstrip()
            continue
        start[line] = solution[line] = before.rstrip()
        whole, value = _begun(tree, line, before)
        done = max(whole.end_lineno, value.end_lineno)  # a dict's entry begins with its key and ends with its value
        replaced, last, behind = whole, done, ""
        if text == "...":
            replaced, last, behind = value, value.end_lineno, _behind(solution, value)
        for number in range(replaced.lineno, last + 1):
            del start[number]
        if text:
            start[replaced.lineno] = _before(solution, replaced) + text + behind
    learners = "\n".join(start[number] for number in sorted(start)).strip()
    return _checked(SolvedCell(start=learners, solution="\n".join(solution.values()).strip()))


def _marks(source: str) -> Iterator[tuple[int, int, str]]:
    """Each mark's line (from 1) and column (from 0), and what follows it."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and MARK in token.string:
            comment, _, text = token.string.partition(MARK)
            yield token.start[0], token.start[1] + len(comment), text.removeprefix(" ").rstrip()


def _begun(tree: ast.Module, line: int, code: str) -> tuple[ast.AST, ast.AST]:
    """What a line begins with, the outermost if it is several, and its value: itself if it has none."""
    indentation = len(code) - len(code.lstrip())
    for node in ast.walk(tree):  # from the outside in
        pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
        if isinstance(node, ast.stmt | ast.keyword):
            pairs = [(node, getattr(node, "value", None) or node)]
        for whole, value in pairs:
            # The key of an entry `**more` is None.
            if whole and (whole.lineno, whole.col_offset) == (line, indentation):
                return whole, value
    raise ValueError(f"No statement, keyword argument or entry of a dict begins at the mark in line {line}: {code!r}.")


def _before(lines: dict[int, str], node: ast.AST) -> str:
    """What stands before a node on its first line. ast counts columns in bytes of UTF-8."""
    return lines[node.lineno].encode()[: node.col_offset].decode()


def _behind(lines: dict[int, str], node: ast.AST) -> str:
    """What stands behind a node on its last line."""
    return lines[node.end_lineno].encode()[node.end_col_offset :].decode()


def _checked(found: SolvedCell) -> SolvedCell:
    _parsed(found.start, "The learner's cell")
    if found.start == found.solution:
        raise ValueError(f"The learner would begin with the solution: mark with {MARK} what differs.")
    for line, _, text in _marks(found.start):
        raise ValueError(f"A mark is left in line {line} of the learner's cell, with {text!r}: one line has one mark.")
    return found


def _parsed(source: str, name: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"{name} is no Python: {error}\n{source}") from None
