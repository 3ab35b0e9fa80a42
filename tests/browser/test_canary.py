"""A secret that is typed into JupyterLab: what the page, the server, the kernel and the saved notebook keep of it."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab
from tests.browser.server import Server
from tests.notebooks import canary

NAME = "01-app-registration-values"
IMPORTS, FORM = "01-002", "01-040"
FIELDS = "input, textarea, [contenteditable=true]"
FIELD_VALUES = "() => [...document.querySelectorAll('input, select, textarea')].map(field => field.value)"
STORAGE = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, location.href, document.cookie])"
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
BUSY = f"() => void {KERNEL}.requestExecute({{ code: 'import time; time.sleep(15)' }})"
STATUS = f"() => {KERNEL}.status"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


@pytest.fixture(scope="module", autouse=True)
def widget_state_is_saved(server: Server) -> Iterator[None]:
    """As after Settings > Save Widget State Automatically, which JupyterLab comes without."""
    folder = Path(server.environment["JUPYTERLAB_SETTINGS_DIR"])
    path = folder / "@jupyter-widgets" / "jupyterlab-manager" / "plugin.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"saveState": True}), encoding="utf-8")
    yield
    path.unlink()


def type_everywhere(form: Locator, text: str) -> list[str]:
    """Type a text into every field that takes one and leave it; return the labels, in the order of the form."""
    labels = []
    for field in form.locator(FIELDS).locator("visible=true").all():
        field.fill(text)
        field.blur()
        expect(field).to_have_value("")
        labels.append(field.evaluate("field => field.labels[0].textContent"))
    return labels


def export(lab: Lab, notebook: str) -> str:
    """What File > Save and Export Notebook As > HTML hands over."""
    token = lab.server.token
    answer = lab.page.request.get(f"{lab.server.address}nbconvert/html/notebooks/{notebook}.ipynb?token={token}")
    assert answer.ok
    return answer.text()


def test_nothing_is_saved_while_the_kernel_is_busy(lab: Lab):
    """The kernel can empty no field then, and the browser saves the widgets as it knows them."""
    secret, pasted, typed = (canary.new() for _ in range(3))
    control = canary.control()
    lab.open(NAME)
    lab.run(IMPORTS, FORM)
    form = lab.outputs(FORM)
    expect(form.get_by_label("Scope", exact=True)).to_have_value("https://graph.microsoft.com/.default")
    lab.page.evaluate(BUSY)
    field = form.get_by_label("Client secret")
    field.fill(secret)
    field.blur()
    expect(field).to_have_value("")
    expect(field).to_have_attribute("placeholder", "Waiting for the kernel …")
    form.get_by_label("Tenant", exact=True).fill(pasted)
    form.get_by_label("Client ID", exact=True).press("ControlOrMeta+a")
    form.get_by_label("Client ID", exact=True).press_sequentially(typed)
    form.get_by_label("Scope", exact=True).fill(control)
    for label in ("Tenant", "Client ID"):
        expect(form.get_by_label(label, exact=True)).to_have_value("")
    lab.execute("docmanager:save")

    assert lab.page.evaluate(STATUS) == "busy", "the kernel was free too soon"
    content, page = json.dumps(lab.content()), lab.page.content()
    everything = lab.server.course.parent
    for secret_text in (secret, pasted, typed):
        assert canary.in_folder(secret_text, everything) == {}
        assert canary.spellings(secret_text, (content + page + export(lab, NAME)).encode()) == []
    saved = {name for name in canary.in_folder(control, everything) if name.endswith(".ipynb")}
    assert saved == {f"course/notebooks/{NAME}.ipynb", f"course/notebooks/.ipynb_checkpoints/{NAME}-checkpoint.ipynb"}

    expect(form.get_by_role("status").filter(has_text="A secret is set (****).")).to_be_visible()
    expect(field).to_have_attribute("placeholder", "")
    expect(form.get_by_role("status").filter(has_text="That looks like a secret")).to_have_count(2)
    lab.execute("docmanager:save")
    for secret_text in (secret, pasted, typed):
        assert canary.in_folder(secret_text, everything) == {}


def test_what_is_typed_into_the_form_is_in_env_and_nowhere_else(lab: Lab, env_file: Path):
    typed, control = canary.new(), canary.control()
    lab.open(NAME)
    lab.run(IMPORTS, FORM)
    form = lab.outputs(FORM)
    expect(form.get_by_label("Scope", exact=True)).to_have_value("https://graph.microsoft.com/.default")

    labels = type_everywhere(form, typed)
    form.get_by_label("Instance", exact=True).select_option("Another identity provider")
    form.get_by_label("Credential").select_option("Certificate")
    expect(form.get_by_label("Certificate path")).to_be_visible()
    labels += type_everywhere(form, typed)
    every = form.locator(FIELDS).evaluate_all("fields => fields.map(field => field.labels[0].textContent)")
    assert sorted({*labels}) == sorted(every) and len(every) == 9, "a field was left out"

    form.get_by_label("Credential").select_option("Client secret")
    form.get_by_label("Client secret").fill(typed)
    form.get_by_label("Client secret").blur()
    expect(form.get_by_role("status").filter(has_text="A secret is set (****).")).to_be_visible()
    # Not taken for a secret, so that this one stays: the search has to find it in each place.
    for label in ("Tenant", "Scope"):
        form.get_by_label(label, exact=True).fill(control)
    lab.page.evaluate("text => localStorage.setItem('control', text)", control)
    form.get_by_role("button", name="Save to .env").click()
    expect(form.get_by_role("status").filter(has_text="Saved to .env.")).to_be_visible()
    lab.page.request.get(f"{lab.server.address}api/contents/{control}?token={lab.server.token}")
    lab.execute("docmanager:save")

    saved = f"course/notebooks/{NAME}.ipynb"
    kept = f"course/notebooks/.ipynb_checkpoints/{NAME}-checkpoint.ipynb"
    everything = lab.server.course.parent
    env = env_file.relative_to(everything).as_posix()
    assert WIDGET_STATE in json.loads((everything / saved).read_text(encoding="utf-8"))["metadata"]["widgets"]
    assert canary.in_folder(typed, everything) == {env: ["plain"]}
    assert canary.in_folder(control, everything).keys() == {env, saved, kept, "jupyterlab.log"}
    assert f"CLIENT_SECRET={typed}" in env_file.read_text(encoding="utf-8").splitlines()
    if os.name == "posix":
        assert stat.S_IMODE(env_file.stat().st_mode) == 0o600

    places = {
        "page": lab.page.content(),
        "values": json.dumps(lab.page.evaluate(FIELD_VALUES)),
        "storage": lab.page.evaluate(STORAGE) + json.dumps(lab.page.context.storage_state(indexed_db=True)),
        "notebook": json.dumps(lab.content()),
        "export": export(lab, NAME),
    }
    assert [name for name, text in places.items() if canary.spellings(typed, text.encode())] == []
    assert [name for name, text in places.items() if canary.spellings(control, text.encode())] == list(places)
