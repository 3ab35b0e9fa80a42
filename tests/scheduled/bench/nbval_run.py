"""The whole nbval run beside what no run of the notebooks can do without: their kernels' starts and imports."""

import ast
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.environment import ROOT, hermetic
from tests.notebooks.book import NOTEBOOKS, Notebook, parsed
from tests.scheduled.bench import kernel
from tests.scheduled.bench.figure import Figure, ratio
from tests.scheduled.bench.plan import Plan


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """Once, whatever the repeats: it takes minutes. Without parallel workers, so that the two sums are of the same kind.

    Raises:
        RuntimeError: a notebook's tests did not pass; what was measured before is yielded.
    """
    notebooks = NOTEBOOKS[: plan.notebooks]
    count = f"{len(notebooks)} notebooks" if plan.notebooks is None else f"the first {len(notebooks)} notebooks"
    each = [_seconds_to_start(folder / str(notebook), notebook) for notebook in notebooks]
    starts = _once(f"kernel starts with the imports of {count}", sum(each))
    yield starts
    yield _once(
        f"pytest's own start, and collecting {count}",
        _seconds_of_pytest(notebooks, "--numprocesses", "0", "--collect-only"),
    )
    whole = _once(
        f"nbval over {count}, one by one, tenant included", _seconds_of_pytest(notebooks, "--numprocesses", "0")
    )
    yield whole
    yield ratio(f"nbval over {count} / their kernel starts with imports", whole, starts, "≤ 1.5")
    yield _once(f"nbval over {count}, as `pytest` runs them", _seconds_of_pytest(notebooks))


def _once(name: str, seconds: float) -> Figure:
    return Figure(name=name, unit="s", values=(seconds,))


def imports(notebook: Notebook) -> str:
    """A notebook's own import statements as one cell, without those of cells that are meant to fail."""
    failing = notebook.tagged("raises-exception")
    statements = [
        statement
        for cell in notebook.code_cells
        if cell not in failing
        for statement in parsed(cell.source).body
        if isinstance(statement, ast.Import | ast.ImportFrom)
    ]
    return "\n".join(dict.fromkeys(ast.unparse(statement) for statement in statements))


def _seconds_to_start(folder: Path, notebook: Notebook) -> float:
    environment = hermetic(folder)
    began = time.perf_counter()
    with kernel.running(environment) as client:
        kernel.printed(client, imports(notebook))
    return time.perf_counter() - began


def _seconds_of_pytest(notebooks: Sequence[Notebook], *options: str) -> float:
    paths = [str(notebook.path.relative_to(ROOT)) for notebook in notebooks]
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *paths, "-q", "-p", "no:cacheprovider", *options],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise RuntimeError(f"The notebooks' tests did not pass, so their time says nothing:\n{ended.stdout[-2000:]}")
    return time.perf_counter() - began
