"""What an exercise's check finds: one of four verdicts, with the reason in the learner's terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["not tried", "wrong", "raised", "right"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`reason` is text with `code` in backticks. For a wrong answer it continues the words "Wrong, because";
    for one that raised, the words "Your code raised". Empty where the verdict says everything."""

    kind: Kind
    reason: str = ""


NOT_TRIED = Verdict(kind="not tried")
RIGHT = Verdict(kind="right")


def wrong(reason: str) -> Verdict:
    return Verdict(kind="wrong", reason=reason)


def raised(reason: str) -> Verdict:
    return Verdict(kind="raised", reason=reason)


class Settled(Exception):
    """Raised where a verdict is certain before the checker has come to its end."""

    def __init__(self, verdict: Verdict):
        super().__init__(verdict.kind)
        self.verdict = verdict


def shown(value: object) -> str:
    """The value as code within a reason. Not shortened here: secrets are masked first, in whole."""
    return code(repr(value))


def code(text: str) -> str:
    """The text, on one line, as code within a reason."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"
