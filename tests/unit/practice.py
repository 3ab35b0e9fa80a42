"""A practice tenant in memory, in process: what it knows, and how to ask it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlencode

import httpx

from practice_tenant import SeededValues
from practice_tenant.app import PracticeTenant
from practice_tenant.directory import seed
from practice_tenant.directory.signing_keys import first_keys
from practice_tenant.directory.store import Directory
from practice_tenant.hosts import RUN_HEADER
from tests.conformance.clients import Authority, Graph, InProcess
from tests.conformance.clock import Clock
from tests.conformance.person import Person
from tests.conformance.relying_party import RelyingParty, sent_back

NOW = 1_790_000_000
RUN_TOKEN = "only-this-run"
CONTROL_TOKEN = "only-who-runs-it"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


@dataclass(frozen=True, kw_only=True)
class Practice:
    """A tenant to ask: its authorization server, its pages, its API, and what it knows; ``localhost`` is its other face."""

    app: PracticeTenant
    authority: Authority
    pages: InProcess
    localhost: InProcess
    api: Graph
    directory: Directory
    seeded: SeededValues
    clock: Clock = field(repr=False)

    def token(
        self, client_id: str, secret: str, *, scope: str = GRAPH_SCOPE, tenant: str | None = None
    ) -> httpx.Response:
        """The answer to a token request of the client credentials flow."""
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, "scope": scope}
        return self.authority.token(form, tenant=tenant)

    def administrator_token(self) -> str:
        """An access token of the administrator's app."""
        answer = self.token(self.seeded.administrator_client_id, self.seeded.administrator_secret)
        return answer.json()["access_token"]

    def learner_token(self) -> str:
        """An access token of the seeded app."""
        return self.token(self.seeded.client_id, self.seeded.client_secret).json()["access_token"]

    def person(self, label: str = "learner") -> Person:
        """One of the practice users."""
        name = f"{label}@{self.seeded.tenant_domain}"
        return Person(http=self.pages, username=name, password=self.seeded.user_password)

    def user_token(self, scope: str, label: str = "learner") -> str:
        """An access token that a practice user's sign-in to the seeded public client brought."""
        desktop = RelyingParty(
            authority=self.authority, client_id=self.seeded.public_client_id, redirect_uri="http://localhost"
        )
        code = sent_back(self.person(label).sign_in(desktop.link(scope=scope)))["code"]
        return desktop.redeem(code).json()["access_token"]

    def graph(self, method: str, path: str, token: str, body: object = None, **query: object) -> httpx.Response:
        """Graph's answer to a request with a JSON body; the query's names lack their dollar sign."""
        options = "?" + urlencode({f"${name}": value for name, value in query.items()}) if query else ""
        content = b"" if body is None else json.dumps(body).encode()
        return self.api.request(method, path + options, token=token, content=content)


@contextmanager
def in_memory() -> Iterator[Practice]:
    """A new tenant, seeded."""
    clock, directory, secrets = Clock(NOW), Directory(), seed.new_secrets()
    seed.fill(directory, secrets, NOW, _keys())
    seeded = SeededValues(**secrets)
    app = PracticeTenant(
        directory,
        https_port=8443,
        http_port=8400,
        run_token=RUN_TOKEN,
        control_token=CONTROL_TOKEN,
        clock=clock,
    )
    login, api = (
        InProcess(app=app, base_url=f"https://{host}", headers=((RUN_HEADER, RUN_TOKEN),))
        for host in ("login.microsoftonline.com", "graph.microsoft.com")
    )
    yield Practice(
        app=app,
        authority=Authority(http=login, tenant=seeded.tenant_id),
        pages=InProcess(app=app, base_url="http://localhost:8400"),
        localhost=InProcess(app=app, base_url="https://localhost:8443"),
        api=Graph(http=api),
        directory=directory,
        seeded=seeded,
        clock=clock,
    )
    directory.close()


@cache
def _keys() -> list[dict]:
    # Making them takes longer than everything else.
    return first_keys(NOW)
