"""What answers under a face: a cloud's authorization server, its pages and its API, or Azure AD B2C.

All of them stand on one directory, behind the same faults and counters.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from .at_first_request import AtFirstRequest
from .authority import routes as authority_routes
from .authority.service import Authority
from .authority.signing import Sign
from .authority.tokens import TokenShape
from .b2c import REALM as B2C_REALM
from .clock import TenantClock
from .clouds import WORLDWIDE, Cloud
from .directory.signing_keys import SigningKeys
from .directory.store import Directory
from .endpoints import GRAPH
from .faces import Face
from .fault_answers import for_api, for_app, for_person
from .front import Front
from .graph.keys import PublishedKeys

_KEYS_PATH = "/common/discovery/v2.0/keys"


@dataclass(frozen=True, kw_only=True)
class Services:
    """What all parts share.

    Attributes:
        clock: the tenant's, which may be shifted.
        computer: the computer's own.
        shape: how token answers look now.
        portal: whether the portal is among the pages.
        sign: signs the tokens of an answer.
    """

    directory: Directory
    clock: TenantClock
    computer: Callable[[], float]
    front: Front
    shape: Callable[[], TokenShape]
    portal: bool
    sign: Sign


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The ASGI applications under a face; ``graph`` and ``metadata`` (a machine's) are None where it has none.

    ``published`` are the keys that its API has fetched.
    """

    authority: Callable
    pages: Callable
    signing_keys: SigningKeys
    graph: Callable | None = None
    metadata: Callable | None = None
    published: tuple[PublishedKeys, ...] = ()

    def rotate(self) -> None:
        """Let the next signing key sign; a cloud that nobody has asked yet has no keys to rotate."""
        if not self.signing_keys.made:
            return
        self.signing_keys.rotate()
        # Between two rotations in the cloud lie weeks, in which every API has fetched the keys.
        for keys in self.published:
            keys.look_again()


def cloud_parts(cloud: Cloud, faces: Iterable[Face], services: Services) -> Parts:
    """What answers in a cloud: the same directory, with signing keys and issued values of that cloud's own."""
    directory, front = services.directory.in_cloud(cloud), services.front
    authority = _authority(directory, services)
    login = AtFirstRequest(lambda: authority_routes.application(authority))
    # How long ago keys were fetched goes by the computer's clock: shifting the tenant's is no reason to keep them.
    keys = {face: PublishedKeys(_fetch_keys(login, face), services.computer) for face in faces}

    def pages() -> Callable:
        from .authority import page_routes

        # The portal shows the app registrations, which are the same under every name.
        return page_routes.pages(authority, portal=services.portal and cloud is WORLDWIDE)

    def graph() -> Callable:
        from .graph import routes

        return routes.application(routes.Graph(directory=directory, keys=keys.__getitem__, clock=services.clock))

    return Parts(
        authority=front.before(login, for_app),
        pages=front.before(AtFirstRequest(pages), for_person),
        signing_keys=authority.signing_keys,
        graph=front.before(AtFirstRequest(graph), for_api, GRAPH),
        metadata=AtFirstRequest(lambda: authority_routes.metadata(authority)) if cloud is WORLDWIDE else None,
        published=tuple(keys.values()),
    )


def b2c_parts(services: Services) -> Parts:
    """What answers as Azure AD B2C."""
    directory, front = services.directory.apart(B2C_REALM), services.front
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

    return Parts(
        authority=front.before(AtFirstRequest(login), fault),
        pages=front.before(AtFirstRequest(pages), for_person),
        signing_keys=authority.signing_keys,
    )


def _authority(directory: Directory, services: Services) -> Authority:
    return Authority(
        directory=directory,
        signing_keys=SigningKeys(directory, services.clock),
        clock=services.clock,
        computer=services.computer,
        shape=services.shape,
        sign=services.sign,
    )


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
