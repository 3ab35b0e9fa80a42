"""`check`: the last line of an exercise's cell."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote, quote_plus

from course import exercises
from course.exercises import progress, run_answer
from course.exercises.verdict import code, shown
from course.feedback import Feedback, Message
from course.secret import MASK, Secret

_TOKEN = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*)*")


def check(exercise_id: str, answer: object = ...) -> Feedback | Message:
    """The verdict on the answer: not tried, wrong and why, raised and where, or right and what that shows.

    A right answer is noted in the progress. Neither secrets of the registration nor tokens are ever shown.
    An unknown id gives a sentence with the ids that may have been meant.
    """
    exercise = exercises.find(exercise_id) if isinstance(exercise_id, str) else None
    secrets = _secrets(answer)
    if exercise is None:
        return Message(_masked(_unknown(exercise_id, answer), secrets))
    verdict = exercise.judge(answer)
    notes = progress.note_done(exercise.id) if verdict.kind == "right" else ()
    return Feedback(exercise=exercise, verdict=replace(verdict, reason=_masked(verdict.reason, secrets)), notes=notes)


def _unknown(exercise_id: object, answer: object) -> str:
    if not isinstance(exercise_id, str) or (isinstance(answer, str) and exercises.find(answer)):
        return '`check` takes the exercise\'s id first and the answer second: `check("00-mode", mode)`.'
    matches = [code(match) for match in exercises.close_matches(exercise_id)]
    if not matches:
        return f"There is no exercise {shown(exercise_id)}: an id looks like `00-mode`."
    return f"There is no exercise {shown(exercise_id)}. Is it {' or '.join(matches)}?"


def _secrets(answer: object) -> list[str]:
    registration = run_answer.registration_at_hand(answer)
    held = (getattr(registration, name, None) for name in ("client_secret", "client_certificate_passphrase"))
    return [secret.value for secret in held if isinstance(secret, Secret) and secret]


def _masked(text: str, secrets: list[str]) -> str:
    forms = {form for secret in secrets for form in (secret, repr(secret)[1:-1], quote(secret), quote_plus(secret))}
    forms |= {code(form)[1:-1] for form in forms}
    # A longer form may hold a shorter one, and must not leave its rest behind.
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, MASK)
    return _TOKEN.sub("eyJ…", text)
