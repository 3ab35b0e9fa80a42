"""The control API: switches faults on and off, lists them, and counts requests.

It is on the localhost face only, over HTTPS, and requires the run's control token. A browser can't use it: pages have
no such token, and a request with an origin is refused. Faults don't affect it.

    GET    /control/faults                       {"faults": ["The next request to token: 429, …"]}
    POST   /control/faults {"command": "throttle", "times": 1, …}      the same, afterwards
    DELETE /control/faults                       switches everything off
    GET    /control/requests?endpoint=token&client_id=…    {"requests": 3}; both are optional

Each command checks its arguments and does one thing. A refusal is a ``ValueError`` whose sentence names the argument and
the value.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import failures
from .authority.tokens import AS_USUAL
from .directory import seed
from .directory.objects import Application
from .directory.store import Directory
from .endpoints import CONTROL_PATH, ENDPOINTS, WITH_APP
from .fault_middleware import Counters
from .faults import ConnectionReset, Delayed, Failed, Faults, Throttled, WrongJson

MAX_BODY_BYTES = 4096
MOST_TIMES = 1_000_000
STATUSES = (500, 502, 503, 504)
LONGEST_RETRY_AFTER = 3600
LONGEST_DELAY = 60
LONGEST_LIFETIME = 24 * 3600
LONGEST_SHIFT = 10 * 365 * 24 * 3600
LONGEST_SCOPE = 1000
_LONGEST_SHOWN = 100

_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class ControlApi:
    """The control API as an ASGI application.

    Args:
        token: required in ``Authorization: Bearer``; while it is empty, every request is refused.
        rotate: makes the next signing key sign.
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
        self._tenant = ControlledTenant(faults=faults, directory=directory, rotate=rotate)
        self._counters = counters
        self._app = Starlette(
            routes=[
                Route(f"{CONTROL_PATH}faults", self._list),
                Route(f"{CONTROL_PATH}faults", self._switch, methods=["POST"]),
                Route(f"{CONTROL_PATH}faults", self._clear, methods=["DELETE"]),
                Route(f"{CONTROL_PATH}requests", self._count),
            ],
            exception_handlers=failures.handlers(_unavailable) | {ValueError: _refuse},
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
            check_endpoint(endpoint)
        if client_id is not None:
            find_app(self._tenant.directory, client_id)
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
        raise ValueError(f"A command is a JSON object; this is {shown(values)}.")  # noqa: TRY004 - the client gets a 400
    return values


async def _refuse(request: Request, error: ValueError) -> Response:
    return _sentence(400, str(error))


async def _unavailable(request: Request, status: int, sentence: str, headers: dict[str, str]) -> Response:
    """The answer where a handler raised; ``failures`` says why."""
    return _sentence(status, f"{sentence} Try again soon." if status == 503 else sentence, headers)


def _sentence(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status, headers=_NO_STORE | (headers or {}))


@dataclass(frozen=True, kw_only=True)
class ControlledTenant:
    """The tenant as commands change it; *rotate* makes the next signing key sign."""

    faults: Faults
    directory: Directory
    rotate: Callable[[], object]


class Arguments:
    """The arguments of one command, from JSON. A command takes each once; ``done`` refuses the rest."""

    def __init__(self, values: Mapping[str, object]):
        self._values = dict(values)

    def whole(self, name: str, least: int, most: int, *, optional: bool = False) -> int | None:
        """A whole number; optional ones may be None."""
        value = self._values.pop(name, None)
        if value is None and optional:
            return None
        if type(value) is not int or not least <= value <= most:
            raise _wrong(name, value, f"a whole number from {least} to {most}{' or None' if optional else ''}")
        return value

    def one_of(self, name: str, numbers: tuple[int, ...]) -> int:
        """One of some whole numbers."""
        value = self._values.pop(name, None)
        if type(value) is not int or value not in numbers:
            raise _wrong(name, value, f"one of {', '.join(map(str, numbers))}")
        return value

    def number(self, name: str, least: float, most: float) -> float:
        """A number, whole or not."""
        value = self._values.pop(name, None)
        # NaN isn't between any two numbers.
        if type(value) not in (int, float) or not least <= value <= most:
            raise _wrong(name, value, f"a number of seconds from {least} to {most}")
        return float(value)

    def yes_or_no(self, name: str) -> bool:
        """True or False."""
        value = self._values.pop(name, None)
        if type(value) is not bool:
            raise _wrong(name, value, "True or False")
        return value

    def endpoint(self) -> str:
        """The name of an endpoint."""
        return check_endpoint(self._values.pop("endpoint", None))

    def text(self, name: str) -> str | None:
        """Text that JSON and a header can hold, or None."""
        value = self._values.pop(name, None)
        if value is not None and not (isinstance(value, str) and 0 < len(value) <= LONGEST_SCOPE and _printable(value)):
            raise _wrong(name, value, f"a text of 1 to {LONGEST_SCOPE} printable ASCII characters, or None")
        return value

    def done(self) -> None:
        """Refuse arguments that the command didn't take."""
        for name, value in self._values.items():
            raise ValueError(f"There is no argument {shown(name)} here; it was given as {shown(value)}.")


def check_endpoint(value: object) -> str:
    """Return the name of an endpoint, if it is one."""
    if value not in ENDPOINTS:
        raise _wrong("endpoint", value, f"one of {', '.join(ENDPOINTS)}")
    return value


def find_app(directory: Directory, client_id: str) -> Application:
    """The app registration with a client ID."""
    found = directory.application(app_id=client_id)
    if found is None:
        raise _wrong("client_id", client_id, "the client ID of an app in the practice tenant")
    return found


def throttle(tenant: ControlledTenant, given: Arguments) -> None:
    """Answer the next requests with 429."""
    fault = Throttled(
        endpoint=given.endpoint(),
        times=given.whole("times", 1, MOST_TIMES),
        retry_after=given.whole("retry_after", 0, LONGEST_RETRY_AFTER, optional=True),
        plain_text=given.yes_or_no("plain_text"),
    )
    given.done()
    tenant.faults.add(fault)


def fail(tenant: ControlledTenant, given: Arguments) -> None:
    """Answer the next requests with a server error."""
    fault = Failed(
        endpoint=given.endpoint(),
        times=given.whole("times", 1, MOST_TIMES),
        status=given.one_of("status", STATUSES),
        retry_after=given.whole("retry_after", 0, LONGEST_RETRY_AFTER, optional=True),
    )
    given.done()
    tenant.faults.add(fault)


def delay(tenant: ControlledTenant, given: Arguments) -> None:
    """Answer the next requests late."""
    seconds = given.number("seconds", 0, LONGEST_DELAY)
    fault = Delayed(endpoint=given.endpoint(), times=given.whole("times", 1, MOST_TIMES), seconds=seconds)
    given.done()
    tenant.faults.add(fault)


def reset_connections(tenant: ControlledTenant, given: Arguments) -> None:
    """Reset the connections of the next requests."""
    fault = ConnectionReset(endpoint=given.endpoint(), times=given.whole("times", 1, MOST_TIMES))
    given.done()
    tenant.faults.add(fault)


def answer_wrong_json(tenant: ControlledTenant, given: Arguments) -> None:
    """Answer the next requests with a body that breaks off."""
    fault = WrongJson(endpoint=given.endpoint(), times=given.whole("times", 1, MOST_TIMES))
    given.done()
    tenant.faults.add(fault)


def start_outage(tenant: ControlledTenant, given: Arguments) -> None:
    """Answer no request."""
    given.done()
    tenant.faults.set_outage(True)


def end_outage(tenant: ControlledTenant, given: Arguments) -> None:
    """Answer requests again."""
    given.done()
    tenant.faults.set_outage(False)


def token_lifetime(tenant: ControlledTenant, given: Arguments) -> None:
    """Set how long access tokens last."""
    seconds = given.whole("seconds", 1, LONGEST_LIFETIME, optional=True)
    given.done()
    tenant.faults.set_shape(lifetime=AS_USUAL.lifetime if seconds is None else seconds)


def refresh_in(tenant: ControlledTenant, given: Arguments) -> None:
    """Set ``refresh_in`` of token answers."""
    seconds = given.whole("seconds", 0, LONGEST_LIFETIME, optional=True)
    given.done()
    tenant.faults.set_shape(refresh_in=seconds)


def answer_scope(tenant: ControlledTenant, given: Arguments) -> None:
    """Set ``scope`` of token answers."""
    text = given.text("text")
    given.done()
    tenant.faults.set_shape(scope=text)


def shift_clock(tenant: ControlledTenant, given: Arguments) -> None:
    """Set the tenant's clock against the computer's."""
    seconds = given.number("seconds", -LONGEST_SHIFT, LONGEST_SHIFT)
    given.done()
    tenant.faults.shift_clock(seconds)


def expire_secret(tenant: ControlledTenant, given: Arguments) -> None:
    """Let the current secrets of an app (None: the seeded one) look expired."""
    client_id = given.text("client_id")
    given.done()
    found = find_app(tenant.directory, seed.DAEMON_CLIENT_ID if client_id is None else client_id)
    held = [credential.key_id for credential in tenant.directory.passwords(found.app_id)]
    if not held:
        raise ValueError(f"client_id is {shown(client_id)}; this app has no secret that could expire.")
    tenant.faults.expire_secrets(found.display_name, held)


def rotate_signing_key(tenant: ControlledTenant, given: Arguments) -> None:
    """Make the next key sign."""
    given.done()
    tenant.rotate()


COMMANDS: Mapping[str, Callable[[ControlledTenant, Arguments], None]] = {
    command.__name__: command
    for command in (
        throttle,
        fail,
        delay,
        reset_connections,
        answer_wrong_json,
        start_outage,
        end_outage,
        token_lifetime,
        refresh_in,
        answer_scope,
        shift_clock,
        expire_secret,
        rotate_signing_key,
    )
}


def shown(value: object) -> str:
    """A value, shortened, for a sentence."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _wrong(name: str, value: object, expected: str) -> ValueError:
    return ValueError(f"{name} is {shown(value)}; it has to be {expected}.")


def _printable(text: str) -> bool:
    return text.isascii() and text.isprintable()
