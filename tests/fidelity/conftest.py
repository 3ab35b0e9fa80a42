"""One practice tenant for all comparisons: in memory, in process, under the cloud's names."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from practice_tenant import SeededValues, state
from practice_tenant.app import PracticeTenant
from practice_tenant.directory.store import Directory
from practice_tenant.faces import RUN_HEADER
from tests.conformance.clients import Authority, Graph, InProcess

NOW = 1_790_000_000
RUN_TOKEN = "only-this-run"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A tenant to ask: its authorization server, its API, and what it knows."""

    authority: Authority
    graph: Graph
    directory: Directory
    seeded: SeededValues = field(repr=False)

    def form(self, **changes: str | None) -> dict[str, str]:
        """A token request that is granted, with changes; None leaves a field out."""
        good = {
            "grant_type": "client_credentials",
            "client_id": self.seeded.client_id,
            "client_secret": self.seeded.client_secret,
            "scope": GRAPH_SCOPE,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def access_token(self, **changes: str | None) -> str:
        """The access token of such a request."""
        return self.authority.token(self.form(**changes)).json()["access_token"]


@pytest.fixture(scope="session")
def tenant() -> Iterator[Tenant]:
    """The practice tenant."""
    opened = state.in_memory(clock=lambda: NOW)
    app = PracticeTenant(opened.directory, https_port=8443, http_port=8400, run_token=RUN_TOKEN, clock=lambda: NOW)
    headers = ((RUN_HEADER, RUN_TOKEN),)
    login = InProcess(app=app, base_url="https://login.microsoftonline.com", headers=headers)
    graph = InProcess(app=app, base_url="https://graph.microsoft.com", headers=headers)
    yield Tenant(
        authority=Authority(http=login, tenant=opened.seeded.tenant_id),
        graph=Graph(http=graph),
        directory=opened.directory,
        seeded=opened.seeded,
    )
    opened.directory.close()
