"""The control API: it switches faults on and off, and tells what is on and how much was asked.

It is there on the localhost face over HTTPS only, for who holds the run's control token. A browser can't use it: pages
have no such token, and a request that names an origin is refused. Faults don't reach it.

    GET    /control/faults                       {"faults": ["The next request to token: 429, …"]}
    POST   /control/faults {"command": "throttle", "times": 1, …}      the same, afterwards
    DELETE /control/faults                       everything as usual again
    GET    /control/requests?endpoint=token&client_id=…    {"requests": 3}; both are optional
"""

import hmac
import json
import sqlite3
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import commands, damage
from .authority.routes import RETRY_SECONDS
from .commands import COMMANDS, Arguments, Tenant, shown
from .directory.damaged import Damaged, unusable
from .directory.store import Directory
from .endpoints import CONTROL_PATH, WITH_APP
from .fault_middleware import Counters
from .faults import Faults

MAX_BODY_BYTES = 4096

_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Control:
    """The control API as an ASGI application.

    Args:
        token: what ``Authorization: Bearer`` has to hold; while it is empty, nobody is let in.
        rotate: lets the next signing key sign.
    """

    def __init__(
        self,
        token: str,
        *,
        directory: Directory,
        faults: Faults,
        counters: Counters,
        rotate: Callable[[], object],
    ):
        self._token = token.encode()
        self._tenant = Tenant(faults=faults, directory=directory, rotate=rotate)
        self._counters = counters
        self._app = Starlette(
            routes=[
                Route(f"{CONTROL_PATH}faults", self._list),
                Route(f"{CONTROL_PATH}faults", self._switch, methods=["POST"]),
                Route(f"{CONTROL_PATH}faults", self._clear, methods=["DELETE"]),
                Route(f"{CONTROL_PATH}requests", self._count),
            ],
            exception_handlers=damage.handlers(directory, _busy) | {ValueError: _refuse},
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer a request that has the token."""
        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        if "origin" in request.headers or "sec-fetch-site" in request.headers:
            return _sentence(403, "The control API is for programs on this computer, not for pages in a browser.")
        sent = [value.partition(" ") for value in request.headers.getlist("authorization")]
        held = len(sent) == 1 and sent[0][0].lower() == "bearer" and self._token
        if not held or not hmac.compare_digest(sent[0][2].encode("latin-1"), self._token):
            sentence = "The control API wants this run's control token: Authorization: Bearer, and the token."
            return _sentence(401, sentence, {"WWW-Authenticate": "Bearer"})
        return None

    async def _list(self, request: Request) -> Response:
        return JSONResponse({"faults": self._tenant.faults.sentences()}, headers=_NO_STORE)

    async def _switch(self, request: Request) -> Response:
        values = await _json_object(request)
        name = values.pop("command", None)
        command = COMMANDS.get(name) if isinstance(name, str) else None
        if command is None:
            raise ValueError(f"command is {shown(name)}; it has to be one of {', '.join(COMMANDS)}.")
        command(self._tenant, Arguments(values))
        return await self._list(request)

    async def _clear(self, request: Request) -> Response:
        self._tenant.faults.clear()
        return await self._list(request)

    async def _count(self, request: Request) -> Response:
        asked = dict(request.query_params)
        endpoint, client_id = asked.pop("endpoint", None), asked.pop("client_id", None)
        if asked:
            raise ValueError(f"Requests are counted by endpoint and client_id, not by {shown(next(iter(asked)))}.")
        if endpoint is not None:
            commands.endpoint(endpoint)
        if client_id is not None:
            commands.app(self._tenant.directory, client_id)
            if endpoint is not None and endpoint not in WITH_APP:
                raise ValueError(f"endpoint is {shown(endpoint)}; its requests name no app, so leave out client_id.")
        return JSONResponse({"requests": self._counters.count(endpoint, client_id)}, headers=_NO_STORE)


async def _json_object(request: Request) -> dict:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ValueError(f"A command has at most {MAX_BODY_BYTES} bytes.")
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("A command is a JSON object; this is no JSON.") from error
    if not isinstance(values, dict):
        raise ValueError(f"A command is a JSON object; this is {shown(values)}.")  # noqa: TRY004 - it is answered, 400
    return values


async def _refuse(request: Request, error: ValueError) -> Response:
    return _sentence(400, str(error))


async def _busy(request: Request, error: sqlite3.OperationalError) -> Response:
    """Another process holds the state file, or the disk is full: it may pass. Or the file is damaged: it won't."""
    if isinstance(error, Damaged):
        return _sentence(500, unusable(error))
    sentence = unusable(error) or "The practice tenant is busy."
    return _sentence(503, f"{sentence} Try again soon.", {"Retry-After": str(RETRY_SECONDS)})


def _sentence(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status, headers=_NO_STORE | (headers or {}))
