"""The tenant's clock: the computer's, or as many seconds off as somebody asked for."""

from collections.abc import Callable


class TenantClock:
    """Seconds since the epoch, as everything in the tenant reads them that dates something or lets it expire.

    TLS isn't among that: its certificates are compared with the client's clock.

    Args:
        computer: the computer's own clock.
    """

    def __init__(self, computer: Callable[[], float]):
        self._computer = computer
        self.shifted = 0.0  # seconds ahead of the computer's clock; negative: behind it

    def __call__(self) -> float:
        return self._computer() + self.shifted
