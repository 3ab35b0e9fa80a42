"""How much is measured, and of which servers."""

from dataclasses import dataclass

from tests.scheduled.bench.server import Server


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What every part is told.

    Attributes:
        repeats: of each measurement; medians count.
        seconds: of each load run.
        tokens: after which memory is measured again.
        minutes: of the steady load.
        sizes: how many of each object there are when latency is measured; the others are compared with the first.
        notebooks: how many of them nbval runs; None for all.
        servers: the practice tenant, and whatever stands beside it.
    """

    repeats: int
    seconds: float
    tokens: int
    minutes: float
    sizes: tuple[int, ...]
    notebooks: int | None
    servers: tuple[Server, ...]
