"""Who is connected, and who has to leave when there is no room for one more."""

from typing import Protocol


class Guest(Protocol):
    """A connection, as far as the room knows it."""

    def leave(self) -> None:
        """Close, at once."""


class Room:
    """At most *most* connections. One that waits makes room for a new one; one whose request is being answered stays.

    Whoever never sent a request leaves first, and of those, whoever came first.
    """

    def __init__(self, most: int):
        self._most = most
        # In the order in which they came, or in which their last request was answered.
        self._new: dict[Guest, None] = {}
        self._idle: dict[Guest, None] = {}
        self._busy: dict[Guest, None] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._idle) + len(self._busy)

    def make_room(self) -> bool:
        """Let somebody leave if there is no room for one more; whether there is room then."""
        if len(self) < self._most:
            return True
        guest = next(iter(self._new or self._idle), None)
        if guest is None:
            return False
        self.left(guest)
        guest.leave()
        return True

    def came(self, guest: Guest) -> None:
        """It is new: nothing was heard of it."""
        self._new[guest] = None

    def works(self, guest: Guest) -> None:
        """Its request is being answered."""
        self.left(guest)
        self._busy[guest] = None

    def waits(self, guest: Guest) -> None:
        """Its request was answered."""
        self.left(guest)
        self._idle[guest] = None

    def left(self, guest: Guest) -> None:
        """It is gone."""
        for guests in (self._new, self._idle, self._busy):
            guests.pop(guest, None)
