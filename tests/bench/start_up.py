"""From starting a process to having its first answer, keys already made."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, from_repeats, missing, ratio
from tests.bench.peers import OIDC_PROVIDER
from tests.bench.plan import Plan
from tests.bench.server import OURS, Server, without

_BARE = "a Python that starts and ends"


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """Each server in turn, in each repeat; and a Python that does nothing."""
    servers, measured = plan.servers, []
    # Once more than is counted: the first time keys are made and files are read.
    for _ in range(1 + plan.repeats):
        repeat = {_BARE: _seconds_of_a_bare_python()}
        for server in servers:
            if server.missing:
                continue
            try:
                repeat[server.name] = _seconds(server)
            except (RuntimeError, OSError) as problem:
                servers = without(servers, server, problem)
        measured.append(repeat)
    del measured[0]
    answered = {}
    for server in servers:
        name = f"{server.name}: process start to first answered request"
        if server.missing:
            yield missing(name, server.missing)
            continue
        answered[server.name] = from_repeats(measured, name, server.name, "s")
        yield answered[server.name]
    bare = from_repeats(measured, _BARE, _BARE, "s")
    yield bare
    yield ratio(f"{OURS} / bare Python, start", answered[OURS], bare)
    if OIDC_PROVIDER in answered:
        yield ratio(f"{OURS} / {OIDC_PROVIDER}, start", answered[OURS], answered[OIDC_PROVIDER], "< 0.7")


def _seconds(server: Server) -> float:
    began = time.perf_counter()
    with server.start() as answering:
        answering.read_metadata()
        return time.perf_counter() - began


def _seconds_of_a_bare_python() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - began
