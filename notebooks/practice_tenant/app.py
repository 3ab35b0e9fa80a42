"""The tenant as one ASGI application, which routes by ``Host`` and path.

No handler needs a socket or another process: listeners (``server``) call it, or a test does.
"""

import contextlib
import hmac
import time
from collections.abc import Callable

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from .cloud_apps import CloudApps, LazyApp, Services, b2c_apps, cloud_apps
from .clouds import CLOUDS, WORLDWIDE
from .directory.signing_keys import SigningKeys
from .directory.store import Directory
from .endpoints import CONTROL_PATH
from .fault_middleware import Counters
from .faults import Faults, TenantClock
from .hosts import (
    METADATA_HOST,
    RUN_HEADER,
    Face,
    b2c_face,
    cloud_faces,
    external_id_faces,
    localhost_face,
    localhost_hosts,
)
from .paths import single_slashes, without_slash_at_end

_GRAPH_PATH = "/graph"


class PracticeTenant:
    """The tenant as an ASGI application.

    Args:
        https_port: the port of the HTTPS listener; with *http_port* it fixes the base URLs of the localhost face.
        http_port: the port of the pages.
        pages_key: a secret first part of every page's path; empty for pages that every user of this computer may open.
        password_hint: the sentence beside the password field.
        run_token: required under the clouds' names, in the ``X-Practice-Tenant-Run`` header of each request.
        control_token: required by the control API, which refuses every request while it is empty.
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
        control_token: str = "",
        clock: Callable[[], float] = time.time,
    ):
        self.directory = directory
        self.clock = TenantClock(clock)
        self.faults = Faults(directory, self.clock, lambda: self.signing_keys.published()[0].kid)
        counters = Counters()
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
            faults=self.faults,
            counters=counters,
            portal=bool(pages_key),
        )
        self._apps: dict[Face, CloudApps] = {}
        for cloud in CLOUDS:
            faces = {face for face in (*self._faces.values(), self._localhost) if face.cloud is cloud}
            self._apps |= dict.fromkeys(faces, cloud_apps(cloud, faces, services))
        self._apps[b2c] = b2c_apps(services)

        def control() -> Callable:
            from .control import ControlApi

            return ControlApi(
                control_token,
                directory=directory,
                faults=self.faults,
                counters=counters,
                rotate=self._rotate,
            )

        self._control = LazyApp(control)

    @property
    def signing_keys(self) -> SigningKeys:
        """The signing keys of the worldwide cloud."""
        return self._apps[self._localhost].signing_keys

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = self._misdirected(scope) or self._app(scope)
        # A client may disconnect before the end of its request; it needs no answer, and that is no error.
        with contextlib.suppress(ClientDisconnect):
            await answer(scope, receive, send)

    def _misdirected(self, scope: dict) -> Response | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not scope["path"].startswith("/"):
            return _sentence(400, "One Host header and a path are needed.")
        host = hosts[0].decode("latin-1").lower()
        scope["host"] = host
        if scope["scheme"] == "http":
            # A hub's proxy keeps the hub's Host. The secret key in the path replaces the check.
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

    def _app(self, scope: dict) -> Callable:
        if scope["scheme"] == "http":
            return self._page(scope)
        host = scope["host"]
        # The Azure machine belongs to the worldwide cloud.
        cloud_name = WORLDWIDE.login if host == METADATA_HOST else host
        face = self._localhost if host in self._https_hosts else self._faces[cloud_name]
        scope.setdefault("state", {})["face"] = face
        apps = self._apps[face]
        if host == METADATA_HOST:
            return apps.metadata
        if face is self._localhost and scope["path"].startswith(CONTROL_PATH):
            return self._control
        single_slashes(scope)
        without_slash_at_end(scope)
        path = scope["path"]
        if host == face.cloud.graph:
            return apps.graph
        if face is self._localhost and (path == _GRAPH_PATH or path.startswith(_GRAPH_PATH + "/")):
            # As for a mounted application: its own part of the path comes after root_path.
            scope["root_path"] = scope.get("root_path", "") + _GRAPH_PATH
            return apps.graph
        return apps.authority

    def _page(self, scope: dict) -> Callable:
        if not scope["path"].startswith(self._pages_path + "/"):
            return _sentence(404, "Open the link that the notebook or your app shows: it has this run's key in it.")
        # The key is compared as it is. A slash at the end stays: the pages' links are relative.
        single_slashes(scope, start=len(self._pages_path))
        scope["root_path"] = scope.get("root_path", "") + self._pages_path
        name = scope["path"].removeprefix(self._pages_path).split("/")[1]
        face = self._page_faces.get(name)
        if face is None:
            face = self._faces[WORLDWIDE.login]
        else:
            scope["root_path"] += f"/{name}"
        state = scope.setdefault("state", {})
        state["face"], state["password_hint"] = face, self._password_hint
        return self._apps[face].pages

    def _rotate(self) -> None:
        for apps in {id(apps): apps for apps in self._apps.values()}.values():
            apps.rotate()


def _sentence(status: int, sentence: str) -> Response:
    body = {"error": "invalid_request", "error_description": sentence}
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def _unknown_host() -> Response:
    return _sentence(421, "The practice tenant does not answer to this Host.")
