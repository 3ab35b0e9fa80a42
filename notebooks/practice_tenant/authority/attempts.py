"""Counting wrong attempts, so that a short code can't be found by trying (RFC 8628 section 5.1)."""

from collections.abc import Callable
from dataclasses import dataclass

from ..directory.store import Directory


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Wrong attempts of late, at all processes that answer on one directory.

    Attributes:
        clock: seconds since the epoch. It is the computer's: who shifts the tenant's to see a token expire hasn't
            waited, and may try no more codes for it.
        allowed: how many there may be,
        seconds: in how long a time.
    """

    directory: Directory
    clock: Callable[[], float]
    allowed: int
    seconds: float

    def add(self) -> None:
        """Remember a wrong attempt."""
        now = self.clock()
        self.directory.add_wrong_attempt(now, forgotten=now - self.seconds)

    def too_many(self) -> bool:
        """Whether no more attempts are let through for now."""
        now = self.clock()
        # One that lies ahead was made before the computer's clock was put back.
        return self.directory.wrong_attempts(after=now - self.seconds, until=now) >= self.allowed
