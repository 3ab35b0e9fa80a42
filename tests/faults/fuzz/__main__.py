"""Try many inputs, new ones each time: `python -m tests.faults.fuzz 1000000`. More arguments go to pytest, such as `-n 1`.

They come in rounds, for hypothesis remembers what it tried: each round has processes, tenants and a memory of its own. A
round that finds something ends the run, and shows the input and how to try it again.
"""

import os
import re
import subprocess
import sys
import time

ROUND = 25_000
FEWEST = 1_000
# One test may take longer than a whole run usually does.
_LONG = ("-o", "faulthandler_timeout=0")


def main(number: int, *options: str) -> int:
    """Try at least *number* inputs; the exit code is 0 if none of them did harm."""
    began, tried = time.monotonic(), 0
    while tried < number:
        wanted = max(FEWEST, min(ROUND, number - tried))
        code, more = _round(wanted, options)
        tried += more
        minutes = (time.monotonic() - began) / 60
        print(f"== {tried:,} of {number:,} inputs after {minutes:.1f} minutes", flush=True)
        if code or not more:
            return code or 1
    return 0


def _round(wanted: int, options: tuple[str, ...]) -> tuple[int, int]:
    """pytest's exit code, and how many inputs it tried."""
    command = [sys.executable, "-m", "pytest", "tests/faults/fuzz", "--dist", "load", "-q", *_LONG, *options]
    run = subprocess.run(
        command, env=os.environ | {"COURSE_FUZZ_INPUTS": str(wanted)}, stdout=subprocess.PIPE, text=True, check=False
    )
    print(run.stdout, end="", flush=True)
    found = re.search(r"^(\d+) inputs tried$", run.stdout, re.MULTILINE)
    return run.returncode, int(found[1]) if found else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1].replace("_", "").replace(",", "")), *sys.argv[2:]))
