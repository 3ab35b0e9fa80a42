"""How long a token takes when the tenant holds many registrations, people, or live codes and refresh tokens."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench import load, seeding
from tests.bench.figure import Figure, from_repeats, ratio
from tests.bench.plan import Plan
from tests.bench.server import started
from tests.environment import hermetic

KINDS = {
    "registrations": seeding.registrations,
    "users": seeding.users,
    "live codes and as many refresh tokens": seeding.issued,
}


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """One connection. All sizes of a kind are measured in each repeat, one after the other.

    Raises:
        LoadToolMissing: there is no wrk.
    """
    load.require_tool()
    for number, (kind, seed) in enumerate(KINDS.items()):
        places = {size: folder / f"{number} {size}" for size in plan.sizes}
        forms = {size: seed(_home(place), size) for size, place in places.items()}
        repeats = [_milliseconds(places, forms, plan.seconds) for _ in range(plan.repeats)]
        at = {}
        for size in plan.sizes:
            at[size] = from_repeats(repeats, f"{size:,} {kind}: token, p50", f"{size} p50", "ms")
            yield at[size]
            yield from_repeats(repeats, f"{size:,} {kind}: token, p95", f"{size} p95", "ms")
        fewest, *more = plan.sizes
        for size in more:
            yield ratio(f"{size:,} {kind} / {fewest:,}, p50", at[size], at[fewest], "≤ 1.1")


def _milliseconds(places: dict[int, Path], forms: dict[int, list[dict]], seconds: float) -> dict[str, float]:
    measured = {}
    for size, place in places.items():
        with started(place, forms[size]) as answering:
            load.ask(answering, connections=1, seconds=1)
            answered = load.ask(answering, connections=1, seconds=seconds)
        measured |= {f"{size} p50": answered.p50, f"{size} p95": answered.p95}
    return measured


def _home(place: Path) -> Path:
    return Path(hermetic(place)["PRACTICE_TENANT_HOME"])
