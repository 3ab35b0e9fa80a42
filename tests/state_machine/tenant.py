"""A tenant for each run of the machine: in memory, in process, with a clock that the machine moves."""

from dataclasses import dataclass
from functools import cache

import httpx

from practice_tenant.directory import seed
from practice_tenant.directory.signing_keys import first_keys
from practice_tenant.directory.store import Directory
from tests.conformance.clients import InProcess

START = 1_790_000_000


@dataclass(frozen=True, kw_only=True)
class NeverFails(InProcess):
    """Requests to a tenant that may refuse them, but not fail."""

    def request(self, method: str, path: str, **more) -> httpx.Response:
        """One request, as ``InProcess`` sends it."""
        response = super().request(method, path, **more)
        assert response.status_code < 500, response.text
        return response


def new_directory() -> tuple[Directory, str]:
    """A seeded directory, and the password of its users."""
    directory, secrets = Directory(), seed.new_secrets()
    seed.fill(directory, secrets, START, _signing_keys())
    return directory, secrets["user_password"]


@cache
def _signing_keys() -> list[dict]:
    # Making them takes longer than everything else.
    return first_keys(START)
