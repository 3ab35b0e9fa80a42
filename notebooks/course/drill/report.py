"""What came of a drill: a mark for each phase, and the findings, as text and as a table that may be stored."""

from dataclasses import dataclass
from html import escape

from course import static_html

from .daemon_process import Job


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A phase and what became of it. ``begin`` and ``end`` are seconds since the epoch; None if it wasn't reached."""

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
        """Whether it survived everything, and nothing was found wrong."""
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
