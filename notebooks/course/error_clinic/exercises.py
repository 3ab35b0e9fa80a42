"""Exercises of notebook 07: the repair of each case, and after some groups a step towards a function that explains."""

from __future__ import annotations

from course.error_clinic import explaining
from course.error_clinic.case import cases_of, every_case
from course.exercises.exercise import Exercise

# A step follows the group in which its errors were met.
_STEPS = {
    "credentials": (explaining.THREE_RESULTS,),
    "tokens": (explaining.WORDS,),
    "sign-in": (explaining.WHO,),
    "network": (explaining.EXPLAIN,),
}


def _in_reading_order() -> tuple[Exercise, ...]:
    found = []
    for group in dict.fromkeys(case.group for case in every_case()):
        found += [case.exercise for case in cases_of(group)]
        found += _STEPS.get(group, ())
    return tuple(found)


EXERCISES = _in_reading_order()
