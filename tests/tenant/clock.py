"""A clock that stands still until a test moves it."""

# The start of each test.
START = 1_790_000_000


class Clock:
    """Seconds since the epoch, as the tenant reads them."""

    def __init__(self, now: float):
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on by this many seconds."""
        self.now += seconds
