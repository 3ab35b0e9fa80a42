"""An attacker's page posts forms to every step of a sign-in in a real browser: nothing changes, and nothing is read.

The attacker knows the run's key and the form's one-time value, and so has everything that the person's own page has.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser_pages.attacker import EVIL, WAYS, Attacker
from tests.browser_pages.client_app import ClientApp
from tests.browser_pages.conftest import HUB
from tests.browser_pages.person import Person
from tests.browser_pages.screens import SCREENS
from tests.browser_pages.served import ServedPages

pytestmark = pytest.mark.browser

SECONDS = 20
HIDDEN = "form => Object.fromEntries([...form.querySelectorAll('[type=hidden]')].map(({name, value}) => [name, value]))"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A form that changes something.

    Attributes:
        come: brings the person to it.
        typed: the fields that the person fills in.
        go_on: what the person then does with the page's own form, and sees.
    """

    come: Callable[[Person], None]
    typed: Callable[[Person], dict[str, str]]
    go_on: Callable[[Person], None]


def _sees(text: str) -> Callable[[Person], None]:
    return lambda person: expect(person.page.get_by_role("heading", level=1)).to_have_text(re.compile(text))


def _grant(person: Person) -> None:
    person.page.get_by_label("Password of").fill(person.pages.seeded.user_password)
    person.press("Grant admin consent")
    expect(person.page.get_by_role("status")).to_be_visible()


def _code(person: Person) -> None:
    person.page.get_by_role("textbox", name="Code").fill(person.start_device()["user_code"])
    person.press("Next")
    _sees("Pick an account")(person)


def _press(button: str, then: str) -> Callable[[Person], None]:
    def go_on(person: Person) -> None:
        person.press(button)
        _sees(then)(person)

    return go_on


STEPS = {
    "password": Step(
        come=SCREENS["password"],
        typed=lambda person: {"password": person.pages.seeded.user_password, "decision": "sign-in"},
        go_on=lambda person: (person.enter_password(), _sees("Permissions requested")(person)),
    ),
    "consent": Step(
        come=SCREENS["consent of an administrator"],
        typed=lambda person: {"decision": "accept", "everyone": "yes"},
        go_on=_press("Accept", "Back in the app"),
    ),
    "code": Step(
        come=SCREENS["code"],
        typed=lambda person: {"user_code": person.start_device()["user_code"]},
        go_on=_code,
    ),
    "device confirmation": Step(
        come=SCREENS["device confirmation"],
        typed=lambda person: {"decision": "accept"},
        go_on=_press("Continue", "You're signed in"),
    ),
    "admin consent": Step(
        come=SCREENS["registration"],
        typed=lambda person: {"password": person.pages.seeded.user_password},
        go_on=_grant,
    ),
}


def next_answers(pages: ServedPages, page: Page, seen: int) -> list[tuple[int, str]]:
    """What the pages answered after the first *seen* answers: status and path."""
    until = time.monotonic() + SECONDS
    while len(pages.answered) == seen and time.monotonic() < until:
        page.wait_for_timeout(5)
    return pages.answered[seen:]


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_form_of_another_page_changes_nothing(person: Person, attacker: Attacker, app: ClientApp, step: Step):
    _attack(person.at(person.pages.origin), attacker, app, step)


def test_nor_does_it_at_a_hub_without_tls(person: Person, attacker: Attacker, app: ClientApp):
    """There, browsers don't say which site a form comes from."""
    _attack(person.at(f"http://{HUB}:{person.pages.port}"), attacker, app, STEPS["consent"])


def _attack(visitor: Person, attacker: Attacker, app: ClientApp, step: Step) -> None:
    step.come(visitor)
    form = visitor.page.locator("form").first
    action = form.evaluate("form => form.action")
    fields = form.evaluate(HIDDEN) | step.typed(visitor)
    assert "ctx" in fields
    before = visitor.pages.directory.revision()
    theirs = visitor.page.context.new_page()
    for host, ways in ((EVIL, ("a form",)), (urlsplit(visitor.address).hostname, WAYS)):
        attacker.open(theirs, host)
        for way in ways:
            seen = len(visitor.pages.answered)
            assert attacker.post(theirs, way, action, fields) == "", f"{way} on {host}"
            [(status, path)] = next_answers(visitor.pages, theirs, seen)
            assert (status, path) == (403, urlsplit(action).path), f"{way} on {host}"
            assert visitor.pages.directory.revision() == before, f"{way} on {host}"
    assert app.answers == []
    # It was not the form that was wrong: the page's own goes on.
    step.go_on(visitor)
    assert visitor.pages.directory.revision() != before
