"""A case of the error clinic: a small program with a mistake that people really make, and what tells it cured.

The program is a function. Its parameters are the names that the case's situation gives: `practice`, `make_app` … The
case runs the function in that situation, always in the practice tenant, and looks at what comes of it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache, cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from course.error_clinic import running
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import SolvedCell
from course.exercises.verdict import RIGHT, Settled, Verdict, wrong
from course.redaction import without_lookalikes

NOTEBOOK = "07-error-clinic"
# A case's file imports this module, so this module finds it by name.
_CASES = "course.cases"

# In reading order, each with the heading that the overview gives it.
GROUPS = {
    "values": "Registration values",
    "credentials": "Credentials",
    "tokens": "Permissions and tokens",
    "sign-in": "Sign-in",
    "caching": "Caching",
    "network": "Network and time",
}

Situation = Callable[[], AbstractContextManager[Mapping[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A repair that looks right and isn't: in the learner's cell `old` becomes `new`, and the verdict says `because`."""

    old: str
    new: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """One mistake, from symptom to cure.

    Attributes:
        title: what went wrong, as a heading.
        group: a key of `GROUPS`.
        seen: addresses of public threads in which people met it.
        story: what the program is for and what happened: a sentence or two.
        symptom: the first line of what the learner sees, to the letter; a test compares it.
        predict: the question to think about before looking at the evidence.
        solved: the repaired cell, with marks for the broken one; see `course.exercises.solved_cell`.
        hints: from a nudge to nearly there, two or more.
        lesson: what the cure shows, in one sentence.
        situation: makes a context manager that gives the program's parameters by name, and tidies up.
        judge: from what the repaired function returned, and from what the situation gave: why it isn't cured yet, as
            text that continues "Wrong, because"; empty if it is.
        wrong: repairs that a learner may try and that must stay red.
        given: what the parameters are that only this case has, or that it uses in its own way, by name.
        order: the place within the group; cases with the same go by name.
        name: given by the file's name.
    """

    title: str
    group: str
    seen: tuple[str, ...]
    story: str
    symptom: str
    predict: str
    solved: SolvedCell
    hints: tuple[str, ...]
    lesson: str
    situation: Situation
    judge: Callable[[Any, Mapping[str, Any]], str]
    wrong: tuple[Wrong, ...]
    given: Mapping[str, str] = field(default_factory=dict)
    order: int = 50
    name: str = ""

    @property
    def id(self) -> str:
        """The id of its exercise."""
        return f"{NOTEBOOK[:2]}-{self.name}"

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names that the program's function takes."""
        functions = [node for node in ast.parse(self.solved.start).body if isinstance(node, ast.FunctionDef)]
        return tuple(argument.arg for argument in functions[0].args.args)

    @cached_property
    def exercise(self) -> Exercise:
        """The repair, as an exercise of the notebook."""
        return Exercise(
            id=self.id,
            notebook=NOTEBOOK,
            title=self.title,
            solved=self.solved,
            hints=self.hints,
            check=self.check,
            success=self.lesson,
        )

    def check(self, function: object) -> Verdict:
        """The verdict on the learner's function, run in the case's situation."""
        try:
            with running.acted(self.situation) as (given, _):
                reason = self.judge(running.tried(function, given, self.parameters), given)
        except Settled as settled:
            verdict = settled.verdict
        else:
            verdict = wrong(reason) if reason else RIGHT
        return replace(verdict, reason=without_lookalikes(verdict.reason))

    def open(self) -> running.Outcome:
        """Run the broken program in the case's situation; what it returned or raised, and what was sent."""
        return running.run(self.solved.start, self.situation, self.parameters)


@cache
def every_case() -> tuple[Case, ...]:
    """All cases, in reading order: by group, in it by `order`, then by name."""
    folder = import_module(_CASES)
    found = [
        replace(import_module(f"{_CASES}.{module.name}").CASE, name=module.name.replace("_", "-"))
        for module in iter_modules(folder.__path__)
    ]
    return tuple(sorted(found, key=lambda case: (tuple(GROUPS).index(case.group), case.order, case.name)))


def cases_of(group: str) -> tuple[Case, ...]:
    """The cases of one group, in reading order."""
    return tuple(case for case in every_case() if case.group == group)


def find_case(name: str) -> Case | None:
    """The case with this name, or None."""
    return next((case for case in every_case() if case.name == name), None)


def close_matches(name: str) -> list[str]:
    """Names that a mistyped one may mean, or all."""
    known = [case.name for case in every_case()]
    return get_close_matches(name, known) or known
