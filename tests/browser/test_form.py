"""The registration form of notebook 01, filled in by its labels with a mouse."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from course import Registration
from course.redaction import without_lookalikes
from tests.browser.lab import Lab

IMPORTS, FORM = "01-002", "01-040"
# What becomes of it elsewhere is in test_canary.py.
CANARY = "Zq8~canaryCANARY0123456789canaryCANARY.zz"


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Lab:
    lab.open("01-app-registration-values")
    lab.run(IMPORTS)
    return lab


@pytest.fixture
def form(notebook: Lab) -> Locator:
    """A new form with the values of the practice tenant."""
    notebook.run(FORM)
    form = notebook.outputs(FORM)
    expect(form.get_by_label("Scope", exact=True)).to_have_value("https://graph.microsoft.com/.default")
    return form


def status(form: Locator, text: str) -> Locator:
    return form.get_by_role("status").filter(has_text=text)


def test_a_wrong_value_is_explained_at_its_field(form: Locator):
    client_id = form.get_by_label("Client ID", exact=True)
    expect(client_id).to_have_attribute("aria-invalid", "false")
    client_id.fill("my-first-app")
    expect(status(form, "CLIENT_ID is not a GUID: 'my-first-app'.")).to_be_visible()
    expect(client_id).to_have_attribute("aria-invalid", "true")
    expect(client_id).to_have_accessible_description(re.compile("The app's own GUID.*CLIENT_ID is not a GUID"))
    client_id.fill("22222222-2222-3333-4444-555555555555")
    expect(status(form, "CLIENT_ID is not a GUID")).to_have_count(0)
    expect(client_id).to_have_attribute("aria-invalid", "false")


def test_the_authority_follows_the_tenant_and_the_audience(form: Locator):
    form.get_by_label("Tenant", exact=True).fill("contoso.com")
    expect(form.get_by_text("https://login.microsoftonline.com/contoso.com")).to_be_visible()
    form.get_by_label("Sign-in audience").select_option("Any organisation (organizations)")
    expect(form.get_by_text("https://login.microsoftonline.com/organizations")).to_be_visible()
    expect(form.get_by_label("Tenant", exact=True)).to_be_hidden()


def test_a_secret_is_read_once(form: Locator):
    field = form.get_by_label("Client secret")
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_accessible_description(re.compile("The secret's value, not its ID"))
    for name, value in {"autocomplete": "new-password", "data-1p-ignore": "true", "data-lpignore": "true"}.items():
        expect(field).to_have_attribute(name, value)
    field.fill(CANARY)
    expect(field).to_have_value(CANARY)
    field.press("Enter")
    expect(field).to_have_value("")
    expect(status(form, "A secret is set (****).")).to_be_visible()
    expect(field).to_have_attribute("placeholder", "")


def test_a_secret_in_another_field_is_taken_out(form: Locator):
    client_id = form.get_by_label("Client ID", exact=True)
    client_id.fill(CANARY)
    expect(client_id).to_have_value("")
    expect(status(form, "That looks like a secret, so it was taken out.")).to_be_visible()


@pytest.mark.parametrize("label", ["Tenant", "Scope", "Name of the new app"])
def test_a_secret_that_is_typed_key_by_key_is_taken_out_to_its_end(form: Locator, label: str):
    field = form.get_by_label(label, exact=True)
    field.fill("")
    field.press_sequentially(f"{CANARY}andMore", delay=20)
    expect(field).to_have_value("")
    expect(status(form, "That looks like a secret, so it was taken out.")).to_be_visible()
    field.blur()
    field.press_sequentially("contoso.example", delay=20)
    expect(field).to_have_value("contoso.example")
    field.blur()
    expect(status(form, "That looks like a secret, so it was taken out.")).to_have_count(0)


# As `without_lookalikes` has it: the browser is first, and knows the same shapes.
SHAPES = [
    *(
        CANARY,
        f"https://{CANARY}",
        f"'{CANARY}';",
        f"api://{CANARY}/.default",
        f"x {CANARY}",
        "-----BEGIN PRIVATE KEY-----",
    ),
    *("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ", "Q29ycmVjdCBob3JzZSB/YmF0dGVy+2Fuc/c3RhcGxlMDEyMw=="),
    *(
        "My-Records-Api-v2-of-the-Year-2031",
        "Contoso-Practice01.onmicrosoft.com",
        "https://graph.microsoft.com/.default",
    ),
    *(
        "api://6731de76-14a6-49ae-97bc-6eba6914391e/Access.As.User",
        "/home/Me/Certificates2031/MyCompanyProduction-Cert2.pfx",
    ),
    *("https://Contoso-App2-eastus-production.azurewebsites.net/.auth/login/aad/callback", "0123456789" * 5),
]


def test_the_browser_and_the_kernel_know_the_same_shapes(form: Locator):
    field = form.get_by_label("Scope", exact=True)
    taken_out = []
    for text in SHAPES:
        field.fill(text)
        taken_out += [text] if field.input_value() == "" else []
    assert taken_out == [text for text in SHAPES if without_lookalikes(text) != text] and len(taken_out) == 8


def test_an_app_is_registered_tested_and_saved(notebook: Lab, form: Locator, env_file: Path):
    seeded = form.get_by_label("Client ID", exact=True).input_value()
    form.get_by_label("Name of the new app").fill("App from a browser")
    form.get_by_role("button", name="Register a practice app").click()
    expect(
        status(form, "Registered: App from a browser. Its client ID and a new secret are in the form.")
    ).to_be_visible()
    client_id = form.get_by_label("Client ID", exact=True).input_value()
    assert client_id != seeded

    form.get_by_role("button", name="Test connection").click()
    expect(status(form, "login.microsoftonline.com knows this tenant.")).to_be_visible()

    form.get_by_role("button", name="Save to .env").click()
    expect(status(form, "Saved to .env.")).to_be_visible()
    assert f"\nCLIENT_ID={client_id}\n" in "\n" + env_file.read_text(encoding="utf-8")
    if os.name == "posix":
        assert stat.S_IMODE(env_file.stat().st_mode) == 0o600

    loaded = Registration.load(env_file, environ={})
    assert (loaded.mode, loaded.client_id, loaded.problems) == ("practice", client_id, ())
    assert len(loaded.client_secret.value) >= 32
    assert loaded.client_secret.value not in notebook.page.content() + json.dumps(notebook.content())
