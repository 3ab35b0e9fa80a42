"""One practice tenant for all comparisons: in memory, in process, under the cloud's names; and somebody to sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from practice_tenant import SeededValues
from practice_tenant.directory.store import Directory
from practice_tenant.faults import Faults
from tests.tenant.certificate import Certificate, new_certificate
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.clock import Clock
from tests.tenant.machine import Machine
from tests.tenant.person import Person
from tests.tenant.practice import GRAPH_SCOPE, NOW, in_memory, under
from tests.tenant.relying_party import RelyingParty


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
    with in_memory() as practice:
        app, directory, seeded = practice.app, practice.directory, practice.seeded
        certificate = new_certificate(NOW)
        directory.add_key(seeded.client_id, certificate.credential)
        yield Tenant(
            authority=practice.authority,
            own_host=under(app, "practice.ciamlogin.com"),
            pages=practice.pages,
            graph=practice.api,
            directory=directory,
            seeded=seeded,
            clock=practice.clock,
            faults=app.faults,
            learner=practice.person(),
            desktop=RelyingParty(
                authority=practice.authority, client_id=seeded.public_client_id, redirect_uri="http://localhost"
            ),
            certificate=certificate,
            machine=Machine(
                http=under(app, "169.254.169.254"), keys=app.signing_keys, directory=directory, seeded=seeded
            ),
        )
