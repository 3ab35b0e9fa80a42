"""Counting wrong attempts, so that a short code can't be found by trying (RFC 8628 section 5.1)."""

from collections import deque


class Attempts:
    """Wrong attempts of late.

    Args:
        allowed: how many there may be,
        seconds: in how long a time.
    """

    def __init__(self, allowed: int, seconds: float):
        self._allowed = allowed
        self._seconds = seconds
        self._times: deque[float] = deque()

    def add(self, now: float) -> None:
        """Remember a wrong attempt."""
        self._times.append(now)

    def too_many(self, now: float) -> bool:
        """Whether no more attempts are let through for now."""
        # One that lies ahead was made before the clock was put back.
        while self._times and not now - self._seconds < self._times[0] <= now:
            self._times.popleft()
        return len(self._times) >= self._allowed
