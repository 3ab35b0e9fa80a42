"""The whole way through a sign-in and a device flow by keyboard alone."""

from playwright.sync_api import Page, expect

from tests.browser.pages.client_app import ClientApp
from tests.browser.pages.person import Person

FOCUSED = """(element => element.matches("a, button") ? element.innerText : element.labels?.[0]?.innerText ?? "")(
    document.activeElement
)"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a control with this in its name has the focus."""
    passed = []
    while name not in (focused := page.evaluate(FOCUSED)):
        assert passed.count(focused) < 2, f"Tab leads to {passed}, not to {name}"
        passed.append(focused)
        page.keyboard.press("Tab")


def press(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press(key)


def type_password(person: Person) -> None:
    """The field has the focus already, and Enter signs in."""
    expect(person.heading("Enter password")).to_be_visible()
    person.page.wait_for_function(f"{FOCUSED} === 'Password'")
    person.page.keyboard.type(person.pages.seeded.user_password)
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")


def test_signing_in_and_consenting(person: Person, page: Page, app: ClientApp):
    person.start()
    press(page, "learner@")
    type_password(person)
    expect(person.heading("Permissions requested")).to_be_visible()
    press(page, "Accept", "Space")
    person.come_back()
    assert "code" in app.answers[0].fields


def test_consenting_for_everyone(person: Person, page: Page):
    person.start()
    press(page, "admin@")
    type_password(person)
    tab_to(page, "Consent on behalf of your organization")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox")).to_be_checked()
    press(page, "Accept")
    person.come_back()


def test_typing_a_device_code(person: Person, page: Page):
    device = person.start_device()
    person.open("/devicelogin")
    # The field gets the focus when the page is shown, which may be after it was loaded.
    page.wait_for_function(f"{FOCUSED} === 'Code'")
    page.keyboard.type(device["user_code"])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "learner@")
    type_password(person)
    press(page, "Accept")
    press(page, "Continue")
    expect(person.heading("You're signed in")).to_be_visible()


def test_granting_admin_consent(person: Person, page: Page):
    person.open("/portal")
    press(page, "Course desktop app")
    tab_to(page, "Password of")
    page.keyboard.type(person.pages.seeded.user_password)
    press(page, "Grant admin consent")
    expect(page.get_by_role("status")).to_be_visible()
