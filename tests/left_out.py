"""The pytest plugin that ends the default run with a line about the tests it left out."""

import pytest

LEFT_OUT = (
    "Left out: tests marked slow (-m slow), tests/browser, tests/clients and tests/faults, which `bash .ci/run` runs, "
    "and tests/scheduled, which `bash .ci/scheduled` runs."
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the line after a run that named no tests."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        terminalreporter.write_line(LEFT_OUT)
