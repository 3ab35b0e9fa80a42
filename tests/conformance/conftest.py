"""A tenant of its own for each test: in memory, in process, with a clock the test moves."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from practice_tenant import RunningTenant, SeededValues, start
from practice_tenant.app import PracticeTenant
from practice_tenant.directory import seed
from practice_tenant.directory.signing_keys import first_keys
from practice_tenant.directory.store import Directory
from practice_tenant.hosts import RUN_HEADER

from .clients import Authority, Graph, InProcess
from .clock import START, Clock
from .customers import b2c, customer_app, shop  # noqa: F401 - fixtures of every test here
from .machine import Machine
from .person import Person
from .relying_party import RelyingParty
from .tokens import Mint

RUN_TOKEN = "only-this-run"
CONTROL_TOKEN = "only-who-runs-it"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "statement(number, ...): shows that these statements of statements.md hold")


@pytest.fixture
def clock() -> Clock:
    """The tenant's clock."""
    return Clock(START)


@pytest.fixture(scope="session")
def key_columns() -> list[dict]:
    """The signing keys of every test's tenant: making them takes longer than everything else."""
    return first_keys(START)


@pytest.fixture
def seeded() -> SeededValues:
    """The registration values of the test's tenant, with secrets of its own."""
    return SeededValues(**seed.new_secrets())


@pytest.fixture
def state_file() -> Path | None:
    """Where the test's tenant is kept; None: in memory."""
    return None


@pytest.fixture
def directory(
    seeded: SeededValues, key_columns: list[dict], clock: Clock, state_file: Path | None
) -> Iterator[Directory]:
    """What the test's tenant knows."""
    directory = Directory(state_file)
    secrets = {name: getattr(seeded, name) for name in seed.SECRET_NAMES}
    with directory.transaction():
        directory.database.clear()
        seed.fill(directory, secrets, clock(), key_columns)
    yield directory
    directory.close()


@pytest.fixture
def options() -> dict[str, str]:
    """What the test's tenant is made with, besides its directory, its clock and its ports."""
    return {"run_token": RUN_TOKEN, "control_token": CONTROL_TOKEN}


@pytest.fixture
def new_tenant(clock: Clock, options: dict[str, str]) -> Callable[..., PracticeTenant]:
    """Makes a tenant on a directory, as an ASGI application."""
    return partial(PracticeTenant, https_port=8443, http_port=8400, clock=clock, **options)


@pytest.fixture
def tenant(new_tenant: Callable[..., PracticeTenant], directory: Directory) -> PracticeTenant:
    """The tenant, as an ASGI application."""
    return new_tenant(directory)


@pytest.fixture
def login(tenant: PracticeTenant) -> InProcess:
    """Requests to the authorization server under the cloud's name."""
    return InProcess(app=tenant, base_url="https://login.microsoftonline.com", headers=((RUN_HEADER, RUN_TOKEN),))


@pytest.fixture
def authority(login: InProcess, seeded: SeededValues) -> Authority:
    """The authorization server under the cloud's name."""
    return Authority(http=login, tenant=seeded.tenant_id)


@pytest.fixture
def graph(tenant: PracticeTenant) -> Graph:
    """The protected API under the cloud's name."""
    return Graph(http=InProcess(app=tenant, base_url="https://graph.microsoft.com", headers=((RUN_HEADER, RUN_TOKEN),)))


@pytest.fixture
def machine(tenant: PracticeTenant, directory: Directory, seeded: SeededValues) -> Machine:
    """A machine with a managed identity."""
    http = InProcess(app=tenant, base_url="https://169.254.169.254", headers=((RUN_HEADER, RUN_TOKEN),))
    return Machine(http=http, keys=tenant.signing_keys, directory=directory, seeded=seeded)


@pytest.fixture
def localhost(tenant: PracticeTenant) -> InProcess:
    """Requests to the tenant under this computer's name."""
    return InProcess(app=tenant, base_url="https://localhost:8443")


@pytest.fixture
def pages(tenant: PracticeTenant) -> InProcess:
    """Requests to the pages that a browser opens."""
    return InProcess(app=tenant, base_url="http://localhost:8400")


@pytest.fixture
def learner(pages: InProcess, seeded: SeededValues) -> Person:
    """Somebody without special rights."""
    return Person(http=pages, username=f"learner@{seeded.tenant_domain}", password=seeded.user_password)


@pytest.fixture
def desktop(authority: Authority, seeded: SeededValues) -> RelyingParty:
    """The seeded public client."""
    return RelyingParty(authority=authority, client_id=seeded.public_client_id, redirect_uri="http://localhost")


@pytest.fixture
def website(authority: Authority, directory: Directory, seeded: SeededValues) -> RelyingParty:
    """The seeded confidential client, which people sign in to as well."""
    (redirect_uri,) = directory.application(app_id=seeded.client_id).web_redirect_uris
    return RelyingParty(
        authority=authority,
        client_id=seeded.client_id,
        redirect_uri=redirect_uri,
        credential={"client_secret": seeded.client_secret},
    )


@pytest.fixture
def form(seeded: SeededValues) -> dict[str, str]:
    """A token request that is granted: the seeded app asks for Graph."""
    return {
        "grant_type": "client_credentials",
        "client_id": seeded.client_id,
        "client_secret": seeded.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }


@pytest.fixture
def mint(tenant: PracticeTenant, directory: Directory, seeded: SeededValues, clock: Clock) -> Mint:
    """Signs access tokens with the tenant's own key, right or wrong as a test asks."""
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    return Mint(key=tenant.signing_keys.current(), seeded=seeded, principal_id=principal.id, clock=clock)


@pytest.fixture
def administrator(directory: Directory, seeded: SeededValues) -> dict:
    """The claims that make a token the administrator app's."""
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.administrator_client_id)
    roles = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Organization.Read.All"]
    return {"appid": principal.app_id, "oid": principal.id, "sub": principal.id, "roles": roles}


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> RunningTenant:
    """A tenant with real listeners, for what only a socket can show."""
    return start(tmp_path_factory.mktemp("tenant"))
