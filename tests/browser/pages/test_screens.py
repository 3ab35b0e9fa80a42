"""Every page: as axe-core judges it in light, dark and narrow, by keyboard, and with its errors tied to their fields."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.pages.person import Person
from tests.browser.pages.screens import SCREENS

WIDE, NARROW = 1200, 320  # WCAG 2.2, success criterion 1.4.10: nobody has to scroll sideways at 320 pixels
LOOKS = (("light", WIDE), ("dark", WIDE), ("light", NARROW), ("dark", NARROW))
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CONTROLS = "a, button, input:not([type=hidden]), [tabindex='0']"
FOCUSED = f"[...document.querySelectorAll(`{CONTROLS}`)].indexOf(document.activeElement)"
OUTLINE = "getComputedStyle(document.activeElement).outline"


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest, person: Person) -> Page:
    """The browser, with one of the pages in it."""
    SCREENS[request.param](person)
    return person.page


@pytest.fixture(params=["unknown account", "wrong password", "wrong code", "consent refused in the portal"])
def complaint(request: pytest.FixtureRequest, person: Person) -> Page:
    """A page that says what was wrong with a field."""
    SCREENS[request.param](person)
    return person.page


def test_it_is_accessible_and_fits(screen: Page):
    for scheme, width in LOOKS:
        screen.emulate_media(color_scheme=scheme)
        screen.set_viewport_size({"width": width, "height": 800})
        results = Axe().run(screen)
        assert len(results.response["passes"]) > 10
        grave = [found["id"] for found in results.response["violations"] if found["impact"] in ("serious", "critical")]
        assert grave == [], f"{scheme}, {width} pixels\n" + "\n".join(map(results.generate_report, grave))
        assert screen.evaluate(OVERFLOW) == 0


@pytest.mark.parametrize("screen", ["accounts", "error", "signed out", "portal"], indirect=True)
def test_it_says_that_it_is_a_practice_tenant(screen: Page):
    expect(screen).to_have_title(re.compile(r".+ - practice tenant"))
    expect(screen.get_by_role("banner")).to_have_text("Practice tenant")
    expect(screen.get_by_role("contentinfo")).to_contain_text("not an identity provider")


def test_its_controls_are_reached_by_keyboard_in_order_and_seen(screen: Page):
    controls = screen.locator(CONTROLS)
    if controls.count() == 0:
        return
    controls.first.focus()
    for number in range(1, controls.count()):
        screen.keyboard.press("Tab")
        assert screen.evaluate(FOCUSED) == number
        assert "solid 3px" in screen.evaluate(OUTLINE)


def test_a_complaint_belongs_to_its_field(complaint: Page):
    field = complaint.locator("[aria-invalid=true]")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile(re.escape(complaint.get_by_role("alert").inner_text())))
    expect(complaint).to_have_title(re.compile("^Error: "))


@pytest.mark.parametrize("screen", ["password", "code"], indirect=True)
def test_the_one_field_has_the_focus(screen: Page):
    expect(screen.get_by_role("textbox")).to_be_focused()
