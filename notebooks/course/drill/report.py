"""The report of a drill: a mark for each phase and the findings, as text, as a table, and as a live timeline."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import ipywidgets as widgets

from course import static_html

from .daemon_process import Job

_WIDTH, _ROW, _LEFT = 960, 22, 400
_LONGEST_NAME = 62
_SECONDS = 5  # between two marks of the axis
_COLOURS = {"✓": "#2e7d32", "✗": "#c62828", "–": "#757575"}


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A phase and its outcome. ``begin`` and ``end`` are seconds since the epoch; None if it wasn't reached."""

    name: str
    begin: float | None
    end: float | None
    survived: bool

    @property
    def mark(self) -> str:
        """✓ survived, ✗ not survived, – not reached."""
        return "–" if self.begin is None else "✓" if self.survived else "✗"

    @property
    def words(self) -> str:
        """The same in words."""
        return {"–": "not reached", "✓": "survived", "✗": "not survived"}[self.mark]


@dataclass(frozen=True, kw_only=True)
class Report:
    """A daemon's drill: its phases, the jobs that it finished, and what was found wrong, a sentence each.

    ``script`` is the text of the daemon, ``log`` the end of what it printed, without secrets and tokens.
    """

    script: str
    phases: tuple[Happened, ...]
    jobs: tuple[Job, ...]
    findings: tuple[str, ...]
    log: str = ""

    @property
    def passed(self) -> bool:
        """Whether the daemon survived all phases without a finding."""
        return not self.findings and all(phase.survived for phase in self.phases)

    def __repr__(self) -> str:
        lines = [f"{phase.mark} {phase.name}" for phase in self.phases]
        return "\n".join(["The drill:", *lines, *(f"Found: {finding}." for finding in self.findings)])

    def _repr_html_(self) -> str:
        rows = [(phase.name, phase.words) for phase in self.phases]
        found = "".join(f"<li>{escape(finding)}.</li>" for finding in self.findings)
        table = static_html.html_table("The drill", ("what happens", "the daemon"), rows)
        return f"{table}<p>{'Found:' if found else 'Nothing was found wrong.'}</p>" + (
            f"<ul>{found}</ul>" if found else ""
        )


class Timeline(widgets.HTML):
    """Draws a report: a bar for each phase, from its trouble to the end of the wait, and a tick for each finished job.

    Times vary, so the picture is shown live only.
    """

    def __init__(self, report: Report):
        self._stored = f"{len(report.phases)} phases over time. (The picture is live only.)"
        super().__init__(value=_svg(report))
        self.add_class("course-widget")

    def _repr_mimebundle_(self, **kwargs):
        return static_html.with_fallback(
            super()._repr_mimebundle_(**kwargs), html=f"<p>{escape(self._stored)}</p>", text=self._stored
        )


def _svg(report: Report) -> str:
    met = [phase for phase in report.phases if phase.begin is not None]
    begin, end = met[0].begin, met[-1].end
    height = _ROW * (len(met) + 3)

    def x(at: float) -> float:
        return round(_LEFT + (at - begin) / max(end - begin, 0.001) * (_WIDTH - _LEFT - 10), 1)

    rows = "".join(_row(number, phase, x) for number, phase in enumerate(met))
    base = _ROW * (len(met) + 1)
    ticks = "".join(
        f'<line x1="{x(job.at)}" x2="{x(job.at)}" y1="{base - 14}" y2="{base}" stroke="currentColor" />'
        for job in report.jobs
        if begin <= job.at <= end
    )
    text = f"{len(report.jobs)} jobs in {end - begin:.0f} seconds; " + "; ".join(
        f"{phase.name}: {phase.words}" for phase in met
    )
    label = f'<text x="{_LEFT - 8}" y="{base - 3}" text-anchor="end" fill="currentColor">a finished job</text>'
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(text, quote=True)}" '
        f'style="width: 100%; max-width: {_WIDTH}px; font: 12px sans-serif; color: var(--jp-content-font-color1, #222)">'
        f"{rows}{label}{ticks}{_axis(base + _ROW, end - begin, lambda seconds: x(begin + seconds))}</svg>"
    )


def _axis(top: int, seconds: float, x: Callable[[float], float]) -> str:
    return "".join(
        f'<text x="{x(mark)}" y="{top}" text-anchor="middle" fill="currentColor">{mark} s</text>'
        for mark in range(0, int(seconds) + 1, _SECONDS)
    )


def _row(number: int, phase: Happened, x: Callable[[float], float]) -> str:
    top = _ROW * number
    name = phase.name if len(phase.name) <= _LONGEST_NAME else phase.name[: _LONGEST_NAME - 1] + "…"
    return (
        f'<text x="{_LEFT - 8}" y="{top + 15}" text-anchor="end" fill="currentColor">{escape(name)} {phase.mark}</text>'
        f'<rect x="{x(phase.begin)}" y="{top + 4}" height="{_ROW - 8}" rx="3" '
        f'width="{max(x(phase.end) - x(phase.begin), 2)}" fill="{_COLOURS[phase.mark]}" />'
    )
