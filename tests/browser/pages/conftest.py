from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium
from tests.browser.pages import attacker as attackers
from tests.browser.pages import client_app, watched_page
from tests.browser.pages.attacker import EVIL, Attacker
from tests.browser.pages.client_app import ClientApp
from tests.browser.pages.person import Person
from tests.browser.pages.served import ServedPages

HUB = "hub.example"
MILLISECONDS = 30_000  # on a computer that has other tests to run at the same time


@pytest.fixture(scope="module")
def host_rules() -> str:
    """Where the browser finds names: it, too, stays on this computer. The first rule that fits counts."""
    own = ("localhost", "127.0.0.1")
    found = [*(f"MAP {name} {name}" for name in own), *(f"MAP {name} 127.0.0.1" for name in (EVIL, HUB))]
    return ", ".join((*found, "MAP * ~NOTFOUND"))


# Not for the whole session: while Playwright runs, this thread has an event loop, and other tests want one of their own.
@pytest.fixture(scope="module")
def browser(chromium_path: str, host_rules: str) -> Iterator[Browser]:
    with chromium.running(chromium_path, host_rules) as running:
        expect.set_options(timeout=MILLISECONDS)
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without a history."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(MILLISECONDS)
    with watched_page.opened(context) as page:
        yield page
    context.close()


@pytest.fixture
def app() -> Iterator[ClientApp]:
    """The app that people are sent back to."""
    with client_app.listening() as app:
        yield app


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    """Somebody who has pages on another port of this computer."""
    with attackers.attacking() as attacker:
        yield attacker


@pytest.fixture
def person(page: Page, pages: ServedPages, app: ClientApp) -> Person:
    """Somebody in front of the browser."""
    return Person(page=page, pages=pages, app=app)
