"""What was read from the file of late, kept in memory for as long as nothing changes."""

from collections.abc import Hashable

# About five for each app that asks for tokens, a kilobyte or two each.
MOST = 4096


class Lookups:
    """Results of queries, all of one revision of the file; a new revision forgets them all.

    Args:
        most: how many are kept; the oldest makes room.
    """

    def __init__(self, most: int = MOST):
        self._most = most
        self._revision: object = None
        self._results: dict[Hashable, tuple] = {}

    def get(self, query: Hashable, revision: object) -> tuple | None:
        """The result of a query, if it was kept at this revision."""
        if revision != self._revision:
            self._results.clear()
            self._revision = revision
        return self._results.get(query)

    def keep(self, query: Hashable, result: tuple) -> None:
        """Keep a result that was read after ``get`` had been asked for it."""
        if len(self._results) >= self._most:
            del self._results[next(iter(self._results))]
        self._results[query] = result
