"""Graph's errors and their one renderer.

https://learn.microsoft.com/graph/errors; the sentences as recorded from Graph.
"""

import time
import uuid

from starlette.requests import Request

from ..json_http import JsonAnswer


class GraphError(Exception):
    """A refusal by the API: HTTP *status*, Graph's *code* and *message*, and response headers.

    *inner* adds members to ``innerError``.
    """

    def __init__(self, status: int, code: str, message: str, *, headers: dict | None = None, inner: dict | None = None):
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.inner = inner or {}


def invalid_token(message: str, *, error_code: str | None = "invalid_token") -> GraphError:
    """401: the request has no valid token (RFC 6750 section 3.1).

    *error_code* is None for a request without any token: its challenge must not have one.
    """
    challenge = 'Bearer realm="", client_id="00000003-0000-0000-c000-000000000000"'
    if error_code:
        challenge += f', error="{error_code}"'
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})


def forbidden() -> GraphError:
    """403: the token lacks a role or scope that this request needs."""
    return GraphError(
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
        headers={"WWW-Authenticate": 'Bearer realm="", error="insufficient_scope"'},
    )


def not_found(name: str) -> GraphError:
    """404: no such object."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{name}' does not exist or one of its queried reference-property objects are not present.",
    )


def bad_request(message: str, code: str = "Request_BadRequest") -> GraphError:
    """400: the request is malformed; *message* says which part."""
    return GraphError(400, code, message)


def render(error: GraphError, request: Request, now: float) -> JsonAnswer:
    """The JSON answer for a refusal."""
    request_id = str(uuid.uuid4())
    inner = error.inner | {
        "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)),
        "request-id": request_id,
        "client-request-id": request.headers.get("client-request-id", request_id)[:64],
    }
    body = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
    headers = {"Cache-Control": "no-cache", "request-id": request_id} | error.headers
    return JsonAnswer(body, error.status, headers=headers)
