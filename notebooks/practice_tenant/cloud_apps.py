"""The ASGI applications of each cloud, and of Azure AD B2C: authorization server, pages, API and instance metadata.

All of them use one directory, and stand behind the same faults and counters.
"""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from .authority import routes as authority_routes
from .authority.service import Authority
from .b2c import REALM as B2C_REALM
from .clouds import WORLDWIDE, Cloud
from .directory.signing_keys import SigningKeys
from .directory.store import Directory
from .endpoints import GRAPH
from .fault_middleware import Counters, FaultMiddleware, Render, for_api, for_app, for_person
from .faults import Faults, TenantClock
from .graph.bearer import PublishedKeys
from .hosts import Face

_KEYS_PATH = "/common/discovery/v2.0/keys"


class LazyApp:
    """Builds an ASGI application on its first request, and imports its modules then; keeps start-up fast.

    Args:
        make: builds the application; called once, even if several threads send the first request.
    """

    def __init__(self, make: Callable[[], Callable]):
        self._make = make
        self._making = threading.Lock()
        self._app: Callable | None = None

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request."""
        app = self._app or self._made()
        await app(scope, receive, send)

    def _made(self) -> Callable:
        with self._making:
            if self._app is None:
                self._app = self._make()
            return self._app


@dataclass(frozen=True, kw_only=True)
class Services:
    """What the applications share.

    Attributes:
        clock: the tenant's clock, which may be shifted.
        computer: the computer's own clock.
        portal: whether the pages include the portal.
    """

    directory: Directory
    clock: TenantClock
    computer: Callable[[], float]
    faults: Faults
    counters: Counters
    portal: bool

    def failing(self, app: Callable, render: Render, endpoint: str | None = None) -> FaultMiddleware:
        """An application behind the fault middleware."""
        return FaultMiddleware(
            app, faults=self.faults, counters=self.counters, clock=self.clock, render=render, endpoint=endpoint
        )


@dataclass(frozen=True, kw_only=True)
class CloudApps:
    """The ASGI applications of a cloud; ``graph`` and ``metadata`` (of a machine) are None where there is none.

    ``published`` are the signing keys that its API has fetched.
    """

    authority: Callable
    pages: Callable
    signing_keys: SigningKeys
    graph: Callable | None = None
    metadata: Callable | None = None
    published: tuple[PublishedKeys, ...] = ()

    def rotate(self) -> None:
        """Make the next signing key sign. A cloud without requests has no keys yet, so nothing rotates."""
        if not self.signing_keys.made:
            return
        self.signing_keys.rotate()
        # In the cloud, weeks pass between two rotations, so every API fetches the next key before it signs.
        for keys in self.published:
            keys.look_again()


def cloud_apps(cloud: Cloud, faces: Iterable[Face], services: Services) -> CloudApps:
    """The applications of one cloud: it shares the directory, but has signing keys and issued values of its own."""
    directory = services.directory.in_cloud(cloud)
    authority = _authority(directory, services)
    login = LazyApp(lambda: authority_routes.application(authority))
    # The age of fetched keys goes by the computer's clock, so a shifted tenant's clock doesn't keep them.
    keys = {face: PublishedKeys(_fetch_keys(login, face), services.computer) for face in faces}

    def pages() -> Callable:
        from .authority import page_routes

        # The portal shows app registrations, which are the same in every cloud.
        return page_routes.pages(authority, portal=services.portal and cloud is WORLDWIDE)

    def graph() -> Callable:
        from .graph import routes

        return routes.application(routes.Graph(directory=directory, keys=keys.__getitem__, clock=services.clock))

    return CloudApps(
        authority=services.failing(login, for_app),
        pages=services.failing(LazyApp(pages), for_person),
        signing_keys=authority.signing_keys,
        graph=services.failing(LazyApp(graph), for_api, GRAPH),
        metadata=LazyApp(lambda: authority_routes.metadata(authority)) if cloud is WORLDWIDE else None,
        published=tuple(keys.values()),
    )


def b2c_apps(services: Services) -> CloudApps:
    """The applications of Azure AD B2C."""
    directory = services.directory.apart(B2C_REALM)
    authority = _authority(directory, services)

    def login() -> Callable:
        from .b2c import routes

        return routes.application(authority)

    def pages() -> Callable:
        from .b2c import routes

        return routes.pages(authority)

    def fault(*refused: Any) -> Response:
        from .b2c import routes

        return routes.fault(*refused)

    return CloudApps(
        authority=services.failing(LazyApp(login), fault),
        pages=services.failing(LazyApp(pages), for_person),
        signing_keys=authority.signing_keys,
    )


def _authority(directory: Directory, services: Services) -> Authority:
    return Authority(
        directory=directory,
        signing_keys=SigningKeys(directory, services.clock),
        clock=services.clock,
        computer=services.computer,
        shape=lambda: services.faults.shape,
    )


def _fetch_keys(login: Callable, face: Face) -> Callable:
    async def fetch() -> dict:
        return await _get_json(login, _KEYS_PATH, face)

    return fetch


async def _get_json(app: Callable, path: str, face: Face) -> Any:
    """GET a public document from another application of this tenant, as an API does over the network."""
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
