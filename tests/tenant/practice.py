"""A practice tenant in memory, in process, with its directory and its clients."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import httpx

from practice_tenant import SeededValues
from practice_tenant.app import PracticeTenant
from practice_tenant.directory import seed
from practice_tenant.directory.signing_keys import first_keys
from practice_tenant.directory.store import Directory
from practice_tenant.hosts import RUN_HEADER
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.clock import START, Clock
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back

NOW = START
RUN_TOKEN = "only-this-run"
CONTROL_TOKEN = "only-who-runs-it"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


@dataclass(frozen=True, kw_only=True)
class Practice:
    """A tenant: its authorization server, pages, API and directory; ``localhost`` is its other face."""

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
        """An access token from a practice user's sign-in to the seeded public client."""
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


def new_directory(path: Path | None = None) -> tuple[Directory, SeededValues]:
    """The directory of a new state folder, in a file or in memory, and its registration values."""
    directory, secrets = Directory(path), seed.new_secrets()
    with directory.transaction():
        directory.database.clear()
        seed.fill(directory, secrets, NOW, signing_keys())
    return directory, SeededValues(**secrets)


def new_app(directory: Directory, clock: Clock) -> PracticeTenant:
    """A tenant on a directory, as an ASGI application."""
    tokens = {"run_token": RUN_TOKEN, "control_token": CONTROL_TOKEN}
    return PracticeTenant(directory, https_port=8443, http_port=8400, clock=clock, **tokens)


def under(app: Callable, host: str) -> InProcess:
    """Requests to a tenant under one of the clouds' host names."""
    return InProcess(app=app, base_url=f"https://{host}", headers=((RUN_HEADER, RUN_TOKEN),))


def practice_of(app: Callable, directory: Directory, seeded: SeededValues, clock: Clock) -> Practice:
    """The clients of a tenant."""
    return Practice(
        app=app,
        authority=Authority(http=under(app, "login.microsoftonline.com"), tenant=seeded.tenant_id),
        pages=InProcess(app=app, base_url="http://localhost:8400"),
        localhost=InProcess(app=app, base_url="https://localhost:8443"),
        api=Graph(http=under(app, "graph.microsoft.com")),
        directory=directory,
        seeded=seeded,
        clock=clock,
    )


@contextmanager
def in_memory() -> Iterator[Practice]:
    """A new tenant in memory."""
    clock, (directory, seeded) = Clock(NOW), new_directory()
    yield practice_of(new_app(directory, clock), directory, seeded, clock)
    directory.close()


@cache
def signing_keys() -> list[dict]:
    """The signing keys of a new tenant, one pair for all: making them takes longer than everything else."""
    return first_keys(NOW)
