"""One practice tenant for all comparisons: in memory, in process, under the cloud's names; and somebody to sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from practice_tenant import SeededValues, state
from practice_tenant.app import PracticeTenant
from practice_tenant.directory.store import Directory
from practice_tenant.faults import Faults
from practice_tenant.hosts import RUN_HEADER
from tests.conformance.certificate import Certificate, new_certificate
from tests.conformance.clients import Authority, Graph, InProcess
from tests.conformance.clock import Clock
from tests.conformance.machine import Machine
from tests.conformance.person import Person
from tests.conformance.relying_party import RelyingParty

NOW = 1_790_000_000
RUN_TOKEN = "only-this-run"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A tenant to ask: its authorization server, its pages, its API, and what it knows.

    Attributes:
        own_host: its authorization server at the tenant's own name, not the cloud's.
        learner: somebody without special rights.
        desktop: the seeded public client.
        certificate: registered for the seeded confidential client.
        machine: a machine with a managed identity.
    """

    authority: Authority
    own_host: InProcess
    pages: InProcess
    graph: Graph
    directory: Directory
    seeded: SeededValues = field(repr=False)
    clock: Clock
    faults: Faults
    learner: Person
    desktop: RelyingParty
    certificate: Certificate
    machine: Machine

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

    @contextmanager
    def later(self, seconds: float) -> Iterator[None]:
        """For as long as this lasts it is so many seconds later."""
        self.clock.advance(seconds)
        try:
            yield
        finally:
            self.clock.advance(-seconds)


@pytest.fixture(scope="session")
def tenant() -> Iterator[Tenant]:
    """The practice tenant."""
    clock = Clock(NOW)
    opened = state.in_memory(clock=clock)
    seeded = opened.seeded
    app = PracticeTenant(opened.directory, https_port=8443, http_port=8400, run_token=RUN_TOKEN, clock=clock)
    headers = ((RUN_HEADER, RUN_TOKEN),)
    login = InProcess(app=app, base_url="https://login.microsoftonline.com", headers=headers)
    graph = InProcess(app=app, base_url="https://graph.microsoft.com", headers=headers)
    pages = InProcess(app=app, base_url="http://localhost:8400")
    authority = Authority(http=login, tenant=seeded.tenant_id)
    certificate = new_certificate(NOW)
    opened.directory.add_key(seeded.client_id, certificate.credential)
    yield Tenant(
        authority=authority,
        own_host=InProcess(app=app, base_url="https://practice.ciamlogin.com", headers=headers),
        pages=pages,
        graph=Graph(http=graph),
        directory=opened.directory,
        seeded=seeded,
        clock=clock,
        faults=app.faults,
        learner=Person(http=pages, username=f"learner@{seeded.tenant_domain}", password=seeded.user_password),
        desktop=RelyingParty(authority=authority, client_id=seeded.public_client_id, redirect_uri="http://localhost"),
        certificate=certificate,
        machine=Machine(
            http=InProcess(app=app, base_url="https://169.254.169.254", headers=headers),
            keys=app.signing_keys,
            directory=opened.directory,
            seeded=seeded,
        ),
    )
    opened.directory.close()
