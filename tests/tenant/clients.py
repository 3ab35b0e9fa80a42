"""Clients that call the tenant's application in process, with the same requests as over the network."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

FORM = "application/x-www-form-urlencoded"

Headers = Iterable[tuple[str, str | bytes]]


@dataclass(frozen=True, kw_only=True)
class InProcess:
    """Sends requests to an ASGI application, without a socket.

    An uncaught exception reaches the test, so a bug of the server never looks like a refusal.

    Attributes:
        app: the application.
        base_url: scheme and Host of each request.
        headers: sent with each request.
    """

    app: Callable
    base_url: str
    headers: tuple[tuple[str, str], ...] = ()

    def request(self, method: str, path: str, *, headers: Headers = (), content: bytes = b"") -> httpx.Response:
        """One request. It sends the headers unchanged, even two with one name."""
        return asyncio.run(self._request(method, path, [*self.headers, *headers], content))

    async def _request(self, method: str, path: str, headers: list, content: bytes) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=self.base_url) as client:
            return await client.request(method, path, headers=headers, content=content)

    def get(self, path: str, *, headers: Headers = ()) -> httpx.Response:
        """One GET."""
        return self.request("GET", path, headers=headers)


def answered(app: Callable) -> Callable:
    """An application as a server runs it: an exception after its answer doesn't reach the client."""

    async def run(scope: dict, receive: Callable, send: Callable) -> None:
        with contextlib.suppress(Exception):
            await app(scope, receive, send)

    return run


@dataclass(frozen=True, kw_only=True)
class Authority:
    """The authorization server as a client sees it. ``tenant`` is the tenant in the path of token requests."""

    http: InProcess
    tenant: str

    def token(
        self,
        form: Mapping[str, str] | list[tuple[str, str]] | bytes,
        *,
        tenant: str | None = None,
        headers: Headers = (),
        content_type: str | None = FORM,
        query: str = "",
    ) -> httpx.Response:
        """POST a form to the token endpoint; sends bytes unchanged."""
        content = form if isinstance(form, bytes) else urlencode(form).encode()
        kind = [("Content-Type", content_type)] if content_type is not None else []
        path = f"/{tenant or self.tenant}/oauth2/v2.0/token{query}"
        return self.http.request("POST", path, headers=[*kind, *headers], content=content)


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The protected API as a client sees it. ``root`` is the path of version 1.0."""

    http: InProcess
    root: str = "/v1.0"

    def request(
        self, method: str, path: str, *, token: str | None = None, headers: Headers = (), content: bytes = b""
    ) -> httpx.Response:
        """One request, with a bearer token if one is given."""
        bearer = [("Authorization", f"Bearer {token}")] if token is not None else []
        return self.http.request(method, self.root + path, headers=[*bearer, *headers], content=content)

    def get(self, path: str = "/users", *, token: str | None = None, headers: Headers = ()) -> httpx.Response:
        """One GET, of the users unless another path is given."""
        return self.request("GET", path, token=token, headers=headers)
