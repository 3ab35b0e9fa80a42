from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment import hermetic
from tests.notebooks.live import certificates, proxy
from tests.notebooks.live.proxy import ConnectProxy
from tests.notebooks.live.served import ServedTenant, served


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedTenant]:
    """A practice tenant in a process of its own, with a new state folder."""
    with served(hermetic(tmp_path_factory.mktemp("tenant"))) as running:
        yield running


@pytest.fixture(scope="module")
def authority(connect_proxy: ConnectProxy) -> Path:
    """The PEM file that a client of the proxy has to trust."""
    return connect_proxy.certificates.authority


@pytest.fixture(scope="module")
def connect_proxy(tenant: ServedTenant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectProxy]:
    """The stand-in for the internet that leads to `tenant`."""
    shown = certificates.make(tmp_path_factory.mktemp("certificates"), proxy.HOSTS)
    with proxy.running(tenant, shown) as running:
        yield running
