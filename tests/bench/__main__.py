"""The one command: `python -m tests.bench`, from the repository's folder. Markdown on standard output, JSON in a file."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.environment import ROOT, enter

# As in the notebooks; pytest has it from .pytest.ini.
sys.path.append(str(ROOT / "notebooks"))

from tests.bench import first_token, machine, nbval_run, serving
from tests.bench.figure import Figure, as_markdown

PARTS = {"first-token": first_token, "serve": serving, "nbval": nbval_run}


def main(arguments: list[str] | None = None) -> int:
    """Measure; the exit status is 1 if a part could not be measured to its end."""
    options = _parser().parse_args(arguments)
    about, figures, missing = machine.described(), [], []
    with tempfile.TemporaryDirectory(prefix="course bench ", ignore_cleanup_errors=True) as folder:
        enter(Path(folder) / "bench")
        for name in options.parts or PARTS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            try:
                # What was measured before a problem is kept.
                figures.extend(PARTS[name].figures(Path(folder) / name, options.repeats, options.seconds))
            except (RuntimeError, subprocess.SubprocessError, serving.LoadToolMissing) as problem:
                missing.append(f"Not measured to its end: {name}. {problem}")
    print(_report(about, figures, missing))
    if options.json:
        values = {"machine": about, "figures": [figure.as_json() for figure in figures], "missing": missing}
        options.json.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if missing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure; the report is Markdown.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--repeats", type=int, default=5, help="of each measurement; medians count (default 5)")
    parser.add_argument("--seconds", type=float, default=5, help="of each load run (default 5)")
    parser.add_argument("--json", type=Path, help="a file for the same figures with every single value")
    return parser


def _report(about: dict[str, str], figures: list[Figure], missing: list[str]) -> str:
    return "\n\n".join([machine.as_markdown(about), as_markdown(figures), *missing])


if __name__ == "__main__":
    sys.exit(main())
