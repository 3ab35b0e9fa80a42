"""Resident memory of each server after its first answer, and after so many tokens."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench import load
from tests.bench.figure import Figure, from_repeats, missing, ratio
from tests.bench.plan import Plan
from tests.bench.server import OURS, Answering, Server

_CONNECTIONS = 16


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """Raises LoadToolMissing where there is no wrk."""
    load.require_tool()
    for server in plan.servers:
        idle, later = f"{server.name}: memory, idle", f"{server.name}: memory, after {plan.tokens:,} tokens"
        if server.missing:
            yield missing(idle, server.missing)
            continue
        measured = [_megabytes(server, plan.tokens) for _ in range(plan.repeats)]
        ours = server.name == OURS
        before = from_repeats(measured, idle, "idle", "MB", "≤ 60 MB" if ours else "")
        after = from_repeats(measured, later, "later", "MB")
        # The bar is about 100,000 tokens; what the first requests load counts in full before that.
        bar = "≤ 1.1 after 100,000" if ours else ""
        yield from (before, after, ratio(f"{server.name}: memory after {plan.tokens:,} / idle", after, before, bar))


def _megabytes(server: Server, tokens: int) -> dict[str, float]:
    with server.start() as answering:
        answering.read_metadata()
        idle = answering.memory()
        _give(answering, tokens)
        return {"idle": idle, "later": answering.memory()}


def _give(answering: Answering, tokens: int) -> None:
    answering.require_token()
    given, rate = 1, 0.0
    while given < tokens:
        # wrk counts seconds rather than requests.
        seconds = min((tokens - given) / rate, 30) if rate else 1
        answered = load.ask(answering, connections=_CONNECTIONS, seconds=seconds)
        given, rate = given + answered.tokens, answered.rate
