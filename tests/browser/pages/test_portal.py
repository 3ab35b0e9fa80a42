"""The portal in a real browser: learners find each registration value where the cloud has it, and grant admin consent."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from playwright.sync_api import Locator, Page, expect

from practice_tenant.directory import credentials
from tests.browser.pages.person import Person
from tests.browser.pages.screens import WRONG_PASSWORD

READ_THE_PROFILE = "Microsoft Graph User.Read"


@pytest.fixture
def certificate() -> x509.Certificate:
    """A certificate that expired."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "practice")])
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC))
        .sign(key, hashes.SHA256())
    )


def show(person: Person, name: str) -> None:
    person.open("/portal")
    person.page.get_by_role("link", name=name, exact=True).click()
    expect(person.heading(name)).to_be_visible()


def value(page: Page, name: str) -> Locator:
    """What stands beside a name."""
    return page.locator(f'dt:text-is("{name}") + dd')


def row(page: Page, part: str, name: str) -> Locator:
    """The rest of a table's row."""
    return page.get_by_role("region", name=part, exact=True).get_by_role("row", name=name).get_by_role("cell")


def test_the_overview_names_the_values(person: Person, page: Page):
    seeded = person.pages.seeded
    application = person.pages.directory.application(app_id=seeded.client_id)
    show(person, "Course daemon")
    expect(value(page, "Application (client) ID")).to_have_text(seeded.client_id)
    expect(value(page, "Object ID")).to_have_text(application.id)
    expect(value(page, "Directory (tenant) ID")).to_have_text(seeded.tenant_id)
    expect(value(page, "Supported account types")).to_have_text("My organization only")
    expect(value(page, "Client credentials")).to_have_text("0 certificates, 1 secret")


def test_a_secret_shows_its_id_and_only_the_beginning_of_its_value(person: Person, page: Page):
    seeded = person.pages.seeded
    [secret] = person.pages.directory.passwords(seeded.client_id)
    show(person, "Course daemon")
    cells = row(page, "Client secrets", "seeded")
    expect(cells.nth(1)).to_have_text(seeded.client_secret[:3] + "*" * 15)
    expect(cells.nth(2)).to_have_text(secret.key_id)
    assert seeded.client_secret not in page.content()


def test_a_certificate_shows_its_thumbprint_and_that_it_expired(
    person: Person, page: Page, certificate: x509.Certificate
):
    credential = credentials.new_key_credential(certificate.public_bytes(Encoding.DER), display_name="old laptop")
    person.pages.directory.add_key(person.pages.seeded.client_id, credential)
    show(person, "Course daemon")
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex().upper()
    expect(row(page, "Certificates", thumbprint)).to_have_text(
        ["old laptop", "2021-01-01 (expired)", credential.key_id]
    )
    person.open("/portal")
    expect(row(page, "App registrations", "Course daemon").last).to_have_text("Expired")


def test_redirect_uris_stand_under_their_platform(person: Person, page: Page):
    show(person, "Course desktop app")
    expect(page.get_by_role("heading", name="Mobile and desktop applications: redirect URIs")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="http://localhost")).to_be_visible()
    expect(value(page, "Allow public client flows")).to_have_text("Yes")


def test_an_api_shows_what_it_offers(person: Person, page: Page):
    show(person, "Course records API")
    expect(value(page, "Application ID URI")).to_have_text(person.pages.seeded.api_uri)
    expect(row(page, "Expose an API", "Records.Read").first).to_have_text("Admins and users")
    expect(row(page, "App roles", "Read all records").nth(1)).to_have_text("Records.Read.All")


def test_granted_consent_holds_at_the_next_sign_in(person: Person, page: Page):
    show(person, "Course desktop app")
    cells = row(page, "API permissions", READ_THE_PROFILE)
    expect(cells).to_have_text(
        ["Delegated", "Sign you in and read your profile", "No", "Not granted for Practice Tenant"]
    )
    page.get_by_label("Password of admin@practice.example").fill(person.pages.seeded.user_password)
    person.press("Grant admin consent")
    expect(page.get_by_role("status")).to_be_focused()
    expect(cells.last).to_have_text("Granted for Practice Tenant")
    expect(page.get_by_role("button")).to_have_count(0)
    person.start()
    person.sign_in()
    person.come_back()


def test_a_wrong_password_grants_nothing(person: Person, page: Page):
    show(person, "Course desktop app")
    page.get_by_label("Password of admin@practice.example").fill(WRONG_PASSWORD)
    person.press("Grant admin consent")
    expect(page.get_by_role("alert")).to_contain_text("AADSTS50126")
    expect(row(page, "API permissions", READ_THE_PROFILE).last).to_have_text("Not granted for Practice Tenant")


def test_the_way_back_leads_to_the_list(person: Person, page: Page):
    show(person, "Course desktop app")
    page.get_by_role("link", name="App registrations").click()
    expect(person.heading("App registrations")).to_be_visible()
