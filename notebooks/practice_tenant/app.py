"""One ASGI application: which face is asked, which part answers.

No handler needs a socket, a thread or another process; listeners (``server``) or a test call this application.
"""

import contextlib
import hmac
import time
from collections.abc import Callable

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from .at_first_request import AtFirstRequest
from .authority import signing
from .clock import TenantClock
from .clouds import CLOUDS, WORLDWIDE
from .counters import Counters
from .customers import b2c_face, external_id_faces
from .directory.signing_keys import SigningKeys
from .directory.store import Directory
from .endpoints import CONTROL_PATH
from .faces import METADATA_HOST, RUN_HEADER, Face, cloud_faces, localhost_face, localhost_hosts
from .faults import Faults
from .front import Front
from .parts import Parts, Services, b2c_parts, cloud_parts

_GRAPH_PATH = "/graph"


class PracticeTenant:
    """The tenant as an ASGI application.

    Args:
        directory: what the tenant knows.
        https_port: the port its HTTPS listener has; with *http_port* it fixes the base URLs of the localhost face.
        http_port: the port of the pages.
        pages_key: the first part of the path of every page that this run's owner is shown; empty for pages that
            everybody on this computer may open.
        password_hint: the sentence beside the password field.
        run_token: what the cloud faces demand in the ``X-Practice-Tenant-Run`` header of each request.
        control_token: what the control API demands; while it is empty, that lets nobody in.
        several: whether other processes answer beside this one; the control API then has nothing to offer.
        sign: signs the tokens of an answer.
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
        control_token: str = "",
        several: bool = False,
        sign: signing.Sign = signing.here,
        clock: Callable[[], float] = time.time,
    ):
        self.directory = directory
        self.clock = TenantClock(clock)
        self.faults = Faults(directory, self.clock, lambda: self.signing_keys.published()[0].kid)
        counters = Counters(directory)
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
        services = Services(
            directory=directory,
            clock=self.clock,
            computer=clock,
            front=Front(self.faults, counters, self.clock),
            shape=lambda: self.faults.shape,
            portal=bool(pages_key),
            sign=sign,
        )
        self._parts: dict[Face, Parts] = {}
        for cloud in CLOUDS:
            faces = {face for face in (*self._faces.values(), self._localhost) if face.cloud is cloud}
            self._parts |= dict.fromkeys(faces, cloud_parts(cloud, faces, services))
        self._parts[b2c] = b2c_parts(services)

        def control() -> Callable:
            from .control import Control

            return Control(
                control_token,
                directory=directory,
                faults=self.faults,
                counters=counters,
                rotate=self._rotate,
                several=several,
            )

        self._control = AtFirstRequest(control)

    @property
    def signing_keys(self) -> SigningKeys:
        """The signing keys of the worldwide cloud."""
        return self._parts[self._localhost].signing_keys

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = self._misdirected(scope) or self._part(scope)
        # A client that goes, or is cut off, before its request is whole needs no answer and is no fault of ours.
        with contextlib.suppress(ClientDisconnect):
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
        if host not in self._faces and host != METADATA_HOST:
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
        host, path = scope["host"], scope["path"]
        # The machine whose metadata is asked for is one in the worldwide cloud.
        cloud_name = WORLDWIDE.login if host == METADATA_HOST else host
        face = self._localhost if host in self._https_hosts else self._faces[cloud_name]
        scope.setdefault("state", {})["face"] = face
        parts = self._parts[face]
        if host == METADATA_HOST:
            return parts.metadata
        if host == face.cloud.graph:
            return parts.graph
        if face is self._localhost and path.startswith(CONTROL_PATH):
            return self._control
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

    def _rotate(self) -> None:
        for parts in {id(parts): parts for parts in self._parts.values()}.values():
            parts.rotate()


def _sentence(status: int, sentence: str) -> Response:
    body = {"error": "invalid_request", "error_description": sentence}
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def _unknown_host() -> Response:
    return _sentence(421, "The practice tenant does not answer to this Host.")
