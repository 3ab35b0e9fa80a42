"""Tokens a second and how long each takes, of each server beside the others and beside what this machine can sign."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.scheduled.bench import load, signing
from tests.scheduled.bench.figure import Figure, from_repeats, missing, ratio
from tests.scheduled.bench.peers import OIDC_PROVIDER
from tests.scheduled.bench.plan import Plan
from tests.scheduled.bench.server import OURS, Server, each

CONNECTIONS = (1, 16, 64)
_BARS = {1: "≥ 1.0", 16: "≥ 0.75"}


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """In each repeat one server after the other runs alone, with the load on the same cores.

    Raises:
        LoadToolMissing: there is no wrk.
    """
    load.require_tool()
    key = signing.new_key()
    servers, measured = plan.servers, []
    for _ in range(plan.repeats):
        repeat = {"signing": signing.per_second(key, plan.seconds)}
        loads, servers = each(servers, partial(_loads, plan.seconds))
        measured.append(repeat | loads)
    yield from_repeats(measured, "RSA-2048 signatures, one core, nothing else", "signing", "signatures/s")
    for connections in CONNECTIONS:
        yield from _figures_at(connections, servers, measured)


def _loads(seconds: float, server: Server) -> dict[str, float]:
    measured = {}
    with server.start() as answering:
        answering.require_token()
        load.ask(answering, connections=CONNECTIONS[1], seconds=1)
        for connections in CONNECTIONS:
            answered = load.ask(answering, connections=connections, seconds=seconds)
            for part in ("rate", "p50", "p95"):
                measured[_key(server.name, connections, part)] = getattr(answered, part)
    return measured


def _figures_at(connections: int, servers: tuple[Server, ...], measured: list[dict]) -> Iterator[Figure]:
    rates = {}
    for server in servers:
        name = f"{server.name}: tokens over {'HTTPS' if server.name == OURS else 'HTTP'}, c={connections}"
        if server.missing:
            yield missing(name, server.missing)
            continue
        rates[server.name] = from_repeats(measured, name, _key(server.name, connections, "rate"), "tokens/s")
        yield rates[server.name]
        for part in ("p50", "p95"):
            yield from_repeats(measured, f"{name}, {part}", _key(server.name, connections, part), "ms")
    floor = from_repeats(measured, "", "signing", "signatures/s")
    yield ratio(f"{OURS} / one core's signatures, c={connections}", rates[OURS], floor)
    name, bar = f"{OURS} / {OIDC_PROVIDER}, tokens, c={connections}", _BARS.get(connections, "")
    if OIDC_PROVIDER in rates:
        yield ratio(name, rates[OURS], rates[OIDC_PROVIDER], bar)


def _key(server: str, connections: int, part: str) -> str:
    return f"{server} {connections} {part}"
