"""One ASGI application: which face is asked, which part answers.

No handler needs a socket, a thread or another process; listeners (``server``) or a test call this application.
"""

import hmac
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from starlette.responses import JSONResponse, Response

from .authority import routes as authority_routes
from .clock import TenantClock
from .control import PATH as _CONTROL_PATH
from .control import Control
from .counters import Counters
from .directory.signing_keys import SigningKeys
from .directory.store import Directory
from .endpoints import GRAPH
from .faces import (
    CLOUD_GRAPH,
    CLOUD_LOGIN_ALIASES,
    METADATA_HOST,
    RUN_HEADER,
    Face,
    cloud_face,
    localhost_face,
    localhost_hosts,
)
from .fault_answers import for_api, for_app, for_person
from .faults import Faults
from .front import Front
from .graph import routes as graph_routes
from .graph.keys import PublishedKeys

_GRAPH_PATH = "/graph"
_KEYS_PATH = "/common/discovery/v2.0/keys"


class PracticeTenant:
    """The tenant as an ASGI application.

    Args:
        directory: what the tenant knows.
        https_port: the port its HTTPS listener has; with *http_port* it fixes the base URLs of the localhost face.
        http_port: the port of the pages.
        pages_key: the first part of the path of every page that this run's owner is shown; empty for pages that
            everybody on this computer may open.
        password_hint: the sentence beside the password field.
        profile: ``entra``, or ``strict`` for RFC 9700.
        run_token: what the cloud face demands in the ``X-Practice-Tenant-Run`` header of each request.
        control_token: what the control API demands; while it is empty, that lets nobody in.
        clock: seconds since the epoch; what the tenant dates goes by it, unless its clock is shifted.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        https_port: int,
        http_port: int,
        run_token: str,
        pages_key: str = "",
        password_hint: str = "Ask whoever runs this practice tenant.",
        profile: str = "entra",
        control_token: str = "",
        clock: Callable[[], float] = time.time,
    ):
        self.directory = directory
        self.clock = TenantClock(clock)
        self.signing_keys = SigningKeys(directory, self.clock)
        self.faults = Faults(directory, self.clock, lambda: self.signing_keys.published()[0].kid)
        counters = Counters(directory)
        front = Front(self.faults, counters, self.clock)
        self._pages_path = f"/{pages_key}" if pages_key else ""
        self._password_hint = password_hint
        self._cloud = cloud_face(http_port, self._pages_path)
        self._localhost = localhost_face(https_port, http_port)
        self._https_hosts = localhost_hosts(https_port)
        self._http_hosts = localhost_hosts(http_port)
        self._run_token = run_token.encode()
        authority = authority_routes.Authority(
            directory=directory,
            signing_keys=self.signing_keys,
            clock=self.clock,
            profile=profile,
            shape=lambda: self.faults.shape,
        )
        login = authority_routes.application(authority)
        self._metadata = authority_routes.metadata(authority)
        self._authority = front.before(login, for_app)
        self._pages = front.before(authority_routes.pages(authority, portal=bool(pages_key)), for_person)
        # How long ago keys were fetched goes by the computer's clock: shifting the tenant's is no reason to keep them.
        keys = {face: PublishedKeys(_fetch_keys(login, face), clock) for face in (self._cloud, self._localhost)}
        graph = graph_routes.Graph(directory=directory, keys=keys.__getitem__, clock=self.clock)
        self._graph = front.before(graph_routes.application(graph), for_api, GRAPH)
        self._control = Control(
            control_token,
            directory=directory,
            faults=self.faults,
            counters=counters,
            rotate=lambda: self._rotate(keys.values()),
        )

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = self._misdirected(scope) or self._part(scope)
        await answer(scope, receive, send)

    def _misdirected(self, scope: dict) -> Response | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not scope["path"].startswith("/"):
            return _sentence(400, "One Host header and a path are needed.")
        host = hosts[0].decode("latin-1").lower()
        scope["host"] = host
        if scope["scheme"] == "http":
            # A hub's proxy passes on the Host that the hub was asked for; who comes through it knows the key.
            keyed = self._pages_path and scope["path"].startswith(self._pages_path + "/")
            return None if keyed or host in self._http_hosts else _unknown_host()
        if host in self._https_hosts:
            return None
        if host not in (CLOUD_GRAPH, METADATA_HOST, *CLOUD_LOGIN_ALIASES):
            return _unknown_host()
        sent = dict(scope["headers"]).get(RUN_HEADER.lower().encode(), b"")
        if not hmac.compare_digest(sent, self._run_token):
            return _sentence(
                403, f"Under the cloud's names this practice tenant serves its own process only ({RUN_HEADER})."
            )
        return None

    def _part(self, scope: dict) -> Callable:
        if scope["scheme"] == "http":
            return self._page(scope)
        face = self._localhost if scope["host"] in self._https_hosts else self._cloud
        scope.setdefault("state", {})["face"] = face
        if scope["host"] == CLOUD_GRAPH:
            return self._graph
        if scope["host"] == METADATA_HOST:
            return self._metadata
        path = scope["path"]
        if face is self._localhost and path.startswith(_CONTROL_PATH):
            return self._control
        if face is self._localhost and (path == _GRAPH_PATH or path.startswith(_GRAPH_PATH + "/")):
            # What a mounted application sees: its own part of the path comes after root_path.
            scope["root_path"] = scope.get("root_path", "") + _GRAPH_PATH
            return self._graph
        return self._authority

    def _page(self, scope: dict) -> Callable:
        if not scope["path"].startswith(self._pages_path + "/"):
            return _sentence(404, "Open the link that the notebook or your app shows: it has this run's key in it.")
        state = scope.setdefault("state", {})
        state["face"], state["password_hint"] = self._cloud, self._password_hint
        scope["root_path"] = scope.get("root_path", "") + self._pages_path
        return self._pages

    def _rotate(self, known: Iterable[PublishedKeys]) -> None:
        self.signing_keys.rotate()
        # Between two rotations in the cloud lie weeks, in which every API has fetched the keys.
        for keys in known:
            keys.look_again()


def _sentence(status: int, sentence: str) -> Response:
    body = {"error": "invalid_request", "error_description": sentence}
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def _unknown_host() -> Response:
    return _sentence(421, "The practice tenant does not answer to this Host.")


def _fetch_keys(login: Callable, face: Face) -> Callable:
    async def fetch() -> dict:
        return await _get_json(login, _KEYS_PATH, face)

    return fetch


async def _get_json(app: Callable, path: str, face: Face) -> Any:
    """GET a public document from another part of this tenant: the same request an API makes over the network."""
    body, status = b"", 0

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        nonlocal body, status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            body += message.get("body", b"")

    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", face.login_host.encode())],
        "state": {"face": face},
    }
    await app(scope, receive, send)
    if status != 200:
        raise OSError(f"{path} answered {status}")
    return json.loads(body)
