"""Somebody at the hub, in a browser of their own, and what a learner does there."""

from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.hub.hub import Hub
from tests.browser.lab import WINDOW, Lab

MILLISECONDS = 60_000  # for a server to start, and for a notebook to run
# Every code cell has been run, and nothing runs any more.
ENDED = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    const cells = panel.content.model.toJSON().cells.filter(cell => cell.cell_type === "code");
    return cells.every(cell => cell.execution_count) && panel.sessionContext.session.kernel.status === "idle";
}"""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A person who has logged in to the hub and has a server there.

    Attributes:
        context: their browser, with their cookies.
        lab: their JupyterLab.
        requested: every address that their browser asked for.
    """

    name: str
    context: BrowserContext
    lab: Lab
    requested: list[str]

    @property
    def proxy(self) -> str:
        """Where the hub shows this visitor the ports of its computer; the port comes next."""
        return f"{self.lab.server.address}proxy/"

    def sign_in_at(self, link: str) -> Page:
        """Follow the link that stands below a cell and sign in, as the notebook asks for; the last page stays open.

        Args:
            link: the id of the cell.
        """
        with self.context.expect_page() as opened:
            self.lab.outputs(link).get_by_role("link", name="Open the sign-in page").click()
        page = opened.value
        code = page.get_by_label("Code")
        expect(self.lab.outputs(link)).to_contain_text(f"check that it shows the code {code.input_value()}.")
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="learner@practice.example").click()
        hint = page.get_by_text("Every practice user's password is").inner_text()
        page.get_by_label("Password", exact=True).fill(hint.split()[-1])
        for button in ("Sign in", "Accept", "Continue"):
            page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You're signed in")
        return page

    def status(self, address: str) -> int:
        """How the hub answers when this visitor opens a page."""
        page = self.context.new_page()
        answer = page.goto(address)
        page.close()
        return answer.status

    def wait_until_ended(self) -> None:
        """Wait for the last cell of the notebook."""
        self.lab.page.wait_for_function(ENDED)


def log_in(hub: Hub, browser: Browser, name: str) -> Visitor:
    """A visitor whose server has started."""
    context, requested = browser.new_context(viewport=WINDOW), []
    context.set_default_timeout(MILLISECONDS)
    context.on("request", lambda request: requested.append(request.url))
    page = context.new_page()
    page.goto(f"{hub.address}/hub/login?next=/hub/spawn")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(hub.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{hub.address}/user/{name}/lab**", wait_until="commit")
    # The server is there; whoever wants its JupyterLab opens it with a notebook.
    page.goto("about:blank")
    return Visitor(name=name, context=context, lab=Lab(hub.server(name), page), requested=requested)
