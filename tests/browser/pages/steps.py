"""The forms that change something, and how a person comes to each: what an attacker's page would like to send."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser.pages.person import Person
from tests.browser.pages.screens import SCREENS

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

    def form(self, person: Person) -> tuple[str, dict[str, str]]:
        """Where the form on the page that the person is at leads, and its fields, filled in."""
        form = person.page.locator("form").first
        fields = form.evaluate(HIDDEN) | self.typed(person)
        assert "ctx" in fields
        return form.evaluate("form => form.action"), fields


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
