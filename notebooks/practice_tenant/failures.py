"""Answers a request whose handler raised: the state file can't be used now, or the tenant has a bug.

A bug is answered with 500 and a sentence. Starlette then raises it again, and the server logs its traceback.
"""

import sqlite3
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from .directory.database import Gone

RETRY_SECONDS = 5
BUG = "This is a bug of the practice tenant. Its log has the traceback; in a notebook, logging.basicConfig() shows the log."

# (request, HTTP status, sentence, headers) → the answer, in the layout of one part of the tenant
Render = Callable[[Request, int, str, dict[str, str]], Awaitable[Response]]


def handlers(render: Render) -> dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    """The exception handlers that each part of the tenant has."""

    async def unavailable(request: Request, error: Exception) -> Response:
        # RFC 9110 section 15.6.4: a client may try again later.
        return await render(request, 503, sentence(error), {"Retry-After": str(RETRY_SECONDS)})

    async def gone(request: Request, error: Exception) -> Response:
        # Trying again doesn't help.
        return await render(request, 500, sentence(error), {})

    async def failed(request: Request, error: Exception) -> Response:
        # The server closes the connection of a request that raised.
        return await render(request, 500, BUG, {"Connection": "close"})

    return {sqlite3.OperationalError: unavailable, Gone: gone, Exception: failed}


def sentence(error: Exception) -> str:
    """Why the state file can't be used now."""
    if "locked" in str(error):
        return "The practice tenant is busy: another program holds its state file."
    return f"The practice tenant can't use its state file: {error}."
