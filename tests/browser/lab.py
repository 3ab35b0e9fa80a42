"""One page with JupyterLab in it, and what a person does there."""

import shutil

from playwright.sync_api import Locator, Page, expect

from tests.browser.server import Server
from tests.environment import ROOT

WINDOW = {"width": 1280, "height": 900}
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"

# JupyterLab's application object (LabApp.expose_app_in_browser) and the notebook in front.
PANEL = "window.jupyterapp?.shell?.currentWidget"
OPENED = f"() => {PANEL}?.sessionContext !== undefined"
READY = f"""async () => {{
    await window.jupyterapp.restored;
    await {PANEL}.context.ready;
    await {PANEL}.sessionContext.ready;
    await {PANEL}.sessionContext.session.kernel.info;
}}"""
EXECUTE = "([command, options]) => window.jupyterapp.commands.execute(command, options).then(() => null)"
START = "command => void window.jupyterapp.commands.execute(command)"
CONTENT = f"() => {PANEL}.content.model.toJSON()"
PLACE = f"""id => {{
    const place = {PANEL}.content.widgets.findIndex(cell => cell.model.id === id);
    if (place < 0) throw new Error(`no cell ${{id}}`);
    return place;
}}"""
SELECT = f"""place => {{
    const notebook = {PANEL}.content;
    notebook.activeCellIndex = place;
    notebook.mode = "command";
    notebook.activeCell.node.focus();
}}"""
CELLS = "document.querySelector('.jp-Notebook .jp-WindowedPanel-viewport')"
WHOLE = f"""() => {{
    const scrolled = {CELLS}.closest(".jp-WindowedPanel-outer");
    scrolled.scrollTop = 0;
    return {CELLS}.offsetHeight <= scrolled.clientHeight;
}}"""

# What is scrolled into sight for the first time is drawn in the next frame; it counts as hidden until then.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


class Lab:
    """A page of a JupyterLab, with one notebook in front. Cells go by their ids in the notebook's file."""

    def __init__(self, server: Server, page: Page):
        self.server = server
        self.page = page

    def open(self, notebook: str) -> None:
        """Open a notebook, by its file name without the ending, as it is stored; wait until its kernel answers."""
        name = f"notebooks/{notebook}.ipynb"
        # An earlier test may have saved it.
        shutil.copy(ROOT / name, self.server.course / name)
        # A hub's server has no token of its own.
        token = f"&token={self.server.token}" if self.server.token else ""
        self.page.goto(f"{self.server.address}lab/tree/{name}?reset{token}")
        self.page.wait_for_function(OPENED)
        self.page.evaluate(READY)

    def run_all(self) -> None:
        """Run every cell of the notebook, wait until the last has ended and every widget is there."""
        self.execute("notebook:run-all-cells")
        expect(self.page.get_by_text("Loading widget...")).to_have_count(0)

    def start_all(self) -> None:
        """Begin to run every cell of the notebook: one of them waits for a person."""
        self.page.evaluate(START, "notebook:run-all-cells")

    def run(self, *cells: str) -> None:
        """Run some cells, one after the other; the last has the focus afterwards."""
        for cell in cells:
            self.select(cell)
            self.execute("notebook:run-cell")

    def execute(self, command: str, **options: object) -> None:
        """Carry out one of JupyterLab's commands, and wait until it is done."""
        self.page.evaluate(EXECUTE, [command, options])

    def use_theme(self, theme: str) -> None:
        self.execute("apputils:change-theme", theme=theme)
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)

    def select(self, cell: str) -> None:
        """Give a cell the focus as it has after Shift+Enter: its letters are then JupyterLab's commands."""
        self.page.evaluate(SELECT, self._place(cell))

    def enter(self, cell: str) -> None:
        """Go by keyboard from a cell to the first thing below it that takes keys."""
        self.select(cell)
        self.page.keyboard.press("Tab")
        if self.outputs(cell).locator(":focus").count() == 0:
            # The cell's toolbar, where JupyterLab shows one, is a stop on the way.
            self.page.keyboard.press("Tab")

    def outputs(self, cell: str) -> Locator:
        """What stands below a cell; JupyterLab's own parts of the page are no concern of the tests."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self._place(cell)).locator(".jp-OutputArea-output")

    def editor(self, cell: str) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self._place(cell)).locator(".cm-content")

    def show_whole(self) -> None:
        """Make the window so high that nothing of the notebook is scrolled out of sight, and wait until it is drawn."""
        height = self.page.evaluate(f"() => {CELLS}.offsetHeight")
        self.page.set_viewport_size({"width": WINDOW["width"], "height": height + 200})
        self.page.wait_for_function(WHOLE)
        self.page.evaluate(DRAWN)

    def content(self) -> dict:
        """The notebook as it would be saved now, in nbformat 4."""
        return self.page.evaluate(CONTENT)

    def _place(self, cell: str) -> int:
        return self.page.evaluate(PLACE, cell)
