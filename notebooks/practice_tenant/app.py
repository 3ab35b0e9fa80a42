"""One ASGI application: which face is asked, which part answers.

No handler needs a socket, a thread or another process; listeners (``server``) or a test call this application.
"""

import hmac
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from .authority import routes as authority_routes
from .b2c import routes as b2c_routes
from .b2c.service import service as b2c_service
from .clouds import CLOUDS, WORLDWIDE, Cloud
from .customers import b2c_face, external_id_faces
from .directory.signing_keys import SigningKeys
from .directory.store import Directory
from .faces import RUN_HEADER, Face, cloud_faces, localhost_face, localhost_hosts
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
        clock: seconds since the epoch.
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
        clock: Callable[[], float] = time.time,
    ):
        self.directory = directory
        self.signing_keys = SigningKeys(directory, clock)
        self._pages_path = f"/{pages_key}" if pages_key else ""
        self._password_hint = password_hint
        at = (http_port, self._pages_path)
        b2c = b2c_face(*at)
        self._faces = cloud_faces(*at) | external_id_faces(*at) | {b2c.name: b2c}
        self._page_faces = {face.name: face for face in self._faces.values() if face.name != WORLDWIDE.login}
        self._localhost = localhost_face(https_port, http_port)
        self._https_hosts = localhost_hosts(https_port)
        self._http_hosts = localhost_hosts(http_port)
        self._run_token = run_token.encode()
        self._profile = profile
        self._clock = clock
        self._parts: dict[Face, _Parts] = {}
        for cloud in CLOUDS:
            faces = {face for face in (*self._faces.values(), self._localhost) if face.cloud is cloud}
            self._parts |= dict.fromkeys(faces, self._in_cloud(cloud, faces, portal=bool(pages_key)))
        customers = b2c_service(directory, clock)
        self._parts[b2c] = _Parts(
            authority=b2c_routes.application(customers), pages=b2c_routes.pages(customers), graph=None
        )

    def _in_cloud(self, cloud: Cloud, faces: Iterable[Face], *, portal: bool) -> "_Parts":
        """What answers in one cloud: the same directory, with signing keys and issued values of that cloud's own."""
        directory = self.directory.in_cloud(cloud)
        authority = authority_routes.Authority(
            directory=directory,
            signing_keys=self.signing_keys if cloud is WORLDWIDE else SigningKeys(directory, self._clock),
            clock=self._clock,
            profile=self._profile,
        )
        application = authority_routes.application(authority)
        keys = {face: PublishedKeys(_fetch_keys(application, face), self._clock) for face in faces}
        graph = graph_routes.Graph(directory=directory, keys=keys.__getitem__, clock=self._clock)
        return _Parts(
            authority=application,
            # The portal shows the app registrations, which are the same under every name.
            pages=authority_routes.pages(authority, portal=portal and cloud is WORLDWIDE),
            graph=graph_routes.application(graph),
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
        if host not in self._faces:
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
        face = self._localhost if scope["host"] in self._https_hosts else self._faces[scope["host"]]
        scope.setdefault("state", {})["face"] = face
        parts = self._parts[face]
        if scope["host"] == face.cloud.graph:
            return parts.graph
        path = scope["path"]
        if face is self._localhost and (path == _GRAPH_PATH or path.startswith(_GRAPH_PATH + "/")):
            # What a mounted application sees: its own part of the path comes after root_path.
            scope["root_path"] = scope.get("root_path", "") + _GRAPH_PATH
            return parts.graph
        return parts.authority

    def _page(self, scope: dict) -> Callable:
        if not scope["path"].startswith(self._pages_path + "/"):
            return _sentence(404, "Open the link that the notebook or your app shows: it has this run's key in it.")
        scope["root_path"] = scope.get("root_path", "") + self._pages_path
        name = scope["path"].removeprefix(self._pages_path).split("/")[1]
        face = self._page_faces.get(name)
        if face is None:
            face = self._faces[WORLDWIDE.login]
        else:
            scope["root_path"] += f"/{name}"
        state = scope.setdefault("state", {})
        state["face"], state["password_hint"] = face, self._password_hint
        return self._parts[face].pages


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """What answers under a face, as ASGI applications; ``graph`` is None where the face has none."""

    authority: Callable
    pages: Callable
    graph: Callable | None


def _fetch_keys(authority: Callable, face: Face) -> Callable:
    async def fetch() -> dict:
        return await _get_json(authority, _KEYS_PATH, face)

    return fetch


def _sentence(status: int, sentence: str) -> Response:
    body = {"error": "invalid_request", "error_description": sentence}
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def _unknown_host() -> Response:
    return _sentence(421, "The practice tenant does not answer to this Host.")


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
