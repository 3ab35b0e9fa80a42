"""The registration form of notebook 01, filled in by its labels with a mouse."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from course import Registration
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
    field.fill(CANARY)
    field.blur()
    expect(field).to_have_value("")
    expect(status(form, "A secret is set (****).")).to_be_visible()


def test_a_secret_in_another_field_is_taken_out(form: Locator):
    client_id = form.get_by_label("Client ID", exact=True)
    client_id.fill(CANARY)
    expect(client_id).to_have_value("")
    expect(status(form, "That looks like a secret, so it was taken out.")).to_be_visible()


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
