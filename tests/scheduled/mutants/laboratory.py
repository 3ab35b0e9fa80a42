"""The process that trials run in, one beside each pytest process. Started anew when a mutant has brought it down."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from . import trial
from .table import Mutant


class Laboratory:
    """Runs trials, one after another, in a process of its own.

    Args:
        folder: where the process keeps its temporary files.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._process: ProcessPoolExecutor | None = None

    def run(
        self, tests: tuple[str, ...], mutant: Mutant | None = None, longest: float = trial.LONGEST_SECONDS
    ) -> trial.Outcome:
        """Run tests that the table names against the tenant as it is, or against a mutant of it.

        Args:
            longest: seconds that it may take.

        Raises:
            TimeoutError: the process ended, as it does when a trial takes too long.
        """
        if self._process is None:
            # Never a fork: it would bring along what pytest has loaded here, the tenant among it.
            spawn = multiprocessing.get_context("spawn")
            self._process = ProcessPoolExecutor(
                1, mp_context=spawn, initializer=trial.prepare, initargs=[str(self._folder)]
            )
        try:
            return self._process.submit(trial.run, tests, mutant, longest).result()
        except BrokenProcessPool as error:
            self.close()
            raise TimeoutError(f"The trial took over {longest} seconds, or ended its process.") from error

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.shutdown()
            self._process = None
