"""The whole nbval run beside what no run of the notebooks can do without: their kernels' starts and imports."""

import ast
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import kernel
from tests.bench.figure import Figure, from_repeats, ratio
from tests.bench.plan import Plan
from tests.environment import ROOT, hermetic
from tests.notebooks.book import NOTEBOOKS, Notebook


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """Both without parallel workers, so that the two sums are of the same kind. Nothing if there are no notebooks."""
    if not NOTEBOOKS:
        return
    measured = []
    for number in range(plan.repeats):
        measured.append(
            {
                "starts": sum(_seconds_to_start(folder / f"{number} {notebook}", notebook) for notebook in NOTEBOOKS),
                "collecting": _seconds_of_pytest("--numprocesses", "0", "--collect-only"),
                "one by one": _seconds_of_pytest("--numprocesses", "0"),
                "parallel": _seconds_of_pytest(),
            }
        )
    count = len(NOTEBOOKS)
    starts = from_repeats(measured, f"{count} kernel starts with the notebooks' imports", "starts", "s")
    collecting = from_repeats(measured, "pytest's own start, and collecting the notebooks", "collecting", "s")
    whole = from_repeats(measured, f"nbval over {count} notebooks, one by one, tenant included", "one by one", "s")
    parallel = from_repeats(measured, f"nbval over {count} notebooks, as `pytest` runs them", "parallel", "s")
    yield from (
        starts,
        collecting,
        whole,
        ratio("nbval / kernel starts with imports", whole, starts, "≤ 1.5"),
        parallel,
    )


def imports(notebook: Notebook) -> str:
    """A notebook's own import statements as one cell, without those of cells that are meant to fail."""
    failing = notebook.tagged("raises-exception")
    statements = [
        statement
        for cell in notebook.code_cells
        if cell not in failing
        for statement in ast.parse(cell.source).body
        if isinstance(statement, ast.Import | ast.ImportFrom)
    ]
    return "\n".join(dict.fromkeys(ast.unparse(statement) for statement in statements))


def _seconds_to_start(folder: Path, notebook: Notebook) -> float:
    environment = hermetic(folder)
    began = time.perf_counter()
    with kernel.running(environment) as client:
        kernel.printed(client, imports(notebook))
    return time.perf_counter() - began


def _seconds_of_pytest(*options: str) -> float:
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "notebooks", "-q", "-p", "no:cacheprovider", *options],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise RuntimeError(f"The notebooks' tests did not pass, so their time says nothing:\n{ended.stdout[-2000:]}")
    return time.perf_counter() - began
