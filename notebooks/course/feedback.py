"""How a verdict is shown: HTML that reads in JupyterLab's light and dark theme and without any style, and plain text.

Hints and solution are nested `<details>`, which a keyboard opens and which need no script. What is shown depends on the
exercise and the verdict alone, so that stored outputs can be compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from course.exercises.exercise import Exercise
from course.exercises.verdict import Verdict

_LONGEST_CODE = 160
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])")

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
        lines = [f"{mark} {heading} {_shortened(self._sentence())}", *self.notes]
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
        opened = _details(
            "A solution to compare with" if solved else "Solution",
            f"<pre><code>{escape(self.exercise.solution)}</code></pre>",
        )
        if solved:
            return opened
        count = len(self.exercise.hints)
        for number, hint in reversed(list(enumerate(self.exercise.hints, start=1))):
            opened = _details(f"Hint {number} of {count}", f"<p>{inline(hint)}</p>{opened}")
        return opened


@dataclass(frozen=True)
class Message:
    """One or more sentences, shown as they are."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": f'<p role="status">{inline(self.text)}</p>', "text/plain": self.text}


def inline(text: str) -> str:
    """The text as HTML: what stands in backticks is code, and what stands between asterisks outside code is emphasized."""
    # A pattern with one group: every second part is code.
    parts = re.split(r"`([^`]+)`", escape(_shortened(text)))
    parts[::2] = [_EMPHASIS.sub(r"<em>\1</em>", part) for part in parts[::2]]
    parts[1::2] = [f"<code>{part}</code>" for part in parts[1::2]]
    return "".join(parts)


def _shortened(text: str) -> str:
    def shorten(match: re.Match[str]) -> str:
        code = match[1]
        return f"`{code}`" if len(code) <= _LONGEST_CODE else f"`{code[:_LONGEST_CODE]}…`"

    return re.sub(r"`([^`]+)`", shorten, text)


def _details(summary: str, content: str) -> str:
    # JupyterLab takes single keys, Enter among them, from whatever has the focus in an output.
    return (
        f'<details style="margin: 6px 0 0 0;"><summary data-lm-suppress-shortcuts="true">{summary}</summary>'
        f'<div style="margin-left: 16px;">{content}</div></details>'
    )
