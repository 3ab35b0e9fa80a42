"""The outputs as axe-core judges them, in JupyterLab's light and dark theme, and the form in a narrow window."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.lab import DARK, LIGHT, WINDOW, Lab

FORM = "01-040"
# JupyterLab itself makes the prompts, and links of the addresses in plain text.
OURS = {"include": [[".jp-OutputArea"]], "exclude": [[".jp-OutputPrompt"], [".jp-RenderedText"]]}
OVERFLOW = "node => node.scrollWidth - node.clientWidth"


# Each test opens its notebook anew: the one before may have left another one in front.
@pytest.fixture
def form(lab: Lab) -> Locator:
    """Notebook 01, with a wrong value in its form: a caution has its own colour."""
    lab.open("01-app-registration-values")
    lab.run_all()
    form = lab.outputs(FORM)
    form.get_by_label("Client ID", exact=True).fill("my-first-app")
    expect(form.get_by_text("CLIENT_ID is not a GUID")).to_be_visible()
    return form


@pytest.fixture
def flow(lab: Lab) -> Lab:
    """Notebook 04, with everything open that can be opened."""
    lab.open("04-client-credentials-flow")
    lab.run_all()
    lab.page.evaluate("document.querySelectorAll('.jp-OutputArea details').forEach(node => node.open = true)")
    return lab


@pytest.fixture(params=[LIGHT, DARK])
def theme(lab: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    lab.use_theme(request.param)
    yield request.param
    lab.use_theme(LIGHT)


def assert_accessible(lab: Lab) -> None:
    """axe-core finds nothing serious in the outputs."""
    # It takes what is scrolled out of sight for invisible, and so everything in a body that is 0 pixels high.
    lab.show_whole()
    lab.page.evaluate("document.body.style.height = '100vh'")
    results = Axe().run(lab.page, context=OURS, options={})
    lab.page.set_viewport_size(WINDOW)
    contrast = [
        node for found in results.response["passes"] if found["id"] == "color-contrast" for node in found["nodes"]
    ]
    assert len(contrast) > 50
    grave = [found["id"] for found in results.response["violations"] if found["impact"] in ("serious", "critical")]
    assert grave == [], "\n".join(map(results.generate_report, grave))


def test_the_form_and_the_exercises_are_accessible(lab: Lab, form: Locator, theme: str):
    assert_accessible(lab)


def test_the_form_fits_a_narrow_window(lab: Lab, form: Locator):
    """600 pixels, of which the file browser takes its part."""
    lab.page.set_viewport_size({"width": 600, "height": 900})
    expect(lab.page.get_by_role("region", name="File Browser Section")).to_be_visible()
    assert form.evaluate(OVERFLOW) == 0
    left, right = form.evaluate("node => [node.getBoundingClientRect().left, node.getBoundingClientRect().right]")
    for control in form.locator("input, select, button").filter(visible=True).all():
        box = control.bounding_box()
        assert left <= box["x"] and box["x"] + box["width"] <= right
    lab.page.set_viewport_size(WINDOW)


def test_the_inspector_and_the_trace_are_accessible(flow: Lab, theme: str):
    assert_accessible(flow)
