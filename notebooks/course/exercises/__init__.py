"""The course's exercises, one module for each notebook, imported when one of its exercises is asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from course.exercises.exercise import Exercise

_MODULES = {
    "00": "start_here",
    "01": "registration_values",
    "02": "public_client",
    "03": "confidential_client",
    "04": "client_credentials",
    "05": "caching",
    "05b": "caching_for_servers",
    "06": "acquiring_tokens",
    "07": "error_clinic",
    "08": "capstone",
}


def of_notebook(number: str) -> tuple[Exercise, ...]:
    """The exercises of the notebook with this number ("04", "05b"), in reading order; none for an unknown number."""
    if number not in _MODULES:
        return ()
    return import_module(f"{__name__}.{_MODULES[number]}").EXERCISES


def every() -> tuple[Exercise, ...]:
    """All exercises, in reading order."""
    return tuple(exercise for number in _MODULES for exercise in of_notebook(number))


def find(exercise_id: str) -> Exercise | None:
    """The exercise with this id, or None."""
    return next((exercise for exercise in of_notebook(_number(exercise_id)) if exercise.id == exercise_id), None)


def close_matches(exercise_id: str) -> list[str]:
    """Ids that a mistyped one may mean: alike in writing, else those of the same notebook."""
    known = [exercise.id for exercise in every()]
    return get_close_matches(exercise_id, known) or [name for name in known if _number(name) == _number(exercise_id)]


def _number(exercise_id: str) -> str:
    return exercise_id.partition("-")[0]
