"""An exercise: its solved cell, from which the learner's cell is made too, its hints and its check.

In the notebook an exercise is one code cell:

- its source is `start`, written by `python -m tests.notebooks.refresh`; its last line calls `check`: running the cell
  gives the verdict;
- its metadata are `{"tags": ["exercise"], "exercise": "<id>"}`;
- the cells before it have run `import msal`, `from course import Registration, check` and
  `registration = Registration.load()`.

The task is told in the Markdown cell above, under the exercise's title. Tests compare the cell with `start`, and run
the notebook with `solution` in its place: every verdict must then be *right*. How both are written as one text is told
in `solved_cell`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course.exercises import run_answer
from course.exercises.solved_cell import SolvedCell
from course.exercises.verdict import NOT_TRIED, Settled, Verdict


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """`id` begins with the notebook's number. `hints` go from a nudge to nearly there. `success` is one sentence on
    what the right answer shows. `check` takes the answer; it may raise Settled. `first_step` says what to do while it isn't
    tried; empty where the cell says it."""

    id: str
    notebook: str  # the file's name without .ipynb
    title: str
    solved: SolvedCell
    hints: tuple[str, ...]
    check: Callable[[Any], Verdict]
    success: str
    first_step: str = ""

    @property
    def start(self) -> str:
        """The source of the cell that the learner begins with."""
        return self.solved.start

    @property
    def solution(self) -> str:
        """The source of the cell that solves it, as the learner may open it."""
        return self.solved.solution

    def judge(self, answer: object) -> Verdict:
        """The verdict on the answer, an exception of the learner's function included."""
        if run_answer.untouched(answer, self.start):
            return NOT_TRIED
        from course import transport

        # What the check sends, and the learner's function in it, is no part of the learner's wire trace.
        try:
            with transport.scope():
                return self.check(answer)
        except Settled as settled:
            return settled.verdict
