"""The cases of the error clinic: one file a case, found by being here.

A file defines `CASE`, a `course.error_clinic.case.Case`. Its name, with hyphens, is the case's name: `secret_id.py` is
"secret-id". Nothing else has to know of it.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from course.error_clinic.case import GROUPS, Case


@cache
def every() -> tuple[Case, ...]:
    """All cases, in reading order: by group, in it by `order`, then by name."""
    found = [
        replace(import_module(f"{__name__}.{module.name}").CASE, name=module.name.replace("_", "-"))
        for module in iter_modules(__path__)
    ]
    return tuple(sorted(found, key=lambda case: (tuple(GROUPS).index(case.group), case.order, case.name)))


def of_group(group: str) -> tuple[Case, ...]:
    """The cases of one group, in reading order."""
    return tuple(case for case in every() if case.group == group)


def find(name: str) -> Case | None:
    """The case with this name, or None."""
    return next((case for case in every() if case.name == name), None)


def close_matches(name: str) -> list[str]:
    """Names that a mistyped one may mean, or all."""
    known = [case.name for case in every()]
    return get_close_matches(name, known) or known
