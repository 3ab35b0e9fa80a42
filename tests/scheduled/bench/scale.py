"""How long a token takes when the tenant holds many registrations, people, or live codes and refresh tokens."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.environment import hermetic
from tests.scheduled.bench import load, seeding
from tests.scheduled.bench.figure import Figure, from_repeats, ratio
from tests.scheduled.bench.plan import Plan
from tests.scheduled.bench.server import Answering, started

KINDS = {
    "registrations": seeding.registrations,
    "users": seeding.users,
    "live codes and as many refresh tokens": seeding.issued,
}


_WORK = "the server's time on a core"


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """One connection. The tenants of a kind run side by side, one of them asked at a time, all in each repeat.

    How long a token takes is what counts, but on a busy machine the server's own work for it says more.

    Raises:
        LoadToolMissing: there is no wrk.
    """
    load.require_tool()
    for number, (kind, seed) in enumerate(KINDS.items()):
        places = {size: folder / f"{number} {size}" for size in plan.sizes}
        forms = {size: seed(_home(place), size) for size, place in places.items()}
        with ExitStack() as stack:
            tenants = {size: stack.enter_context(started(places[size], forms[size])) for size in plan.sizes}
            for tenant in tenants.values():
                load.ask(tenant, connections=1, seconds=1)
            repeats = [_milliseconds(tenants, plan.seconds) for _ in range(plan.repeats)]
        for part in ("p50", "p95", _WORK):
            at = {
                size: from_repeats(repeats, f"{size:,} {kind}: token, {part}", f"{size} {part}", "ms")
                for size in plan.sizes
            }
            yield from at.values()
            fewest, *more = plan.sizes
            bar = "" if part == "p95" else "≤ 1.1"
            yield from (ratio(f"{size:,} {kind} / {fewest:,}, {part}", at[size], at[fewest], bar) for size in more)


def _milliseconds(tenants: Mapping[int, Answering], seconds: float) -> dict[str, float]:
    measured = {}
    for size, tenant in tenants.items():
        before = tenant.work()
        answered = load.ask(tenant, connections=1, seconds=seconds)
        work = (tenant.work() - before) * 1000 / answered.tokens
        measured |= {f"{size} p50": answered.p50, f"{size} p95": answered.p95, f"{size} {_WORK}": work}
    return measured


def _home(place: Path) -> Path:
    return Path(hermetic(place)["PRACTICE_TENANT_HOME"])
