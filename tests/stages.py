"""The pytest plugin that says, at the end of a run, how many tests each folder has and how long they worked.

.pytest.ini loads it with `-p`, because a conftest.py in tests/ would not see the notebooks. With pytest-xdist the workers'
reports arrive in the process that prints, so nothing has to be sent. Seconds are those of all workers together: a run over
two cores takes about half of their sum.
"""

from collections import defaultdict
from dataclasses import dataclass

import pytest


@dataclass(kw_only=True)
class Stage:
    """What is known of one folder: its tests (a notebook's are its cells), and seconds of set-up, call and teardown."""

    tests: int = 0
    seconds: float = 0.0


class Stages:
    """Adds up reports as they arrive."""

    def __init__(self) -> None:
        self.stages: defaultdict[str, Stage] = defaultdict(Stage)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        stage = self.stages[name(report.nodeid)]
        stage.tests += report.when == "setup"  # each test has one, also when it fails there or is skipped
        stage.seconds += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self.stages) < 2:
            return
        terminalreporter.section("seconds per folder")
        for line in lines(self.stages):
            terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Stages(), "stages")


def name(nodeid: str) -> str:
    """The folder that a test counts for: `tests/unit` or `notebooks`."""
    folders = nodeid.split("::")[0].split("/")[:-1]
    return "/".join(folders[:2] if folders[:1] == ["tests"] else folders[:1])


def lines(stages: dict[str, Stage]) -> list[str]:
    """The slowest folder first, and all of them together last."""
    rows = sorted(stages.items(), key=lambda row: -row[1].seconds)
    total = Stage(tests=sum(s.tests for s in stages.values()), seconds=sum(s.seconds for s in stages.values()))
    return [f"{folder:<24}{s.tests:>6} tests{s.seconds:>9.1f} s" for folder, s in [*rows, ("together", total)]]
