"""The token inspector and the wire trace of notebook 04: what only a running notebook shows, and how a keyboard opens it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab

TRACE, INSPECTOR = "04-008", "04-014"
WHOLE_TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}")


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Lab:
    lab.open("04-client-credentials-flow")
    lab.run_all()
    return lab


def test_the_inspector_verifies_the_signature_and_dates_the_token(notebook: Lab):
    inspector = notebook.outputs(INSPECTOR)
    expect(inspector.get_by_text("✓ Verified: ")).to_be_visible()
    expect(inspector.locator("dt", has_text=re.compile("^exp$")).locator("+ dd")).to_contain_text(
        re.compile(r"\d{10} = \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(in (59 minutes|1 hour)\)")
    )
    expect(inspector.locator("dt", has_text=re.compile("^roles$")).locator("+ dd")).to_have_text("User.Read.All")


def test_the_trace_opens_and_closes_by_keyboard(notebook: Lab):
    cells = len(notebook.content()["cells"])
    trace = notebook.outputs(TRACE)
    discovery, token_request = trace.locator("details").all()
    notebook.enter(TRACE)
    expect(discovery.locator("summary")).to_be_focused()
    notebook.page.keyboard.press("Enter")
    expect(discovery.get_by_text("tenant discovery")).to_be_visible()

    notebook.page.keyboard.press("Tab")
    expect(token_request.locator("summary")).to_be_focused()
    for key in ("b", "a", "d", "d", "Space"):
        notebook.page.keyboard.press(key)
    sent = token_request.locator("dl").first
    expect(sent).to_contain_text("grant_typeclient_credentials")
    expect(sent).to_contain_text("client_secret****")
    expect(sent).to_be_visible()

    notebook.page.keyboard.press("Enter")
    expect(sent).to_be_hidden()
    assert len(notebook.content()["cells"]) == cells


def test_no_secret_and_no_token_is_in_the_page_or_in_the_notebook(notebook: Lab):
    home = Path(notebook.server.environment["PRACTICE_TENANT_HOME"])
    seeded = json.loads((home / "seeded-secrets.json").read_text(encoding="utf-8"))
    secrets = [value for name, value in seeded.items() if name.endswith("secret")]
    assert len(secrets) >= 2
    for text in (notebook.page.content(), json.dumps(notebook.content())):
        assert [secret for secret in secrets if secret in text] == []
        assert not WHOLE_TOKEN.search(text)
