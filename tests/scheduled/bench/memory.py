"""Resident memory of each server after its first answer, and after so many tokens."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

from tests.scheduled.bench import load
from tests.scheduled.bench.figure import Figure, from_repeats, missing, ratio
from tests.scheduled.bench.plan import Plan
from tests.scheduled.bench.server import OURS, Answering, Server, without

_CONNECTIONS = 16
# Another server that needs longer is measured after as many as it gave: 20 a second make 100,000 in 80 minutes.
_MOST_SECONDS = 180


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """Raises LoadToolMissing where there is no wrk."""
    load.require_tool()
    servers = plan.servers
    for server in plan.servers:
        measured = []
        try:
            for _ in range(0 if server.missing else plan.repeats):
                measured.append(_megabytes(server, plan.tokens))
        except (RuntimeError, OSError) as problem:
            servers = without(servers, server, problem)
        [server] = [each for each in servers if each.name == server.name]
        yield from _figures_of(server, measured, plan.tokens)


def _figures_of(server: Server, measured: list[dict[str, float]], tokens: int) -> Iterator[Figure]:
    idle = f"{server.name}: memory, idle"
    if server.missing:
        yield from (missing(idle, server.missing), missing(f"{server.name}: memory, later", server.missing))
        return
    given = int(min(tokens, *(repeat["given"] for repeat in measured)))
    after = f"after {given:,} tokens" + f", all it gave in {_MOST_SECONDS} s" * (given < tokens)
    ours = server.name == OURS
    before = from_repeats(measured, idle, "idle", "MB", "≤ 60 MB" if ours else "")
    later = from_repeats(measured, f"{server.name}: memory, {after}", "later", "MB")
    # The bar is about 100,000 tokens; what the first requests load counts in full before that.
    bar = "≤ 1.1 after 100,000" if ours else ""
    yield from (before, later, ratio(f"{server.name}: memory {after} / idle", later, before, bar))


def _megabytes(server: Server, tokens: int) -> dict[str, float]:
    with server.start() as answering:
        answering.read_metadata()
        idle = answering.memory()
        given = _give(answering, tokens, math.inf if server.name == OURS else _MOST_SECONDS)
        return {"idle": idle, "later": answering.memory(), "given": given}


def _give(answering: Answering, tokens: int, most_seconds: float) -> int:
    """Have so many tokens given, or as many as there is time for; how many it were."""
    answering.require_token()
    given, rate, until = 1, 0.0, time.monotonic() + most_seconds
    while given < tokens and (left := until - time.monotonic()) > 0:
        # wrk counts seconds rather than requests.
        seconds = min((tokens - given) / rate, 30, left) if rate else 1
        answered = load.ask(answering, connections=_CONNECTIONS, seconds=seconds)
        given, rate = given + answered.tokens, answered.rate
    return given
