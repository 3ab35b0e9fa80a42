"""The one command: `python -m tests.scheduled.bench`, from the repository's folder. Markdown on standard output, JSON in a file."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.environment import ROOT, enter

# As in the notebooks; pytest has it from .pytest.ini.
sys.path.append(str(ROOT / "notebooks"))

from tests.scheduled.bench import (
    endurance,
    first_token,
    load,
    machine,
    memory,
    nbval_run,
    scale,
    start_up,
    throughput,
    together,
)
from tests.scheduled.bench.figure import Figure, as_markdown
from tests.scheduled.bench.load import LoadToolMissing
from tests.scheduled.bench.peers import peers
from tests.scheduled.bench.plan import Plan
from tests.scheduled.bench.server import OURS, Server, practice_tenant

PARTS = {
    "start-up": start_up,
    "throughput": throughput,
    "memory": memory,
    "scale": scale,
    "together": together,
    "endurance": endurance,
    "first-token": first_token,
    "nbval": nbval_run,
}
_COMPARED = {"start-up", "throughput", "memory"}

# How much of each, and what --quick makes of them.
_USUAL = {"repeats": 3, "seconds": 2, "tokens": 2_000, "minutes": 5, "sizes": (10, 1_000, 100_000), "notebooks": None}
_QUICK = {"repeats": 1, "seconds": 1, "tokens": 200, "minutes": 0.5, "sizes": (10, 1_000), "notebooks": 2}


def main(arguments: list[str] | None = None) -> int:
    """Measure; the exit status is 1 if a part could not be measured to its end, whatever the figures are."""
    options = _parser().parse_args(arguments)
    about, figures, missing = machine.described(), [], []
    # Installing others needs the person's own proxy and registries; measuring doesn't.
    outside = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="course bench ", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        enter(folder / "bench")
        # As on a learner's computer: Python keeps what it compiled, and the first start, which isn't measured, does that.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        parts = options.only or list(PARTS)
        servers = _servers(folder, outside, alone=options.alone or not _COMPARED & set(parts))
        about |= _used(servers)
        plan = _plan(options, servers)
        for part in parts:
            print(f"measuring {part} ...", file=sys.stderr, flush=True)
            try:
                # What was measured before a problem is kept.
                figures.extend(PARTS[part].figures(folder / part, plan))
            except (RuntimeError, OSError, subprocess.SubprocessError, LoadToolMissing) as problem:
                missing.append(f"Not measured to its end: {part}. {problem}")
    print(_report(about, figures, missing))
    if options.json:
        values = {"machine": about, "figures": [figure.as_json() for figure in figures], "missing": missing}
        options.json.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if missing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.scheduled.bench", description="Measure; the report is Markdown."
    )
    parser.add_argument("--only", nargs="+", choices=list(PARTS), metavar="PART", help=f"of: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="once, briefly, with few objects: to see that it works")
    parser.add_argument("--alone", action="store_true", help="without the other servers; nothing is installed")
    parser.add_argument("--repeats", type=_positive, help="of each measurement; medians count (default 3)")
    parser.add_argument("--seconds", type=_positive, help="of each load run (default 2)")
    parser.add_argument("--tokens", type=_positive, help="after which memory is read again (default 2000)")
    parser.add_argument("--minutes", type=_positive, help="of the steady load (default 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="a file for the same figures with every single value")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} was given; a whole number from 1 was expected")
    return int(text)


def _plan(options: argparse.Namespace, servers: tuple[Server, ...]) -> Plan:
    values = _QUICK if options.quick else _USUAL
    chosen = {name: value for name in values if (value := getattr(options, name, None)) is not None}
    return Plan(**values | chosen, servers=servers)


def _servers(folder: Path, outside: Mapping[str, str], *, alone: bool) -> tuple[Server, ...]:
    ours = practice_tenant(folder / "practice tenant")
    return (ours,) if alone else (ours, *peers(folder, outside))


def _used(servers: tuple[Server, ...]) -> dict[str, str]:
    """The load tool and the other servers, with their versions."""
    others = [f"{server.name} {server.missing or server.version}" for server in servers if server.name != OURS]
    return {"load tool": load.tool()} | ({"other servers": ", ".join(others)} if others else {})


def _report(about: dict[str, str], figures: list[Figure], missing: list[str]) -> str:
    return "\n\n".join([machine.as_markdown(about), as_markdown(figures), *missing])


if __name__ == "__main__":
    sys.exit(main())
