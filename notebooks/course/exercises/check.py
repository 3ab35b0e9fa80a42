"""`check`, the last line of an exercise's cell, and its feedback: the verdict as HTML and as text.

Hints and solution are nested `<details>`. The feedback depends on exercise and verdict alone, so that tests can compare
stored outputs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape

from course import exercises
from course.exercises import progress, run_answer
from course.exercises.exercise import Exercise
from course.exercises.verdict import Verdict, code, shown
from course.message import Message, details, inline, shortened
from course.redaction import NOTHING_KNOWN, Redaction

_HEADINGS = {
    "not tried": ("○", "Not tried yet.", "var(--jp-info-color1, #0277bd)"),
    "wrong": ("✗", "Wrong, because", "var(--jp-error-color1, #d32f2f)"),
    "raised": ("⚠", "Your code raised", "var(--jp-warn-color1, #e65100)"),
    "right": ("✓", "Right.", "var(--jp-success-color1, #388e3c)"),
}


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """The verdict on one exercise, as the last line of a cell shows it. `notes` are sentences below it."""

    exercise: Exercise
    verdict: Verdict
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return self._text()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": self._text()}

    def _sentence(self) -> str:
        if self.verdict.kind == "right":
            return self.exercise.success
        if self.verdict.kind == "not tried":
            task = "Replace the `...`" if "..." in self.exercise.start else "Change the code"
            return f"{self.exercise.first_step or task} and run the cell again."
        return f"{self.verdict.reason}."

    def _text(self) -> str:
        mark, heading, _ = _HEADINGS[self.verdict.kind]
        lines = [f"{mark} {heading} {shortened(self._sentence())}", *self.notes]
        if self.verdict.kind != "right":
            lines.append(f"hints: {len(self.exercise.hints)}")
        return "\n".join(lines)

    def _html(self) -> str:
        mark, heading, colour = _HEADINGS[self.verdict.kind]
        notes = "".join(f"<p>{inline(note)}</p>" for note in self.notes)
        return (
            f'<div style="border-left: 4px solid {colour}; padding-left: 12px;">'
            f'<p role="status"><strong><span aria-hidden="true">{mark}</span> {heading}</strong> '
            f"{inline(self._sentence())}</p>{notes}{self._help()}</div>"
        )

    def _help(self) -> str:
        solved = self.verdict.kind == "right"
        opened = details(
            "A solution to compare with" if solved else "Solution",
            f"<pre><code>{escape(self.exercise.solution)}</code></pre>",
        )
        if solved:
            return opened
        count = len(self.exercise.hints)
        for number, hint in reversed(list(enumerate(self.exercise.hints, start=1))):
            opened = details(f"Hint {number} of {count}", f"<p>{inline(hint)}</p>{opened}")
        return opened


def check(exercise_id: str, answer: object = ...) -> Feedback | Message:
    """The verdict on the answer: not tried, wrong and why, raised and where, or right and what that shows.

    A right answer is noted in the progress. Neither secrets of the registration nor tokens are ever shown.
    An unknown id gives a sentence with the ids that may have been meant.
    """
    exercise = exercises.find(exercise_id) if isinstance(exercise_id, str) else None
    redaction = _redaction(answer)
    if exercise is None:
        return Message(redaction.text(_unknown(exercise_id, answer)))
    verdict = exercise.judge(answer)
    notes = progress.note_done(exercise.id) if verdict.kind == "right" else ()
    return Feedback(exercise=exercise, verdict=replace(verdict, reason=redaction.text(verdict.reason)), notes=notes)


def _unknown(exercise_id: object, answer: object) -> str:
    if not isinstance(exercise_id, str) or (isinstance(answer, str) and exercises.find(answer)):
        return '`check` takes the exercise\'s id first and the answer second: `check("00-mode", mode)`.'
    matches = [code(match) for match in exercises.close_matches(exercise_id)]
    if not matches:
        return f"There is no exercise {shown(exercise_id)}: an id looks like `00-mode`."
    return f"There is no exercise {shown(exercise_id)}. Is it {' or '.join(matches)}?"


def _redaction(answer: object) -> Redaction:
    return getattr(run_answer.registration_at_hand(answer), "redaction", NOTHING_KNOWN)
