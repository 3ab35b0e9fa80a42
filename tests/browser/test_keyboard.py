"""The registration form of notebook 01 by keyboard alone: JupyterLab takes no key from it, and nobody needs a mouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Keyboard, Locator, expect

from course import Registration
from tests.browser.lab import Lab

IMPORTS, FORM = "01-002", "01-040"
COMMANDS = "badd"  # a cell below, a cell above, delete the cell: what JupyterLab makes of these letters
IN_ORDER = (
    "Instance",
    "Sign-in audience",
    "Tenant",
    "Client ID",
    "Public client ID",
    "Credential",
    "Client secret",
    "Redirect URI",
    "Scope",
    "Name of the new app",
    "Register a practice app",
    "Test connection",
    "Save to .env",
)


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Lab:
    lab.open("01-app-registration-values")
    lab.run(IMPORTS)
    return lab


@pytest.fixture
def form(notebook: Lab) -> Locator:
    """A new form, entered by keyboard from its cell."""
    notebook.run(FORM)
    expect(notebook.outputs(FORM).get_by_label("Scope", exact=True)).to_be_visible()
    notebook.enter(FORM)
    return notebook.outputs(FORM)


@pytest.fixture
def keyboard(notebook: Lab, form: Locator) -> Iterator[Keyboard]:
    """Real keys; afterwards the notebook has the cells that it had before."""
    cells = [cell["id"] for cell in notebook.content()["cells"]]
    yield notebook.page.keyboard
    assert [cell["id"] for cell in notebook.content()["cells"]] == cells


def focused(form: Locator) -> Locator:
    return form.locator(":focus")


def go_to(form: Locator, keyboard: Keyboard, name: str) -> None:
    """Press Tab, from the first control on, until one has the focus."""
    for passed in IN_ORDER[: IN_ORDER.index(name)]:
        expect(focused(form)).to_have_accessible_name(passed)
        keyboard.press("Tab")
    expect(focused(form)).to_have_accessible_name(name)


def test_tab_goes_through_the_form_in_order_and_back(form: Locator, keyboard: Keyboard):
    go_to(form, keyboard, IN_ORDER[-1])
    keyboard.press("Shift+Tab")
    expect(focused(form)).to_have_accessible_name(IN_ORDER[-2])


@pytest.mark.parametrize("name", ["Tenant", "Client secret", "Name of the new app"])
def test_letters_typed_into_a_field_stay_in_it(form: Locator, keyboard: Keyboard, name: str):
    go_to(form, keyboard, name)
    keyboard.press("ControlOrMeta+a")
    keyboard.type(COMMANDS)
    expect(focused(form)).to_have_value(COMMANDS)


@pytest.mark.parametrize("name", ["Register a practice app", "Test connection", "Save to .env"])
def test_letters_on_a_button_do_nothing(form: Locator, keyboard: Keyboard, name: str):
    go_to(form, keyboard, name)
    keyboard.type(COMMANDS)
    expect(focused(form)).to_have_accessible_name(name)


def test_arrows_choose_from_a_list_and_leave_the_cell_where_it_is(form: Locator, keyboard: Keyboard):
    go_to(form, keyboard, "Credential")
    keyboard.press("ArrowDown")
    expect(form.get_by_label("Certificate path")).to_be_visible()
    keyboard.press("ArrowUp")
    expect(form.get_by_label("Client secret")).to_be_visible()
    expect(focused(form)).to_have_accessible_name("Credential")


def test_an_app_is_registered_tested_and_saved(form: Locator, keyboard: Keyboard, env_file: Path):
    go_to(form, keyboard, "Name of the new app")
    keyboard.press("ControlOrMeta+a")
    keyboard.type("Abdab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(form.get_by_role("status").filter(has_text="Registered: Abdab.")).to_be_visible()
    keyboard.press("Tab")
    keyboard.press("Space")
    expect(form.get_by_role("status").filter(has_text="knows this tenant.")).to_be_visible()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(form.get_by_role("status").filter(has_text="Saved to .env.")).to_be_visible()
    loaded = Registration.load(env_file, environ={})
    assert loaded.client_id == form.get_by_label("Client ID", exact=True).input_value()
    assert loaded.problems == ()
