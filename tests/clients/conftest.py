"""A practice tenant in a process of its own, and whom and what the client libraries meet there."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.identity import ClientSecretCredential
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.environment import hermetic
from tests.notebooks.live.served import ServedTenant, served
from tests.tenant.certificate import Certificate, new_certificate
from tests.tenant.person import Person

from . import script
from .api import Api, WebApp
from .network import Network
from .script import Run, Settings

GRAPH_DEFAULT = "https://graph.microsoft.com/.default"


@pytest.fixture(scope="session")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedTenant]:
    """A practice tenant with a new state folder."""
    with served(hermetic(tmp_path_factory.mktemp("tenant"))) as running:
        yield running


@pytest.fixture(scope="session")
def base(tenant: ServedTenant) -> str:
    """Where the tenant answers to clients that come over the network."""
    return f"https://localhost:{tenant.https_port}"


@pytest.fixture(scope="session")
def authority(tenant: ServedTenant, base: str) -> str:
    """The authority of the practice tenant."""
    return f"{base}/{tenant.seeded.tenant_id}"


@pytest.fixture(scope="session")
def api(tenant: ServedTenant, base: str) -> Api:
    """The practice Graph."""
    return Api(root=f"{base}/graph/v1.0", ca=tenant.ca_certificate)


@pytest.fixture(scope="session")
def person(tenant: ServedTenant) -> Person:
    """The practice user Learner at a browser."""
    pages = Network(base_url=f"http://localhost:{tenant.http_port}")
    username = f"learner@{tenant.seeded.tenant_domain}"
    return Person(http=pages, username=username, password=tenant.seeded.user_password)


@pytest.fixture(scope="session")
def azure(tenant: ServedTenant, base: str) -> dict:
    """What each credential of azure-identity has to be told about the tenant."""
    return {
        "tenant_id": tenant.seeded.tenant_id,
        "authority": base,
        "disable_instance_discovery": True,
        "connection_verify": str(tenant.ca_certificate),
    }


@pytest.fixture(scope="session")
def administrator(tenant: ServedTenant, azure: dict) -> ClientSecretCredential:
    """The app that may register others."""
    return ClientSecretCredential(
        client_id=tenant.seeded.administrator_client_id, client_secret=tenant.seeded.administrator_secret, **azure
    )


@pytest.fixture(scope="session")
def web_app(api: Api, administrator: ClientSecretCredential) -> WebApp:
    """A web app, registered through Graph."""
    token = administrator.get_token(GRAPH_DEFAULT).token
    return api.register_web_app("Web app of a test", "http://localhost:1/signed-in", token)


@pytest.fixture(scope="session")
def certificate(tenant: ServedTenant, api: Api, administrator: ClientSecretCredential) -> Certificate:
    """The certificate of Course daemon, registered through Graph."""
    made = new_certificate(time.time() - 60)
    api.register_certificate(tenant.seeded.client_id, made, administrator.get_token(GRAPH_DEFAULT).token)
    return made


@pytest.fixture
def private_key(certificate: Certificate) -> bytes:
    """The private key of Course daemon, PEM."""
    return certificate.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def pem_file(certificate: Certificate, private_key: bytes, tmp_path: Path) -> Path:
    """The private key of Course daemon and its certificate in one file."""
    file = tmp_path / "course-daemon.pem"
    file.write_bytes(private_key + certificate.certificate.public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def run(api: Api) -> Run:
    """Runs a script of the folder ``node``, which may ask the practice Graph."""
    if reason := script.why_not():
        refuse = pytest.fail if os.environ.get("COURSE_REQUIRE_CLIENTS") else pytest.skip
        refuse(reason)

    def run(name: str, settings: Settings, person: Person | None = None) -> dict:
        return script.run(name, settings | {"graph": api.root}, person, ca=api.ca)

    return run
