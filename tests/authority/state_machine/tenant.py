"""A client for each run of the machine."""

from dataclasses import dataclass

import httpx

from tests.tenant.clients import InProcess


@dataclass(frozen=True, kw_only=True)
class NeverFails(InProcess):
    """Requests to a tenant that may refuse them, but not fail."""

    def request(self, method: str, path: str, **more) -> httpx.Response:
        """One request, as ``InProcess`` sends it."""
        response = super().request(method, path, **more)
        assert response.status_code < 500, response.text
        return response
