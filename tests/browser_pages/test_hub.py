"""The pages behind a hub's proxy, which puts a path before theirs and another host in front of them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser_pages import hub
from tests.browser_pages.client_app import ClientApp
from tests.browser_pages.person import Person
from tests.browser_pages.served import ServedPages

pytestmark = pytest.mark.browser


@pytest.fixture
def address(pages: ServedPages) -> Iterator[str]:
    """Where the hub shows the pages."""
    with hub.proxying(pages.port) as address:
        yield address


@pytest.fixture
def learner(person: Person, address: str) -> Person:
    """Somebody at the hub. Every page and every form of theirs goes through it, or to their app."""
    requested = []
    person.page.on("request", lambda request: requested.append(request.url))
    yield person.at(address)
    assert requested
    strayed = [
        url for url in requested if not url.startswith((f"{address}/{person.pages.key}/", person.app.redirect_uri))
    ]
    assert strayed == []


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_signing_in(learner: Person, page: Page, app: ClientApp, mode: str):
    learner.start(response_mode=mode)
    learner.sign_in()
    page.get_by_role("button", name="Accept").click()
    learner.come_back()
    assert len(app.answers) == 1


def test_the_browser_does_not_say_where_a_form_comes_from(learner: Person, page: Page):
    """What makes these tests different from those without a hub: Origin and Host have to do."""
    learner.start()
    with page.expect_request("**/login") as posted:
        learner.pick()
    headers = posted.value.all_headers()
    assert "sec-fetch-site" not in headers
    assert headers["origin"] == "http://" + headers["host"]


def test_a_device_code(learner: Person, page: Page):
    device = learner.start_device()
    learner.open("/devicelogin")
    page.get_by_label("Code").fill(device["user_code"])
    learner.press("Next")
    learner.sign_in()
    learner.press("Accept")
    learner.press("Continue")
    expect(learner.heading("You're signed in")).to_be_visible()
    assert "access_token" in learner.poll(device)


def test_the_portal(learner: Person, page: Page):
    learner.open("/portal")
    page.get_by_role("link", name="Course desktop app", exact=True).click()
    page.get_by_label("Password of").fill(learner.pages.seeded.user_password)
    learner.press("Grant admin consent")
    expect(page.get_by_role("status")).to_be_visible()
    page.get_by_role("link", name="App registrations").click()
    expect(learner.heading("App registrations")).to_be_visible()


def test_a_slash_too_many_does_not_lead_away(learner: Person):
    learner.open("/devicelogin/")
    expect(learner.heading("No such page")).to_be_visible()
