"""Headless runs: nbval, ``jupyter execute``, ``nbconvert --execute`` and papermill run every cell, and no person looks.

Each execute request says whether its client can ask a person (``allow_stdin``,
https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute); JupyterLab and VS Code can, those can't. At the
practice tenant the scripted person then signs in. For a tenant in the cloud there is no such person: the sign-in is
declined, so that the app that waits for it ends with a sentence.
"""

import os
import sys
import threading
import webbrowser
from urllib.parse import parse_qs, urlsplit

from . import person

NO_PERSON = (
    "This run can't ask a person to sign in. Open the notebook in JupyterLab, or run it with COURSE_MODE=practice: "
    "there a scripted person signs in."
)
# On Linux MSAL prefers Edge where it is installed, and asks webbrowser for it by this name.
EDGE, EDGE_NAME = "/usr/bin/microsoft-edge", "msal-edge"
_ports: set[int] = set()


class NoPerson(RuntimeError):
    """A live sign-in needs a person, and no person looks at this run."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this sentence instead of a traceback."""
        return [str(self)]


def is_headless() -> bool:
    """Whether the cell that runs comes from a client that can't ask a person; False outside of a kernel."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    # ipykernel keeps the request's allow_stdin here, for every thread; it has no public name for it.
    return getattr(kernel, "_allow_stdin", True) is False


def prepare(http_port: int | None) -> None:
    """Make ``webbrowser`` hand sign-in pages to the scripted person while the run is headless. Idempotent.

    Args:
        http_port: the port of the practice tenant's pages; None when live.
    """
    if http_port is not None:
        _ports.add(http_port)
    if is_headless() and not _Browser.registered:
        _Browser.registered = True
        webbrowser.register("course-person", None, _Browser("course-person"), preferred=True)
        webbrowser.register(EDGE_NAME, None, _Browser(EDGE))


def is_practice_page(url: str) -> bool:
    """Whether a practice tenant that this kernel uses has the page."""
    parts = urlsplit(url)
    return parts.hostname == "localhost" and parts.port in _ports


def has_browser_of_its_own() -> bool:
    """Whether the environment names the program that opens pages; for pages of the cloud it has the say."""
    return "BROWSER" in os.environ


class _Browser(webbrowser.BackgroundBrowser):
    """Opens sign-in pages without a window; ``webbrowser`` goes on to the next browser where ``open`` returns False.

    MSAL takes no other kind of browser for Edge, and has no next one: in its place, Edge opens the other pages.
    """

    registered = False

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        sign_in = "redirect_uri" in parse_qs(urlsplit(url).query)
        if not is_headless() or not sign_in or not (is_practice_page(url) or not has_browser_of_its_own()):
            return self.name == EDGE and super().open(url, new, autoraise)
        # MSAL answers its redirect URI after this returns.
        threading.Thread(target=_answer, args=(url,), daemon=True).start()
        return True


def _answer(auth_uri: str) -> None:
    """Sign in, or decline: whatever happens, the app gets an answer and doesn't wait for its time-out."""
    import requests

    reason = NO_PERSON
    if is_practice_page(auth_uri):
        try:
            reason = person.refusal(person.visit(auth_uri))
        except (person.NoPassword, requests.RequestException) as error:
            reason = str(error)
    if reason:
        person.decline(auth_uri, reason)
