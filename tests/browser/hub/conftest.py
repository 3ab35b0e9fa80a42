import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium
from tests.browser.hub import hub as jupyterhub
from tests.browser.hub.hub import Hub
from tests.browser.hub.visitor import Visitor, log_in
from tests.browser.pages import client_app, watched_page
from tests.browser.pages.person import Person
from tests.browser.pages.served import ServedPages

MILLISECONDS = 30_000  # on a computer that has other tests to run at the same time


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    if reason := jupyterhub.why_not():
        if os.environ.get("COURSE_REQUIRE_HUB") == "1":
            pytest.fail(f"COURSE_REQUIRE_HUB=1 asks for a hub. {reason}")
        pytest.skip(reason)
    # The space in the name is on purpose: people's folders have spaces.
    with jupyterhub.running(tmp_path_factory.mktemp("jupyter hub")) as running:
        yield running


# Not for the whole session: the tests of other folders need the thread's event loop.
@pytest.fixture(scope="module")
def browser(hub: Hub) -> Iterator[Browser]:
    with chromium.running(chromium.find(), jupyterhub.ONLY_THE_HUB) as running:
        expect.set_options(timeout=MILLISECONDS)
        yield running


@pytest.fixture(scope="module")
def learner(hub: Hub, browser: Browser) -> Visitor:
    return log_in(hub, browser, "learner")


@pytest.fixture(scope="module")
def neighbour(hub: Hub, browser: Browser) -> Visitor:
    """Another user of the hub, whose server is on the same computer."""
    return log_in(hub, browser, "neighbour")


@pytest.fixture
def page(learner: Visitor) -> Iterator[Page]:
    """One more page of the learner's browser."""
    with watched_page.opened(learner.context) as page:
        page.set_default_timeout(MILLISECONDS)
        yield page


@pytest.fixture
def person(page: Page, learner: Visitor, pages: ServedPages) -> Iterator[Person]:
    """The learner, in front of these pages, with an app to come from. Everything goes through the hub, or to the app."""
    address, requested = f"{learner.proxy}{pages.port}", []
    page.on("request", lambda request: requested.append(request.url))
    with client_app.listening() as app:
        yield Person(page=page, pages=pages, app=app, address=address)
        strayed = [url for url in requested if not url.startswith((f"{address}/{pages.key}/", app.redirect_uri))]
    assert requested
    assert strayed == []
