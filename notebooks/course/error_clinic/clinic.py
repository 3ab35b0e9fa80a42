"""`clinic` opens a case of the error clinic, or shows which cases are cured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from course import static_html
from course.error_clinic import situations, symptom
from course.error_clinic.case import GROUPS, Case, cases_of, close_matches, every_case, find_case
from course.error_clinic.running import Outcome
from course.exercises import progress
from course.http_trace import Exchange
from course.message import Message, inline
from course.trace_widget import stored_line

_LEFT = 'style="text-align: left;"'
_TOKEN_CLAIMS = ("aud", "roles")
_ALIASES = "/discovery/instance"
_SHORT_NAMES = {"microsoft-authentication-library-for-python": "msal"}


def clinic(name: str | None = None) -> Opened | Overview | Message:
    """Open a case: its program runs with the mistake in it, in the practice tenant, and its symptom is shown.

    Without a name: all cases, and which of them are cured. An unknown name gives a sentence with those it may mean.
    """
    if name is None:
        return Overview(cured=frozenset(progress.progress().done))
    case = find_case(name) if isinstance(name, str) else None
    if case is None:
        known = ", ".join(f"`{match}`" for match in close_matches(str(name)))
        return Message(f"There is no case `{name}`. Is it one of {known}?")
    return Opened(case=case, outcome=case.open())


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A case after its broken program ran.

    `result` is what the program returned, or the exception that it raised. `trace` has the requests it sent, for
    `WireTrace`.
    """

    case: Case
    outcome: Outcome

    @property
    def result(self) -> Any:
        """What the program returned, or the exception that it raised."""
        return self.outcome.result

    @property
    def trace(self) -> tuple[Exchange, ...]:
        """What the program sent to Microsoft's hosts."""
        return self.outcome.exchanges

    @cached_property
    def _symptom(self) -> tuple[str, ...]:
        return (symptom.headline(self.result), *symptom.details(self.result))

    @cached_property
    def _evidence(self) -> tuple[str, ...]:
        """What was sent, and what the tokens are for that came back."""
        lines = [f"sent: {stored_line(exchange)}" for exchange in self.trace]
        lines = lines or ["sent: nothing to Microsoft's hosts"]
        # The tokens of one program are alike: each line once.
        told = [
            f"token: {name} = {claims.get(name, 'none')}" for claims in self.outcome.claims for name in _TOKEN_CLAIMS
        ]
        return tuple(static_html.mask_guids(line, "id") for line in [*lines, *dict.fromkeys(told)])

    @cached_property
    def _given(self) -> str:
        return f"You have: {situations.explained(self.case.parameters, self.case.given)}."

    def _whole_answer(self) -> str:
        """How to read the last answer, if there was one. Behind an error comes MSAL's question for aliases, which says nothing."""
        places = [
            place
            for place, exchange in enumerate(self.trace)
            if exchange.response_body is not None and not exchange.path.endswith(_ALIASES)
        ]
        if not places:
            return ""
        place = places[-1] - len(self.trace)
        return f'`clinic("{self.case.name}").trace[{place}].response_body` is the whole answer, less its secrets.'

    def __repr__(self) -> str:
        case = self.case
        lines = [
            case.story,
            self._given,
            "",
            *(f"    {line}" for line in self._symptom),
            "",
            f"Predict: {case.predict}",
        ]
        return "\n".join([*lines, *(f"  {line}" for line in self._evidence)])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _html(self) -> str:
        shown = "\n".join(escape(line) for line in self._symptom)
        evidence = "".join(f"<li>{inline(line)}</li>" for line in self._evidence)
        threads = ", ".join(
            f'<a href="{escape(url, quote=True)}" target="_blank" rel="noopener">{escape(_thread(url))}</a>'
            for url in self.case.seen
        )
        whole = f"<p>{inline(answer)}</p>" if (answer := self._whole_answer()) else ""
        return (
            '<div style="border-left: 4px solid var(--jp-warn-color1, #e65100); padding-left: 12px;">'
            f"<p>{inline(self.case.story)}</p><p>{inline(self._given)}</p>"
            f'<pre style="white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; margin: 8px 0;">{shown}</pre>'
            f"<p><strong>Predict:</strong> {inline(self.case.predict)}</p>"
            '<details><summary data-lm-suppress-shortcuts="true">Evidence</summary>'
            f"<ul>{evidence}</ul>{whole}<p>Others met it: {threads}</p></details></div>"
        )


def _thread(url: str) -> str:
    """What a thread is called: "msal issue 466"."""
    repository, kind, number = url.split("/")[-3:]
    kind = "pull request" if kind == "pull" else "issue"
    return f"{_SHORT_NAMES.get(repository, repository)} {kind} {number}"


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All cases and whether they are cured; `cured` are ids of exercises."""

    cured: frozenset[str]

    def __repr__(self) -> str:
        lines = [self._summary()]
        for group, title in GROUPS.items():
            lines.append(title)
            lines += [f'  {self._mark(case)} clinic("{case.name}")  {case.title}' for case in cases_of(group)]
        return "\n".join(lines)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": repr(self)}

    def _html(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" {_LEFT}>{escape(title)}</th>'
            f"<td {_LEFT}>{'<br>'.join(self._item(case) for case in cases_of(group))}</td></tr>"
            for group, title in GROUPS.items()
        )
        headers = "".join(f'<th scope="col" {_LEFT}>{name}</th>' for name in ("Group", "Cases"))
        return (
            f"<p><strong>{self._summary()}</strong></p>"
            f"<table><thead><tr>{headers}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _summary(self) -> str:
        known = every_case()
        return f"{sum(case.id in self.cured for case in known)} of {len(known)} cases cured."

    def _mark(self, case: Case) -> str:
        return "✓" if case.id in self.cured else "○"

    def _item(self, case: Case) -> str:
        cured = " (cured)" if case.id in self.cured else ""
        return f"{self._mark(case)} <code>{case.name}</code>: {inline(case.title)}{cured}"
