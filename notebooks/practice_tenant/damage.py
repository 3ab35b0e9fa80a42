"""A request that fails because the state file is damaged is told so, in place of an error of the server."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from .directory.check import CAUSES, check
from .directory.database import Damaged, unusable
from .directory.store import Directory

Handler = Callable[[Request, Exception], Awaitable[Response]]


def handlers(directory: Directory, busy: Handler) -> dict[type[Exception], Handler]:
    """The exception handlers of a part for a state file that can't be used.

    Args:
        directory: what the part works with.
        busy: answers where another process holds the file, the disk is full, or the file is ``Damaged``.
    """

    async def answer(request: Request, error: Exception) -> Response:
        damage = _damage(directory, error)
        if damage is not None:
            # An SDK may show nothing but the status of an answer. A kernel shows this in the notebook.
            logging.getLogger(__name__).error(unusable(damage))
            return await busy(request, damage)
        if isinstance(error, sqlite3.OperationalError):
            return await busy(request, error)
        raise error

    return dict.fromkeys(CAUSES, answer)


def _damage(directory: Directory, error: Exception) -> Damaged | None:
    if isinstance(error, Damaged):
        return error
    if isinstance(error, sqlite3.OperationalError) and not unusable(error):
        return None
    try:
        check(directory, thorough=True)
    except Damaged as damage:
        return damage
    except sqlite3.OperationalError:
        return None
    return None
