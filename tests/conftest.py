"""A tenant of its own for each test: in memory, in process, with a clock the test moves."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from course import transport
from course.http_trace import Trace
from practice_tenant import RunningTenant, SeededValues, start
from practice_tenant.app import PracticeTenant
from practice_tenant.directory.store import Directory
from practice_tenant.state import State, open_state
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.clock import START, Clock
from tests.tenant.customers import b2c, customer_app, shop  # noqa: F401 - fixtures of every test here
from tests.tenant.machine import Machine
from tests.tenant.person import Person
from tests.tenant.practice import Practice, new_app, new_directory, practice_of, signing_keys, under
from tests.tenant.relying_party import RelyingParty
from tests.tenant.tokens import Mint


@pytest.fixture
def clock() -> Clock:
    """The tenant's clock."""
    return Clock(START)


@pytest.fixture
def state_file() -> Path | None:
    """The file of the test's tenant; None: in memory."""
    return None


@pytest.fixture
def opened_directory(state_file: Path | None) -> Iterator[tuple[Directory, SeededValues]]:
    """A new directory and its registration values, with secrets of its own."""
    directory, seeded = new_directory(state_file)
    yield directory, seeded
    directory.close()


@pytest.fixture
def directory(opened_directory: tuple[Directory, SeededValues]) -> Directory:
    """The directory of the test's tenant."""
    return opened_directory[0]


@pytest.fixture
def seeded(opened_directory: tuple[Directory, SeededValues]) -> SeededValues:
    """The registration values of the test's tenant."""
    return opened_directory[1]


@pytest.fixture
def tenant(directory: Directory, clock: Clock) -> PracticeTenant:
    """The tenant, as an ASGI application."""
    return new_app(directory, clock)


@pytest.fixture
def practice(tenant: PracticeTenant, directory: Directory, seeded: SeededValues, clock: Clock) -> Practice:
    """The tenant with its clients."""
    return practice_of(tenant, directory, seeded, clock)


@pytest.fixture
def opened() -> Iterator[Callable[[Path], State]]:
    """Opens the state in a folder."""
    with ExitStack() as kept:

        def open_folder(folder: Path) -> State:
            state = open_state(folder)
            kept.callback(state.directory.close)
            return state

        yield open_folder


@pytest.fixture
def ready_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """State that a test opens has the keys that were made before, for tests that look at no key."""
    monkeypatch.setattr("practice_tenant.state.first_keys", lambda now: signing_keys())


@pytest.fixture
def login(authority: Authority) -> InProcess:
    """Requests to the authorization server under the cloud's name."""
    return authority.http


@pytest.fixture
def authority(practice: Practice) -> Authority:
    """The authorization server under the cloud's name."""
    return practice.authority


@pytest.fixture
def graph(practice: Practice) -> Graph:
    """The protected API under the cloud's name."""
    return practice.api


@pytest.fixture
def machine(tenant: PracticeTenant, directory: Directory, seeded: SeededValues) -> Machine:
    """A machine with a managed identity."""
    return Machine(http=under(tenant, "169.254.169.254"), keys=tenant.signing_keys, directory=directory, seeded=seeded)


@pytest.fixture
def localhost(practice: Practice) -> InProcess:
    """Requests to the tenant under this computer's name."""
    return practice.localhost


@pytest.fixture
def pages(practice: Practice) -> InProcess:
    """Requests to the pages that a browser opens."""
    return practice.pages


@pytest.fixture
def learner(pages: InProcess, seeded: SeededValues) -> Person:
    """A person without special rights."""
    return Person(http=pages, username=f"learner@{seeded.tenant_domain}", password=seeded.user_password)


@pytest.fixture
def desktop(authority: Authority, seeded: SeededValues) -> RelyingParty:
    """The seeded public client."""
    return RelyingParty(authority=authority, client_id=seeded.public_client_id, redirect_uri="http://localhost")


@pytest.fixture
def website(authority: Authority, directory: Directory, seeded: SeededValues) -> RelyingParty:
    """The seeded confidential client, which also signs people in."""
    (redirect_uri,) = directory.application(app_id=seeded.client_id).web_redirect_uris
    return RelyingParty(
        authority=authority,
        client_id=seeded.client_id,
        redirect_uri=redirect_uri,
        credential={"client_secret": seeded.client_secret},
    )


@pytest.fixture
def form(seeded: SeededValues) -> dict[str, str]:
    """A good token request: the seeded app requests Graph."""
    return {
        "grant_type": "client_credentials",
        "client_id": seeded.client_id,
        "client_secret": seeded.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }


@pytest.fixture
def mint(tenant: PracticeTenant, directory: Directory, seeded: SeededValues, clock: Clock) -> Mint:
    """Signs good and bad access tokens with the tenant's own key."""
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    return Mint(key=tenant.signing_keys.current(), seeded=seeded, principal_id=principal.id, clock=clock)


@pytest.fixture
def administrator(directory: Directory, seeded: SeededValues) -> dict:
    """The claims of the administrator app's token."""
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.administrator_client_id)
    roles = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Organization.Read.All"]
    return {"appid": principal.app_id, "oid": principal.id, "sub": principal.id, "roles": roles}


@pytest.fixture
def sent() -> Iterator[Trace]:
    """What a test sends to Microsoft's hosts; afterwards they lead to where they did before."""
    with transport.scope() as trace:
        yield trace


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> RunningTenant:
    """A tenant with real listeners, for tests that need a socket."""
    return start(tmp_path_factory.mktemp("tenant"))
