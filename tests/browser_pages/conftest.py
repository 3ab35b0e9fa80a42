import os
import shutil
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from practice_tenant.directory.signing_keys import first_keys
from tests.browser_pages import client_app, hub, served
from tests.browser_pages.client_app import ClientApp
from tests.browser_pages.person import Person
from tests.browser_pages.served import ServedPages

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",  # which containers don't allow
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The browser, too, stays on this computer.
    f"--host-resolver-rules=MAP {hub.NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
MILLISECONDS = 30_000  # on a computer that has other tests to run at the same time


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path."""
    if path := next(filter(None, map(shutil.which, NAMES)), None):
        return path
    reason = f"There is no browser: none of {', '.join(NAMES)} is on PATH."
    if os.environ.get("COURSE_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason} COURSE_REQUIRE_BROWSER=1 asks for one.")
    pytest.skip(reason)


# Not for the whole session: while Playwright runs, this thread has an event loop, and other tests want one of their own.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        expect.set_options(timeout=MILLISECONDS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without a history. What the Content-Security-Policy stops, or a script raises, fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(MILLISECONDS)
    page, problems = context.new_page(), []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            problems.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda exception: problems.append(exception))
    yield page
    context.close()
    assert problems == []


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
def app() -> Iterator[ClientApp]:
    """The app that people are sent back to."""
    with client_app.listening() as app:
        yield app


@pytest.fixture
def person(page: Page, pages: ServedPages, app: ClientApp) -> Person:
    """Somebody in front of the browser."""
    return Person(page=page, pages=pages, app=app)
