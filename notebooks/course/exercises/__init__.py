"""The course's exercises. Each notebook has a module, imported on the first request for one of its exercises."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from course.exercises.exercise import Exercise

# By name: what a notebook's module imports, the other notebooks don't need.
_MODULES = {
    "00": "exercises.start_here",
    "01": "exercises.registration_values",
    "02": "exercises.public_client",
    "03": "exercises.confidential_client",
    "04": "exercises.client_credentials",
    "05": "exercises.caching",
    "05b": "exercises.caching_for_servers",
    "06": "exercises.acquiring_tokens",
    "07": "error_clinic.exercises",
    "08": "exercises.capstone",
}


def of_notebook(number: str) -> tuple[Exercise, ...]:
    """The exercises of the notebook with this number ("04", "05b"), in reading order; none for an unknown number."""
    if number not in _MODULES:
        return ()
    return import_module(f"course.{_MODULES[number]}").EXERCISES


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
