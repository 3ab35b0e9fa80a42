"""The faults that make the tenant fail on purpose: scripted, counted down, never random.

They live in the memory of the process that answers, and end with it.
"""

import contextlib
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from .authority.tokens import AS_USUAL, TokenShape
from .directory.store import Directory


class TenantClock:
    """The tenant's clock in seconds since the epoch; everything that the tenant dates or lets expire uses it.

    TLS doesn't: clients compare certificates with their own clock.

    Args:
        computer: the computer's own clock.
    """

    def __init__(self, computer: Callable[[], float]):
        self._computer = computer
        self.shifted = 0.0  # seconds ahead of the computer's clock; negative: behind it

    def __call__(self) -> float:
        return self._computer() + self.shifted


@dataclass(frozen=True, kw_only=True)
class Fault(ABC):
    """Happens to the next *times* requests to an endpoint."""

    endpoint: str
    times: int = 1

    @property
    @abstractmethod
    def effect(self) -> str:
        """The end of a sentence that begins with "The next request to token"."""

    @property
    def sentence(self) -> str:
        """The fault in words for a person."""
        requests = "request" if self.times == 1 else f"{self.times} requests"
        return f"The next {requests} to {self.endpoint}: {self.effect}."


@dataclass(frozen=True, kw_only=True)
class Throttled(Fault):
    """429; *retry_after* is the ``Retry-After`` header in seconds, None for no header."""

    retry_after: int | None
    plain_text: bool = False

    @property
    def effect(self) -> str:
        kind = "429 in plain text" if self.plain_text else "429"
        return f"{kind}, {_retry_after(self.retry_after)}"


@dataclass(frozen=True, kw_only=True)
class Failed(Fault):
    """A server error of this HTTP status; *retry_after* as in ``Throttled``."""

    status: int
    retry_after: int | None

    @property
    def effect(self) -> str:
        return f"{self.status}, {_retry_after(self.retry_after)}"


@dataclass(frozen=True, kw_only=True)
class Delayed(Fault):
    """The usual answer, *seconds* later."""

    seconds: float

    @property
    def effect(self) -> str:
        return f"answered {_seconds(self.seconds)} late"


@dataclass(frozen=True, kw_only=True)
class ConnectionReset(Fault):
    """No answer: the connection is reset once the request has arrived."""

    @property
    def effect(self) -> str:
        return "the connection is reset"


@dataclass(frozen=True, kw_only=True)
class WrongJson(Fault):
    """200 with a body that breaks off."""

    @property
    def effect(self) -> str:
        return "200 with a body that is no JSON"


# For every endpoint, and not counted down: an outage lasts until a command ends it.
OUTAGE = ConnectionReset(endpoint="")


def _seconds(number: float) -> str:
    return f"{number:.10g} second{'' if number == 1 else 's'}"


def _retry_after(seconds: int | None) -> str:
    return "without Retry-After" if seconds is None else f"Retry-After: {seconds}"


class Faults:
    """The switched-on faults of one tenant.

    Args:
        directory: its secrets can be made to look expired.
        clock: the tenant's clock, which can be shifted.
        generation: returns a value that a reset of the state changes; a reset clears all faults.
    """

    def __init__(self, directory: Directory, clock: TenantClock, generation: Callable[[], object]):
        self._directory = directory
        self._clock = clock
        self._generation = generation
        self._lock = threading.RLock()
        self._waiting: tuple[Fault, ...] = ()
        self._outage = False
        self._expired: tuple[str, ...] = ()
        self._ends: dict[str, int] = {}
        self._since: object = None
        self.shape: TokenShape = AS_USUAL

    def add(self, fault: Fault) -> None:
        """Queue a fault behind the waiting faults of its endpoint."""
        with self._switching():
            self._waiting += (fault,)

    def set_outage(self, on: bool) -> None:
        """Start or end an outage, in which no request is answered."""
        with self._switching():
            self._outage = on

    def set_shape(self, **changes: object) -> None:
        """Change token answers; the names are ``TokenShape``'s."""
        with self._switching():
            self.shape = replace(self.shape, **changes)

    def shift_clock(self, seconds: float) -> None:
        """Set the tenant's clock this many seconds ahead of the computer's; 0 sets it right."""
        with self._switching():
            self._clock.shifted = seconds

    def expire_secrets(self, name: str, key_ids: Iterable[str]) -> None:
        """Let an app's secrets, named by their IDs, look expired; later secrets work."""
        with self._switching():
            self._ends |= dict.fromkeys(key_ids, int(self._clock()))
            self._expired = (*dict.fromkeys((*self._expired, name)),)
            self._directory.pretend_ends(self._ends)

    def take(self, endpoint: str | None) -> Fault | None:
        """Take the fault that is due for a request to an endpoint; None: answer as usual."""
        if self._since is None:
            return None
        with self._lock:
            self._forget_after_reset()
            if self._outage:
                return OUTAGE
            due = next((fault for fault in self._waiting if fault.endpoint == endpoint), None)
            if due is not None:
                left = (replace(due, times=due.times - 1),) if due.times > 1 else ()
                index = self._waiting.index(due)
                self._waiting = self._waiting[:index] + left + self._waiting[index + 1 :]
            return due

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each switched-on fault; empty while everything is as usual."""
        with self._lock:
            self._forget_after_reset()
            shape, shifted = self.shape, self._clock.shifted
            said = ["An outage: every connection is reset."] if self._outage else []
            said += [fault.sentence for fault in self._waiting]
            if shape.lifetime != AS_USUAL.lifetime:
                said.append(f"Access tokens last {_seconds(shape.lifetime)}.")
            if shape.refresh_in is not None:
                said.append(f"Token answers have refresh_in: {shape.refresh_in}.")
            if shape.scope is not None:
                said.append(f"Token answers have scope: {shape.scope}.")
            if shifted:
                said.append(f"The tenant's clock is {_seconds(abs(shifted))} {'fast' if shifted > 0 else 'slow'}.")
            said += [f"The secrets of the app '{name}' are expired." for name in self._expired]
            return tuple(said)

    def clear(self) -> None:
        """Switch everything off."""
        with self._lock:
            self._waiting, self._outage, self._expired, self._since = (), False, (), None
            self.shape, self._clock.shifted, self._ends = AS_USUAL, 0.0, {}
            self._directory.pretend_ends({})

    @contextlib.contextmanager
    def _switching(self) -> Iterator[None]:
        with self._lock:
            self._forget_after_reset()
            self._since = self._generation()
            yield

    def _forget_after_reset(self) -> None:
        # The next request reports a busy or damaged file.
        with contextlib.suppress(sqlite3.Error):
            if self._since is not None and self._since != self._generation():
                self.clear()
