"""The notebooks and the sign-in pages at a hub, which is another computer than the one the learner's browser runs on."""

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.hub.hub import Hub
from tests.browser.hub.visitor import Visitor
from tests.browser.outputs import code_cells, texts
from tests.browser.pages.person import STATE, Person
from tests.browser.pages.screens import SCREENS
from tests.browser.pages.served import ServedPages
from tests.environment import ROOT

# Each notebook, and its cell with the link to the page for the device code.
NOTEBOOKS = {"02-public-client": "02-045", "06-acquiring-tokens": "06-029"}
# How many web apps people sign in to.
WEB_APPS = {"02-public-client": 0, "06-acquiring-tokens": 5}
# What the notebooks give at a hub, where no browser can come back to the kernel: the device code is offered instead.
ELSEWHERE = {
    "02-061": ["The browser can't come back here. Use the device code flow above."],
    "02-064": ["['client_id', 'client_info', 'grant_type', 'refresh_token', 'scope']"],
}
IN_PRACTICE = "a sign-in can't come back from there. A scripted person signed in here instead"
LINK = re.compile(r"/user/learner/proxy/(?P<port>\d+)/(?P<key>[\w-]{22,})/devicelogin\?otc=[A-Z]{9}")
ROUND_CORNER = "getComputedStyle(document.querySelector('main')).borderTopLeftRadius"


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A notebook that the learner went through at the hub.

    Attributes:
        notebook: the name of its file, without the ending.
        stored: its code cells as they are in the repository.
        after: the same after the last has run.
        link: where the link to the page for the device code leads.
        requested: what the browser asked for meanwhile.
    """

    learner: Visitor
    notebook: str
    stored: dict[str, dict]
    after: dict[str, dict]
    link: str
    requested: tuple[str, ...]


@pytest.fixture(scope="module", params=NOTEBOOKS)
def lesson(learner: Visitor, request: pytest.FixtureRequest) -> Lesson:
    name, cell = request.param, NOTEBOOKS[request.param]
    lab, before = learner.lab, len(learner.requested)
    lab.open(name)
    lab.start_all()
    link = lab.outputs(cell).get_by_role("link").get_attribute("href")
    learner.sign_in_at(cell).close()
    learner.wait_until_ended()
    stored = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    return Lesson(
        learner=learner,
        notebook=name,
        stored=code_cells(stored),
        after=code_cells(lab.content()),
        link=link,
        requested=tuple(learner.requested[before:]),
    )


def test_every_cell_gives_what_is_stored_or_says_what_a_hub_changes(lesson: Lesson):
    expected = {cell: ELSEWHERE.get(cell, texts(stored)) for cell, stored in lesson.stored.items()}
    assert {cell: texts(after) for cell, after in lesson.after.items()} == expected


def test_the_link_leads_through_the_hubs_proxy(lesson: Lesson, hub: Hub):
    assert LINK.fullmatch(lesson.link)
    assert hub.address + lesson.link in lesson.requested


def test_the_browser_asks_the_hub_and_nobody_else(lesson: Lesson, hub: Hub):
    asked = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, lesson.requested)}
    assert asked - {"data://", "blob://"} == {hub.address}


def test_a_web_apps_sign_in_is_done_beside_the_kernel(lesson: Lesson):
    links = [cell for cell, code in lesson.after.items() if "".join(code["source"]).rstrip().endswith(".url)")]
    assert len(links) == WEB_APPS[lesson.notebook]
    for cell in links:
        expect(lesson.learner.lab.outputs(cell)).to_contain_text(IN_PRACTICE)
        expect(lesson.learner.lab.outputs(cell).get_by_role("link")).to_have_count(0)


def test_nobody_else_at_the_hub_is_let_in(lesson: Lesson, hub: Hub, neighbour: Visitor, browser: Browser):
    """Though they know the whole address."""
    assert neighbour.status(hub.address + lesson.link) == 403
    stranger = browser.new_context()
    asked_to_log_in = stranger.new_page().goto(hub.address + lesson.link)
    assert urlsplit(asked_to_log_in.url).path == "/hub/login"
    stranger.close()


@pytest.mark.parametrize(
    ("path", "status"), [("{key}/portal", 200), ("portal", 421), ("a-guess/portal", 421), ("", 421)]
)
def test_who_shares_the_computer_needs_the_key(pages: ServedPages, neighbour: Visitor, path: str, status: int):
    """Each user's proxy reaches every port of it."""
    address = f"{neighbour.proxy}{pages.port}/{path.format(key=pages.key)}"
    assert neighbour.status(address) == status


@pytest.mark.parametrize("name", SCREENS)
def test_each_page_and_its_forms_work_under_the_hubs_path(person: Person, name: str):
    SCREENS[name](person)
    assert person.page.evaluate(ROUND_CORNER) == "8px"
    expect(person.page.get_by_role("contentinfo")).to_contain_text("not an identity provider")


def test_the_hub_keeps_the_headers_that_protect_a_page(person: Person):
    with person.page.expect_response("**/authorize?*") as answered:
        person.start()
    headers = answered.value.all_headers()
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


def test_the_browser_does_not_say_where_a_form_comes_from(person: Person):
    """What makes these tests different from those without a hub: Origin and Host have to do."""
    person.start()
    with person.page.expect_request("**/login") as posted:
        person.pick()
    headers = posted.value.all_headers()
    assert "sec-fetch-site" not in headers
    assert headers["origin"] == "http://" + headers["host"]


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_an_answer_to_localhost_does_not_come_back_to_the_kernel(person: Person, mode: str):
    """Why the notebooks offer the device code: to this browser "localhost" is another computer."""
    person.start(response_mode=mode)
    person.sign_in()
    with person.page.expect_event("requestfailed") as failed:
        person.page.get_by_role("button", name="Accept").click()
    lost, redirected = failed.value, failed.value.redirected_from
    assert lost.url.partition("?")[0] == person.app.redirect_uri + "/"
    parts = urlsplit(redirected.response().header_value("location") if redirected else "")
    answer = dict(parse_qsl(lost.post_data or parts.query or parts.fragment))
    assert answer["state"] == STATE
    assert "access_token" in person.redeem(answer["code"])
    assert person.app.answers == []


def test_a_slash_too_many_does_not_lead_away(person: Person):
    person.open("/devicelogin/")
    expect(person.heading("No such page")).to_be_visible()
