"""The one command that stores the notebooks' outputs and writes their exercises, with the same bytes each time:

    python -m tests.notebooks.refresh                  run every notebook and store it
    python -m tests.notebooks.refresh 04 05            only these
    python -m tests.notebooks.refresh --check          store nothing; fail if a stored notebook would change
    python -m tests.notebooks.refresh --measure 05     store what is measured anew, pictures included

What differs from run to run, as varying.cfg lists it, stays as it was stored until you ask to measure.

`nbconvert --execute` is no substitute: it keeps widget state, times, versions and the machine's paths.
"""

import argparse
import difflib
import hashlib
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import BinaryIO

import nbformat
import traitlets
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.environment import ROOT, enter, hermetic
from tests.notebooks import varying

FOLDER = ROOT / "notebooks"
CELL_TIMEOUT = 120  # seconds
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEPT_CELL_METADATA = ("tags", "exercise", "jupyter")  # `jupyter` folds a long input or output

# Fixed: what a kernel reports has its version in it.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


class ThisPython(AsyncKernelManager):
    """Starts this very Python, whatever kernel called python3 is installed: it has no folders to look in."""

    @traitlets.default("kernel_spec_manager")
    def _no_installed_kernels(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])


def refreshed(path: Path, state: Path, *, measure: bool = False) -> bytes:
    """A notebook's file as it is after a run with its state in an empty folder.

    An output that differs from the stored one in measured values only stays as it was stored, unless `measure`.

    Raises CellExecutionError when a cell fails that isn't tagged `raises-exception`, ValueError when one with the
    tag doesn't, or when a cell names an exercise that there isn't.
    """
    notebook = nbformat.read(path, as_version=4)
    stored = deepcopy(notebook)
    write_exercises(notebook.cells)
    run(notebook, path.parent, hermetic(state))
    clean(notebook)
    if not measure:
        varying.keep_stored(notebook, stored)
    return as_bytes(notebook)


def write_exercises(cells: Sequence[nbformat.NotebookNode]) -> None:
    """Let each cell that names an exercise be the one that a learner begins with, whatever it was."""
    from course import exercises  # not sooner: the environment has to be right

    for cell in cells:
        if (name := cell.metadata.get("exercise")) is None:
            continue
        if (exercise := exercises.find(name)) is None:
            known = ", ".join(exercises.close_matches(name)) or "none that is like it"
            raise ValueError(
                f"Cell {cell.id} names the exercise {name!r}, which notebooks/course doesn't have: {known}."
            )
        cell.source = exercise.start


def run(
    notebook: nbformat.NotebookNode,
    folder: Path,
    environment: dict[str, str],
    *,
    log: BinaryIO | None = None,
    **options: object,
) -> None:
    """Execute a notebook in place, in a new kernel of this Python that starts in `folder`, as JupyterLab's do.

    What the kernel's process itself prints goes to `log`, or to where this process prints. `options` are nbclient's;
    without any, no widget state and no times are kept, and a failing cell raises.
    """
    settings = {
        "kernel_name": "python3",
        "kernel_manager_class": ThisPython,
        "extra_arguments": ["--log-level=ERROR"],
        "resources": {"metadata": {"path": str(folder)}},
        "timeout": CELL_TIMEOUT,
        "store_widget_state": False,
        "record_timing": False,
        "coalesce_streams": True,
    }
    NotebookClient(notebook, **(settings | options)).execute(env=environment, stdout=log, stderr=log)


def as_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """The file of an executed notebook, clean."""
    clean(notebook)
    nbformat.validate(notebook)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def clean(notebook: nbformat.NotebookNode) -> None:
    """Take out of an executed notebook all that could differ from one run or computer to the next."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    name_cells(notebook.cells)
    for cell in notebook.cells:
        cell.metadata = {name: cell.metadata[name] for name in KEPT_CELL_METADATA if name in cell.metadata}
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := stable(output))]
            raised = any(output.output_type == "error" for output in cell.outputs)
            if "raises-exception" in cell.metadata.get("tags", []) and not raised:
                raise ValueError(f"Cell {cell.id} is tagged raises-exception but raised none: {cell.source!r}")


def name_cells(cells: Sequence[nbformat.NotebookNode]) -> None:
    """Give a cell whose id is missing or taken one that follows from its place and text; nbformat's are random."""
    taken = set()
    for place, cell in enumerate(cells):
        if cell.get("id", "") in taken | {""}:
            cell.id = hashlib.sha256(f"{place} {cell.source}".encode()).hexdigest()[:8]
        taken.add(cell.id)


def stable(output: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    """An output without widget views, whose model ids are random; None when nothing else was in it."""
    if output.output_type == "error":
        # The frames name this computer's folders and the lines of the libraries' present versions.
        output.traceback = [f"{output.ename}: {output.evalue}"]
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        output.metadata = {kind: value for kind, value in output.metadata.items() if kind in output.data}
        if not output.data:
            return None
    return output


def chosen(names: Sequence[str]) -> list[Path]:
    """The notebooks whose file names start with one of the names; all of them when none is given."""
    every = sorted(FOLDER.glob("*.ipynb"))
    unknown = [name for name in names if not any(path.name.startswith(name) for path in every)]
    if unknown or not every:
        raise SystemExit(f"No notebook in {FOLDER} has a name that starts with {', '.join(unknown) or 'anything'}.")
    return [path for path in every if not names or path.name.startswith(tuple(names))]


def store(path: Path, state: Path, *, measure: bool = False) -> str:
    """Refresh one notebook; a line that says what became of it."""
    after = refreshed(path, state / path.stem, measure=measure)
    same = after == path.read_bytes()
    path.write_bytes(after)
    return f"{path.name}: {'unchanged' if same else 'stored'}"


def check(path: Path, state: Path) -> str:
    """Refresh one notebook twice, from two empty folders; raises AssertionError with what would change."""
    stored = path.read_bytes()
    for run_number in ("first", "second"):
        after = refreshed(path, state / run_number / path.stem)
        if after != stored:
            lines = difflib.unified_diff(
                stored.decode().splitlines(),
                after.decode().splitlines(),
                "stored",
                f"{run_number} run",
                lineterm="",
                n=1,
            )
            raise AssertionError("\n".join([f"{path.name} would change:", *list(lines)[:60]]))
    return f"{path.name}: the same from two empty state folders"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.notebooks.refresh", description="Store the notebooks' exercises and outputs."
    )
    parser.add_argument("names", nargs="*", help="the start of a notebook's file name, such as 04; every one if none")
    parser.add_argument("--check", action="store_true", help="store nothing, and fail if a notebook would change")
    parser.add_argument("--measure", action="store_true", help="store what is measured anew, pictures included")
    options = parser.parse_args(arguments)
    if options.check and options.measure:
        parser.error("--check compares with what is stored, so it can't measure anew: give one of the two")
    failures = 0
    with tempfile.TemporaryDirectory(prefix="course refresh ", ignore_cleanup_errors=True) as folder:
        enter(Path(folder) / "refresh")
        sys.path.append(str(FOLDER))  # for `import course`
        step = check if options.check else partial(store, measure=options.measure)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for task in [pool.submit(step, path, Path(folder)) for path in chosen(options.names)]:
                try:
                    print(task.result(), flush=True)
                except (CellExecutionError, AssertionError, ValueError) as problem:
                    failures += 1
                    print(problem, file=sys.stderr, flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
