"""A request that fails because the state file is damaged is told so, in place of an error of the server."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from .directory.check import check_beside
from .directory.damaged import Damaged, unusable
from .directory.store import Directory

Handler = Callable[[Request, Exception], Awaitable[Response]]

# What a value that nobody wrote may lead to in a handler, though a row could be made of it. Its refusals are none of these.
_CAUSES = (sqlite3.DatabaseError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def handlers(directory: Directory, busy: Handler) -> dict[type[Exception], Handler]:
    """The exception handlers of a part for a state file that can't be used.

    Args:
        directory: what the part works with.
        busy: answers where another process holds the file, the disk is full, or the file is ``Damaged``.
    """
    look = _Look(directory)

    async def cannot_use(request: Request, error: Exception) -> Response:
        if isinstance(error, Damaged):
            # An SDK may show nothing but the status of an answer. A kernel shows this in the notebook.
            logging.getLogger(__name__).error(unusable(error))
        return await busy(request, error)

    async def unexpected(request: Request, error: Exception) -> Response:
        try:
            await look.for_damage()
        except sqlite3.OperationalError as reason:
            return await cannot_use(request, reason)
        raise error

    return dict.fromkeys(_CAUSES, unexpected) | {sqlite3.OperationalError: cannot_use}


class _Look:
    """Looks whether a mistake is one of the file, not of this program: once at each revision.

    A big file takes seconds, in which others are answered.
    """

    def __init__(self, directory: Directory):
        self._directory = directory
        self._one_at_a_time = asyncio.Lock()
        self._sound_at: tuple | None = None

    async def for_damage(self) -> None:
        """Read the whole file, if nobody did since something was written to it.

        Raises:
            Damaged: it holds something that was never written to it.
            sqlite3.OperationalError: it can't be read now.
        """
        async with self._one_at_a_time:
            revision = self._directory.revision()
            if self._directory.path is not None and revision != self._sound_at:
                await asyncio.to_thread(check_beside, self._directory.path)
                self._sound_at = revision
