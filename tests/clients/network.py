"""Requests over the network, for a person who otherwise uses a tenant in this process."""

from dataclasses import dataclass

import httpx

from tests.tenant.clients import Headers

SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Network:
    """Sends requests as ``InProcess`` does, to a server that listens at *base_url*. Redirects aren't followed."""

    base_url: str

    def request(self, method: str, path: str, *, headers: Headers = (), content: bytes = b"") -> httpx.Response:
        """One request; *path* may be a whole URL."""
        with httpx.Client(base_url=self.base_url, trust_env=False, timeout=SECONDS) as client:
            return client.request(method, path, headers=list(headers), content=content)

    def get(self, path: str, *, headers: Headers = ()) -> httpx.Response:
        """One GET."""
        return self.request("GET", path, headers=headers)
