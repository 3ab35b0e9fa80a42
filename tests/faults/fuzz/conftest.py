"""A tenant for each test, and the number of inputs that were tried."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.fuzz.inputs import TRIED
from tests.tenant.practice import Practice, in_memory

_TRIED = "inputs tried"


# Not the learner's own, which the other tests of faults have.
@pytest.fixture
def practice() -> Iterator[Practice]:
    """A practice tenant in memory."""
    with in_memory() as tenant:
        yield tenant


@pytest.fixture(autouse=True)
def count(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Let the report of a test say how many inputs it tried: the tests may run in several processes."""
    before = TRIED.total()
    yield
    record_property(_TRIED, TRIED.total() - before)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many inputs all tests tried together."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    tried = sum(
        number
        for report in reports
        if isinstance(report, pytest.TestReport)
        for name, number in report.user_properties
        if name == _TRIED and report.when == "teardown"
    )
    if tried:
        terminalreporter.write_line(f"{tried} {_TRIED}")
