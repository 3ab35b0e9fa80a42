"""Inputs that a fuzzer derives from the code that they reach: `python -m tests.faults.fuzz.coverage_guided 600`, in seconds.

atheris (libFuzzer) changes bytes, sees which branches of the reader run, and goes on from what reached a new one. It is for
Linux and CPython, so it is in requirements of its own; the readers and what may come of them are in `readers.py`, which
every test run tries. Each reader is tried in a process of its own, for a share of the time, and an input that does harm ends
the run: libFuzzer shows it, and keeps it in a file `crash-…`, which is tried again with

    PYTHONPATH=.:notebooks python -m tests.faults.fuzz.coverage_guided --reader jws crash-…
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.fuzz.readers import READERS

# libFuzzer's own measure of a hang, by the clock on the wall: ours, in `readers.py`, comes first.
_HANG_SECONDS = 30
_LONGEST = 4096
# Each reader's modules are imported after atheris so that their branches are seen.
_WATCHED = ["practice_tenant", "course", "dotenv", "json", "base64", "urllib"]


def main(seconds: int) -> int:
    """Try every reader, *seconds* in all; the exit code is 0 if no input did harm."""
    for name in READERS:
        print(f"== {name}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            for number, seed in enumerate(READERS[name].seeds):
                Path(folder, str(number)).write_bytes(seed)
            share = max(1, seconds // len(READERS))
            command = [sys.executable, "-m", "tests.faults.fuzz.coverage_guided", "--reader", name]
            # As .pytest.ini does for pytest.
            paths = os.environ | {"PYTHONPATH": os.pathsep.join((".", "notebooks"))}
            run = subprocess.run([*command, f"-max_total_time={share}", folder], env=paths, check=False)
        if run.returncode:
            return run.returncode
    return 0


def _fuzz(name: str, arguments: list[str]) -> None:
    import atheris

    reader = READERS[name]
    with atheris.instrument_imports(include=_WATCHED):
        read = reader.load()
    atheris.instrument_func(read)
    options = [f"-timeout={_HANG_SECONDS}", f"-max_len={_LONGEST}", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, *arguments], lambda content: reader.check(read, content))
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1] == "--reader":
        _fuzz(sys.argv[2], sys.argv[3:])
    else:
        raise SystemExit(main(int(sys.argv[1])))
