"""Every page there is, and how a person gets to see it. Tests look at each of them in the same way."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.pages.person import Person

WRONG_PASSWORD = "guess-gues-gues-gues"


def _accounts(person: Person) -> None:
    person.start()
    expect(person.heading("Pick an account")).to_be_visible()


def _unknown_account(person: Person) -> None:
    person.start()
    person.page.get_by_label("Use another account").fill(f"nobody@{person.pages.seeded.tenant_domain}")
    person.press("Next")
    person.enter_password()
    expect(person.page.get_by_role("alert")).to_contain_text("AADSTS50034")


def _password(person: Person) -> None:
    person.start()
    person.pick()


def _wrong_password(person: Person) -> None:
    person.start()
    person.pick()
    person.enter_password(WRONG_PASSWORD)
    expect(person.page.get_by_role("alert")).to_contain_text("AADSTS50126")


def _consent(person: Person) -> None:
    person.start()
    person.sign_in()
    expect(person.heading("Permissions requested")).to_be_visible()


def _consent_of_an_administrator(person: Person) -> None:
    person.start()
    person.sign_in("admin")
    expect(person.page.get_by_label("Consent on behalf of your organization")).to_be_visible()


def _need_admin_approval(person: Person) -> None:
    person.start(scope="Directory.Read.All")
    person.sign_in()
    expect(person.heading("Need admin approval")).to_be_visible()


def _code(person: Person) -> None:
    person.open("/devicelogin")
    expect(person.heading("Enter code")).to_be_visible()


def _wrong_code(person: Person) -> None:
    _code(person)
    person.page.get_by_label("Code").fill("BCDF")
    person.press("Next")
    expect(person.page.get_by_role("alert")).to_be_visible()


def _device_confirmation(person: Person) -> None:
    device = person.start_device()
    _code(person)
    person.page.get_by_label("Code").fill(device["user_code"])
    person.press("Next")
    person.sign_in()
    person.press("Accept")
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("Are you trying to sign in to")


def _device_signed_in(person: Person) -> None:
    _device_confirmation(person)
    person.press("Continue")
    expect(person.heading("You're signed in")).to_be_visible()


def _device_declined(person: Person) -> None:
    _device_confirmation(person)
    person.press("Cancel")
    expect(person.heading("You declined")).to_be_visible()


def _error(person: Person) -> None:
    person.start(redirect_uri="https://elsewhere.example/signed-in")
    expect(person.page.get_by_role("main")).to_contain_text("AADSTS50011")


def _no_new_accounts(person: Person) -> None:
    person.start(prompt="create")
    expect(person.heading("No new accounts")).to_be_visible()


def _done_before(person: Person) -> None:
    _wrong_password(person)
    person.page.reload()
    expect(person.heading("This step can't be done")).to_be_visible()


def _signed_out(person: Person) -> None:
    person.open(f"/{person.pages.seeded.tenant_id}/oauth2/v2.0/logout")
    expect(person.heading("You signed out of your account")).to_be_visible()


def _missing(person: Person) -> None:
    person.open("/nothing")
    expect(person.heading("No such page")).to_be_visible()


def _home(person: Person) -> None:
    person.open("/")
    expect(person.heading("Practice tenant")).to_be_visible()


def _portal(person: Person) -> None:
    person.open("/portal")
    expect(person.heading("App registrations")).to_be_visible()


def _registration(person: Person) -> None:
    _portal(person)
    person.page.get_by_role("link", name="Course desktop app", exact=True).click()
    expect(person.heading("Course desktop app")).to_be_visible()


def _consent_refused_in_the_portal(person: Person) -> None:
    _registration(person)
    person.page.get_by_label("Password of").fill(WRONG_PASSWORD)
    person.press("Grant admin consent")
    expect(person.page.get_by_role("alert")).to_contain_text("AADSTS50126")


def _consent_given_in_the_portal(person: Person) -> None:
    _registration(person)
    person.page.get_by_label("Password of").fill(person.pages.seeded.user_password)
    person.press("Grant admin consent")
    expect(person.page.get_by_role("status")).to_be_visible()


SCREENS: dict[str, Callable[[Person], None]] = {
    "accounts": _accounts,
    "unknown account": _unknown_account,
    "password": _password,
    "wrong password": _wrong_password,
    "consent": _consent,
    "consent of an administrator": _consent_of_an_administrator,
    "need admin approval": _need_admin_approval,
    "code": _code,
    "wrong code": _wrong_code,
    "device confirmation": _device_confirmation,
    "device signed in": _device_signed_in,
    "device declined": _device_declined,
    "error": _error,
    "no new accounts": _no_new_accounts,
    "done before": _done_before,
    "signed out": _signed_out,
    "missing": _missing,
    "home": _home,
    "portal": _portal,
    "registration": _registration,
    "consent refused in the portal": _consent_refused_in_the_portal,
    "consent given in the portal": _consent_given_in_the_portal,
}
