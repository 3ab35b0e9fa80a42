"""The device flow's pages: the code is typed, the account chosen, and the device gets what it waits for."""

import jwt
import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages.person import Person


@pytest.fixture
def device(person: Person) -> dict:
    """A device that waits."""
    return person.start_device()


def enter(person: Person, code: str) -> None:
    person.page.get_by_label("Code").fill(code)
    person.press("Next")


def test_the_device_is_signed_in(person: Person, device: dict):
    assert person.poll(device)["error"] == "authorization_pending"
    person.open("/devicelogin")
    enter(person, device["user_code"])
    user = person.sign_in()
    person.press("Accept")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Are you trying to sign in to Course desktop app?")
    person.press("Continue")
    expect(person.heading("You're signed in")).to_be_visible()
    claims = jwt.decode(person.poll(device)["id_token"], options={"verify_signature": False})
    assert claims["preferred_username"] == user.user_principal_name


def test_the_page_is_where_the_device_says(person: Person, page: Page, device: dict):
    page.goto(device["verification_uri"])
    expect(person.heading("Enter code")).to_be_visible()


def test_a_code_may_be_typed_in_small_letters_with_dashes(person: Person, device: dict):
    code = device["user_code"].lower()
    person.open("/devicelogin")
    enter(person, f"{code[:3]}-{code[3:6]} {code[6:]}")
    expect(person.heading("Pick an account")).to_be_visible()


def test_a_wrong_code_can_be_put_right(person: Person, page: Page, device: dict):
    person.open("/devicelogin")
    enter(person, "BCDFGHJK")
    expect(page).to_have_title("Error: Enter code - practice tenant")
    enter(person, device["user_code"])
    expect(person.heading("Pick an account")).to_be_visible()


def test_a_declined_consent_reaches_the_device(person: Person, device: dict):
    person.open("/devicelogin")
    enter(person, device["user_code"])
    person.sign_in()
    person.press("Cancel")
    expect(person.heading("You declined")).to_be_visible()
    assert person.poll(device)["error"] == "authorization_declined"


def test_a_declined_confirmation_reaches_the_device(person: Person, device: dict):
    person.open("/devicelogin")
    enter(person, device["user_code"])
    person.sign_in()
    person.press("Accept")
    person.press("Cancel")
    expect(person.heading("You declined")).to_be_visible()
    assert person.poll(device)["error"] == "authorization_declined"
