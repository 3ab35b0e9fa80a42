"""ASGI middleware that counts requests and makes the due fault happen. The applications behind it know no faults.

https://learn.microsoft.com/graph/throttling has Graph's 429. Entra's own appears in two forms: with a JSON body, and as
plain text (https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/2855).
"""

import asyncio
from collections import Counter
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from .authority.errors import NO_STORE, AuthorityError
from .authority.errors import render as render_for_app
from .endpoints import endpoint_of
from .faults import ConnectionReset, Delayed, Failed, Fault, Faults, TenantClock, Throttled
from .graph.errors import GraphError
from .graph.errors import render as render_for_api
from .json_http import JsonAnswer
from .pages.page import page

# A listener puts a function that resets the connection under this name into the scope's extensions. Without a listener,
# a reset raises an exception.
RESET = "practice_tenant.reset"

# (HTTP status, headers, request, now) → the refusal
Render = Callable[[int, dict[str, str], Request, float], Response]

# The beginning of a token answer, as if something between tenant and client had cut it off.
_BROKEN_OFF = b'{"token_type":"Bearer","expires_in":3599,"acc'

_GRAPH = {
    429: ("TooManyRequests", "Please retry again later."),
    500: ("generalException", "An unspecified error has occurred."),
    502: ("UnknownError", ""),
    503: ("serviceNotAvailable", "The service isn't available. Try the request again after a delay."),
    504: ("UnknownError", ""),
}


class Counters:
    """Requests since this process started, by endpoint and by app."""

    def __init__(self) -> None:
        self._arrived: Counter[str] = Counter()
        self._of_apps: Counter[tuple[str, str]] = Counter()

    def arrived(self, endpoint: str) -> None:
        """Count a request."""
        self._arrived[endpoint] += 1

    def answered(self, endpoint: str, client_id: str) -> None:
        """Count the same request for its app, which is known after the answer."""
        self._of_apps[endpoint, client_id] += 1

    def count(self, endpoint: str | None = None, client_id: str | None = None) -> int:
        """The requests to an endpoint (None: all) by an app (None: any client)."""
        if client_id is None:
            return self._arrived.total() if endpoint is None else self._arrived[endpoint]
        wanted = client_id.lower()
        return sum(
            number for (asked, app), number in self._of_apps.items() if app == wanted and endpoint in (None, asked)
        )


class FaultMiddleware:
    """Counts a request, then fails it, delays it, or passes it on unchanged.

    The handler that identifies the client notes its ID as ``request.state.client_id``. A request that a fault answers
    reaches no handler, so it counts for its endpoint only.

    Args:
        app: the ASGI application that answers.
        faults: the switched-on faults.
        counters: the numbers, which several middlewares share.
        clock: seconds since the epoch.
        render: words a refusal as *app* does.
        endpoint: the one endpoint that *app* is; None: the path names it.
    """

    def __init__(
        self,
        app: Callable,
        *,
        faults: Faults,
        counters: Counters,
        clock: TenantClock,
        render: Render,
        endpoint: str | None = None,
    ):
        self._app = app
        self._faults = faults
        self._counters = counters
        self._clock = clock
        self._render = render
        self._endpoint = endpoint

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request."""
        endpoint = self._endpoint or endpoint_of(scope["path"])
        if endpoint is not None:
            self._counters.arrived(endpoint)
        fault = self._faults.take(endpoint)
        if isinstance(fault, Delayed):
            await asyncio.sleep(fault.seconds)
        elif fault is not None:
            await _read_body(receive)
            if isinstance(fault, ConnectionReset):
                await _reset(scope, receive)
                return
            response = _answer(fault, Request(scope), self._clock(), self._render)
            await response(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            client_id = scope["state"].get("client_id")
            if endpoint is not None and client_id is not None:
                self._counters.answered(endpoint, client_id)


def _answer(fault: Fault, request: Request, now: float, render: Render) -> Response:
    if not isinstance(fault, Throttled | Failed):
        return Response(_BROKEN_OFF, headers=NO_STORE, media_type=JsonAnswer.media_type)
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if isinstance(fault, Throttled):
        if fault.plain_text:
            return PlainTextResponse("Too Many Requests", 429, headers=NO_STORE | headers)
        return render(429, headers, request, now)
    return render(fault.status, headers, request, now)


def for_app(status: int, headers: dict[str, str], request: Request, now: float) -> Response:
    """The authorization server's refusal."""
    error = AuthorityError(90055 if status == 429 else 90033, status=status, headers=headers)
    correlation_id = request.headers.get("client-request-id")
    return render_for_app(error, login=request.state.face.login, now=now, correlation_id=correlation_id)


def for_api(status: int, headers: dict[str, str], request: Request, now: float) -> Response:
    """The protected API's refusal."""
    code, message = _GRAPH[status]
    inner = {"code": "429", "message": "Please retry after", "status": "429"} if status == 429 else {}
    return render_for_api(GraphError(status, code, message, headers=headers, inner=inner), request, now)


def for_person(status: int, headers: dict[str, str], request: Request, now: float) -> Response:
    """A page's refusal."""
    sentence = "There were too many requests." if status == 429 else "Something went wrong on the server."
    response = page("message", status=status, heading="Try again", sentences=[sentence, "Try again soon."])
    response.headers.update(headers)
    return response


async def _read_body(receive: Callable) -> None:
    # A client that is still sending takes a reset for a lost request, and sends it again.
    while (await receive()).get("more_body", False):
        pass


async def _reset(scope: dict, receive: Callable) -> None:
    reset = scope.get("extensions", {}).get(RESET)
    if reset is None:
        raise ConnectionResetError("The practice tenant was told to reset this connection.")
    reset()
    # uvicorn logs a missing answer as an error, unless the application has seen the disconnect.
    while (await receive())["type"] != "http.disconnect":
        pass
