"""Exercises of notebook 07: the repair of each case, and after some groups a step towards a function that explains."""

from __future__ import annotations

from course import cases
from course.exercises import explaining
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
    for group in dict.fromkeys(case.group for case in cases.every()):
        found += [case.exercise for case in cases.of_group(group)]
        found += _STEPS.get(group, ())
    return tuple(found)


EXERCISES = _in_reading_order()
