"""Trials: the named tests against the practice tenant, one text of whose source may be replaced.

A trial runs in a process that runs nothing else (`laboratory`). Libraries stay loaded from trial to trial, which makes a
trial short; the tenant and its tests are loaded anew each time. The working tree stays as it is: an import hook hands
Python the changed source.
"""

import contextlib
import faulthandler
import importlib.util
import io
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from typing import ClassVar

import pytest

from tests.environment import ROOT

from .table import Mutant, path_of

RELOADED = ("practice_tenant.", "tests.conftest.", "tests.tenant.", "tests.authority.", "tests.graph.", "tests.server.")
# A mutant may never come back; no test takes a tenth of this.
LONGEST_SECONDS = 120

_OPTIONS = (
    *("--rootdir", str(ROOT), "-c", str(ROOT / ".pytest.ini")),
    # Not .pytest.ini's options: they spread over processes, and load what a trial doesn't need.
    *("-o", "addopts=", "--import-mode", "importlib", "--exitfirst", "--capture", "no", "--tb", "short"),
    *("-p", "no:cacheprovider"),
    # What an earlier trial leaves to the garbage collector is not this one's fault.
    *("-p", "no:unraisableexception", "-p", "no:threadexception"),
    # Its clock would stop the one of LONGEST_SECONDS.
    *("-o", "faulthandler_timeout=0"),
)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A test that failed, with its parameters: in which phase (`setup`, `call`, `collect`), and with which exception.

    `asserted` says whether it was an assertion, or that something did not raise.
    """

    test: str
    phase: str
    exception: str
    asserted: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run of tests ended.

    Attributes:
        passed: how many tests did; a run ends with its first failure.
        failure: the first failure, if there is one.
        output: what pytest printed.
    """

    passed: int
    failure: Failure | None
    output: str


def prepare(folder: str) -> None:
    """Make this process ready for trials: it loads no plugin that happens to be installed, and *folder* is its own."""
    if sys.dont_write_bytecode:
        # Compiling the tests takes longer than running them, so what is compiled is kept all the same, elsewhere.
        sys.pycache_prefix, sys.dont_write_bytecode = folder, False
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_DEBUG_TEMPROOT": folder}


def run(tests: tuple[str, ...], mutant: Mutant | None = None, longest: float = LONGEST_SECONDS) -> Outcome:
    """Run tests that the table names against the tenant as it is, or against a mutant of it.

    The process ends by itself if that takes *longest* seconds.
    """
    for name in [name for name in sys.modules if f"{name}.".startswith(RELOADED)]:
        del sys.modules[name]
    # uvicorn changes it for the whole process; each trial finds it as a program does at first.
    logging.getLogger("uvicorn.access").propagate = True
    watch, output = _Watch(mutant), io.StringIO()
    faulthandler.dump_traceback_later(longest, exit=True)
    try:
        with _served(mutant), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            pytest.main([*_OPTIONS, *map(path_of, tests)], plugins=[watch])
    finally:
        faulthandler.cancel_dump_traceback_later()
    return Outcome(passed=watch.passed, failure=watch.failure, output=output.getvalue())


class _Watch:
    """A pytest plugin that keeps what became of the tests, and lets their tenants have one pair of signing keys."""

    keys: ClassVar[list[dict]] = []

    def __init__(self, mutant: Mutant | None):
        self.passed = 0
        self.failure: Failure | None = None
        self._makes_keys = mutant is not None and mutant.file == "directory/signing_keys.py"

    def pytest_collection_finish(self) -> None:
        # Making the keys would take as long as the rest of a trial.
        practice = sys.modules.get("tests.tenant.practice")
        if practice is not None and not self._makes_keys:
            make = practice.first_keys
            practice.first_keys = lambda now: self.keys or self.keys.extend(make(now)) or self.keys

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo):
        report = yield
        if report.failed:
            self._keep(item.nodeid, call)
        elif call.when == "call":
            self.passed += 1
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector):
        report = yield
        if report.failed:
            self._keep(collector.nodeid, report.call)
        return report

    def _keep(self, test: str, call: pytest.CallInfo) -> None:
        kind = call.excinfo.type
        asserted = issubclass(kind, (AssertionError, pytest.fail.Exception))
        failure = Failure(
            # Without its folder, as the table names it. Parameters may have slashes.
            test=test.split("/", 2)[-1],
            phase=call.when,
            exception=kind.__name__,
            asserted=asserted,
        )
        self.failure = self.failure or failure


class _ChangedSource(SourceFileLoader):
    """Loads a module from another source than its file has. It is found before every other loader."""

    def __init__(self, mutant: Mutant):
        super().__init__(mutant.module, str(mutant.path))
        self._source = mutant.source

    def get_code(self, fullname: str):
        return self.source_to_code(self._source.encode(), self.path)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)


@contextlib.contextmanager
def _served(mutant: Mutant | None) -> Iterator[None]:
    if mutant is None:
        yield
        return
    loader = _ChangedSource(mutant)
    sys.meta_path.insert(0, loader)
    try:
        yield
    finally:
        sys.meta_path.remove(loader)
