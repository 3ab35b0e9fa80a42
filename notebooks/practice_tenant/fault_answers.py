"""What a fault looks like to a client: as Entra, Graph, or a page says it.

https://learn.microsoft.com/graph/throttling has Graph's 429. Entra's own is seen in two forms: with a JSON body, and as
plain text (https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/2855).
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from .authority.errors import NO_STORE, AuthorityError
from .authority.errors import render as render_for_app
from .faults import Failed, Fault, Throttled
from .graph.errors import GraphError
from .graph.errors import render as render_for_api
from .json_answer import JsonAnswer
from .pages.page import page

# (HTTP status, headers, request, now) → the refusal
Render = Callable[[int, dict[str, str], Request, float], Response]

# As long as a token answer's beginning: whatever lies between tenant and client has cut it off.
_BROKEN_OFF = b'{"token_type":"Bearer","expires_in":3599,"acc'

_GRAPH = {
    429: ("TooManyRequests", "Please retry again later."),
    500: ("generalException", "An unspecified error has occurred."),
    502: ("UnknownError", ""),
    503: ("serviceNotAvailable", "The service isn't available. Try the request again after a delay."),
    504: ("UnknownError", ""),
}


def answer(fault: Fault, request: Request, now: float, render: Render) -> Response:
    """The answer to a request that meets a fault.

    Args:
        fault: of the kinds that answer.
        request: only its headers are read.
        now: seconds since the epoch.
        render: how the part that is asked words its refusals.
    """
    if not isinstance(fault, Throttled | Failed):
        return Response(_BROKEN_OFF, headers=NO_STORE, media_type=JsonAnswer.media_type)
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if isinstance(fault, Throttled):
        if fault.plain_text:
            return PlainTextResponse("Too Many Requests", 429, headers=NO_STORE | headers)
        return render(429, headers, request, now)
    return render(fault.status, headers, request, now)


def for_app(status: int, headers: dict[str, str], request: Request, now: float) -> Response:
    """The authorization server's."""
    error = AuthorityError(90055 if status == 429 else 90033, status=status, headers=headers)
    correlation_id = request.headers.get("client-request-id")
    return render_for_app(error, login=request.state.face.login, now=now, correlation_id=correlation_id)


def for_api(status: int, headers: dict[str, str], request: Request, now: float) -> Response:
    """The protected API's."""
    code, message = _GRAPH[status]
    inner = {"code": "429", "message": "Please retry after", "status": "429"} if status == 429 else {}
    return render_for_api(GraphError(status, code, message, headers=headers, inner=inner), request, now)


def for_person(status: int, headers: dict[str, str], request: Request, now: float) -> Response:
    """A page's."""
    sentence = "There were too many requests." if status == 429 else "Something went wrong on the server."
    response = page("message", status=status, heading="Try again", sentences=[sentence, "Try again soon."])
    response.headers.update(headers)
    return response
