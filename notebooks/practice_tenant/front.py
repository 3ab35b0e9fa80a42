"""What stands in front of the tenant's parts: every request is counted, and meets the fault that is due, if any.

The parts themselves know nothing of faults.
"""

import asyncio
from collections.abc import Callable

from starlette.requests import Request

from .authority.form import MAX_BODY_BYTES
from .clock import TenantClock
from .counters import Counters, client_id_of
from .endpoints import WITH_FORM, endpoint_of
from .fault_answers import Render, answer
from .faults import ConnectionReset, Delayed, Faults

# How a listener that has connections lets one be reset; a test that has none is told by an exception.
RESET = "practice_tenant.reset"


class Front:
    """Counts, fails or passes on.

    Args:
        faults: what is switched on.
        counters: the numbers.
        clock: seconds since the epoch.
    """

    def __init__(self, faults: Faults, counters: Counters, clock: TenantClock):
        self._faults = faults
        self._counters = counters
        self._clock = clock

    def before(self, part: Callable, render: Render, name: str | None = None) -> Callable:
        """A part of the tenant, as an ASGI application, with this in front of it.

        Args:
            part: what answers as usual.
            render: how a part of this kind words its refusals.
            name: the endpoint that the whole part is; None: the path says which.
        """

        async def front(scope: dict, receive: Callable, send: Callable) -> None:
            endpoint = name or endpoint_of(scope["path"])
            if endpoint is not None:
                receive = await self._count(endpoint, scope, receive)
            fault = self._faults.take(endpoint)
            if isinstance(fault, ConnectionReset):
                await _reset(scope, receive)
                return
            if isinstance(fault, Delayed):
                await asyncio.sleep(fault.seconds)
            elif fault is not None:
                response = answer(fault, Request(scope), self._clock(), render)
                await response(scope, receive, send)
                return
            await part(scope, receive, send)

        return front

    async def _count(self, endpoint: str, scope: dict, receive: Callable) -> Callable:
        """Count a request; what was read of its body for that is given again by the *receive* that is returned."""
        read: list[dict] = []
        if endpoint in WITH_FORM and scope["method"] == "POST":
            read = await _read(receive)
        form = b"".join(message.get("body", b"") for message in read)
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        self._counters.add(endpoint, client_id_of(form, scope["query_string"], authorization))
        waiting = iter(read)

        async def again() -> dict:
            message = next(waiting, None)
            return await receive() if message is None else message

        return again


async def _read(receive: Callable) -> list[dict]:
    # As far as the form's reader goes, so that it still is the one who refuses what is too large.
    messages, size, more = [], 0, True
    while more and size <= MAX_BODY_BYTES:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    return messages


async def _reset(scope: dict, receive: Callable) -> None:
    reset = scope.get("extensions", {}).get(RESET)
    if reset is None:
        raise ConnectionResetError("The practice tenant was told to reset this connection.")
    reset()
    # A server takes an answer that is missing for a mistake, unless it knows that the client is gone.
    while (await receive())["type"] != "http.disconnect":
        pass
