"""A practice tenant behind real sockets, the object that makes it fail, and MSAL as a learner uses it."""

from collections.abc import Callable, Iterator

import msal
import pytest
import requests

from course import Registration, Tenant, transport

# Builds the app of a registration; keywords are MSAL's own.
NewApp = Callable[..., msal.ConfidentialClientApplication]


@pytest.fixture
def practice() -> Iterator[Registration]:
    """The values of the practice tenant that runs in this process; Microsoft's hosts lead to it."""
    with transport.scope():
        yield Registration.practice()


@pytest.fixture
def tenant(practice: Registration) -> Iterator[Tenant]:
    """What makes it fail; everything is as usual before and after a test."""
    tenant = Tenant.of(practice)
    assert tenant.faults == ()
    yield tenant
    tenant.clear()


@pytest.fixture
def http(practice: Registration) -> Iterator[requests.Session]:
    """A session, one for each test, so that no connection is left from the test before."""
    with requests.Session() as session:
        yield session


@pytest.fixture
def new_app(practice: Registration) -> NewApp:
    """Instantiates the seeded confidential client, as the notebooks do."""

    def build(**options: object) -> msal.ConfidentialClientApplication:
        usual = {"client_credential": practice.client_secret.value, "authority": practice.authority}
        client_id = options.pop("client_id", practice.client_id)
        return msal.ConfidentialClientApplication(client_id, **usual | options)

    return build
