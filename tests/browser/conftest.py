import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from practice_tenant.directory.signing_keys import first_keys
from tests.browser import chromium
from tests.browser import server as jupyterlab
from tests.browser.lab import WINDOW, Lab
from tests.browser.pages import served
from tests.browser.pages.served import ServedPages
from tests.browser.server import Server

# Else the next module would go on in this one's kernels.
SHUT_DOWN = "() => window.jupyterapp.serviceManager.sessions.shutdownAll()"
MILLISECONDS = 30_000  # on a computer that has other tests to run at the same time


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return chromium.required()


@pytest.fixture(scope="session")
def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # The space in the name is on purpose: people's folders have spaces.
    with jupyterlab.running(tmp_path_factory.mktemp("jupyter lab")) as running:
        yield running


# Not for the whole session: the tests of other folders need the thread's event loop.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[BrowserContext]:
    with chromium.running(chromium_path) as running:
        context = running.new_context(viewport=WINDOW)
        context.set_default_timeout(MILLISECONDS)
        expect.set_options(timeout=MILLISECONDS)
        yield context


@pytest.fixture(scope="module")
def lab(server: Server, browser: BrowserContext) -> Iterator[Lab]:
    """JupyterLab in a page. An exception in the page, wherever it comes from, fails the last test of the module."""
    page = browser.new_page()
    exceptions = []
    page.on("pageerror", lambda exception: exceptions.append(exception))
    yield Lab(server, page)
    page.evaluate(SHUT_DOWN)
    assert exceptions == []


@pytest.fixture(scope="session")
def key_columns() -> list[dict]:
    """The signing keys of every test's tenant: making them takes longer than everything else."""
    return first_keys(int(time.time()))


@pytest.fixture
def pages(key_columns: list[dict]) -> Iterator[ServedPages]:
    """The pages of a new tenant."""
    with served.serving(key_columns) as pages:
        yield pages


@pytest.fixture
def env_file(server: Server) -> Iterator[Path]:
    """Where the form saves to; gone afterwards, so that the next notebook begins without it."""
    path = Path(server.environment["COURSE_ENV_FILE"])
    assert not path.exists()
    yield path
    path.unlink(missing_ok=True)
