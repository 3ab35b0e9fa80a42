"""The link to a sign-in page, for a person to click, in a notebook whose outputs are stored.

The address has a port and a code that are new in each run, so it is shown live only; what is stored says what to do.
While a cell below waits for the person, a line under the link counts the seconds, and the link comes into sight. A
sign-in that has to come back to an app at "localhost" can't be done from another computer; in practice a scripted
person does it. That person also signs in where a link may lead nowhere and a cell has waited for long.
"""

import sys
import threading
import time
import weakref
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import anywidget
import ipywidgets as widgets
import traitlets

from . import browser, headless, person, static_html
from .browser import kernel_is_remote, reachable
from .registration import Registration

PAGE_STORED = "Open the sign-in page. (The link is live only.)"
CODE_STORED = "Open the sign-in page and check that it shows the code. (The link is live only.)"
ELSEWHERE = "Your browser seems to be on another computer than this kernel"
# How long a cell waits for the learner alone, where the link may lead nowhere.
PATIENCE_SECONDS = 120
# A cell that took less has not waited for anybody.
WAITED_SECONDS = 1.0
PAGE_AGAIN = "run this cell again, then the one below"
CODE_AGAIN = "run the cells again from the one with initiate_device_flow"

_STATIC = Path(__file__).parent / "static"


def link(url: str, words: str) -> str:
    """A link to a page of its own, as HTML; JupyterLab takes colour and underline from links inside a widget."""
    style = "color: var(--jp-content-link-color, #0b5cad); text-decoration: underline"
    return f'<a href="{escape(url, quote=True)}" target="_blank" rel="noopener" style="{style}">{escape(words)}</a>'


class SignInLink(anywidget.AnyWidget):
    """A link to a page for signing in, opened at once where kernel and browser share a computer.

    In a headless run the scripted person has signed in before the cell ends.

    Args:
        target: what ``initiate_device_flow`` returned, or the URL of a web app, which sends people to sign in.

    Raises:
        NoPerson: the run is headless, and the sign-in is at a tenant in the cloud.
    """

    _esm = _STATIC / "sign_in_link.js"
    _css = _STATIC / "status_line.css"

    value = traitlets.Unicode().tag(sync=True)
    # The line below the link: a text and, while a cell waits, the seconds that the code and our patience last.
    waits = traitlets.Dict().tag(sync=True)

    def __init__(self, target: dict | str):
        if headless.is_headless() and self._sign_in_headless(target):
            return
        if isinstance(target, str):
            if kernel_is_remote() and urlsplit(target).hostname == "localhost":
                self._sign_in_beside_the_kernel(target)
            else:
                self._show(target, "")
                _Wait(self, again=PAGE_AGAIN).begin()
            return
        flow = target
        if "user_code" not in flow:
            sentence = flow.get("error_description", "This is no device code flow.")
            self._say(f"<p>{escape(sentence)}</p>", "There is no code to enter: the flow holds an error.")
            return
        # Entra fills in the code from "otc"; the person still has to send it.
        page = f"{flow['verification_uri']}?otc={flow['user_code']}"
        self._show(page, flow["user_code"])
        last = page if _may_lead_nowhere(page) else ""
        _Wait(self, again=CODE_AGAIN, ends=flow.get("expires_at"), last_resort=last).begin()

    def _sign_in_headless(self, target: dict | str) -> bool:
        """Let the scripted person sign in; False if the usual way is right: an error to show, or a BROWSER to open."""
        app = isinstance(target, str)
        if not app and "user_code" not in target:
            return False
        page = person.sign_in_page(target) if app else f"{target['verification_uri']}?otc={target['user_code']}"
        if headless.is_practice_page(page):
            person.visit(page)
        elif headless.has_browser_of_its_own():
            return False
        elif app:
            person.decline(page, headless.NO_PERSON)
            raise headless.NoPerson(headless.NO_PERSON)
        else:
            # MSAL's way to end its polling: one more request, and no wait.
            target["expires_at"] = 0
            raise headless.NoPerson(headless.NO_PERSON)
        said = f"<p>No person looks: a scripted one signed in, as <strong>{person.ACCOUNT}</strong>.</p>"
        self._say(said, PAGE_STORED if app else CODE_STORED)
        return True

    def _sign_in_beside_the_kernel(self, app: str) -> None:
        if person.sign_in_to(app):
            said = f"A scripted person signed in here instead, as <strong>{person.ACCOUNT}</strong>. Go on below."
        else:
            said = "Interrupt the next cell, and run this notebook on your own computer to sign in to your own tenant."
        self._say(f"<p>{ELSEWHERE}, and a sign-in can't come back from there. {said}</p>", PAGE_STORED)

    def _show(self, url: str, code: str) -> None:
        check = f" and check that it shows the code <strong>{escape(code)}</strong>" if code else ""
        value = f"<p>{link(reachable(url), 'Open the sign-in page')}{check}.</p>"
        if _may_lead_nowhere(url):
            value += f"<p>{ELSEWHERE}. If the link leads nowhere there, run the next cell all the same: after "
            value += f"{PATIENCE_SECONDS} seconds a scripted person signs in.</p>"
        self._say(value, CODE_STORED if code else PAGE_STORED)
        browser.open_page(url)

    def _say(self, value: str, stored: str) -> None:
        super().__init__(value=value)
        self.add_class("course-widget")
        self._stored = stored

    def _repr_mimebundle_(self, **kwargs):
        return static_html.with_fallback(
            super()._repr_mimebundle_(**kwargs), html=f"<p>{escape(self._stored)}</p>", text=self._stored
        )


def _may_lead_nowhere(page: str) -> bool:
    """Whether only a browser of the kernel's computer is sure to find a page of the practice tenant."""
    return headless.is_practice_page(page) and kernel_is_remote() and reachable(page) == page


class _Wait:
    """Follows the cells below a link, and has the link say how long one of them has waited, and how that ended.

    Args:
        again: what to do for another sign-in.
        ends: when the code expires, in seconds since 1970.
        last_resort: the page where the scripted person signs in, once a cell has waited for long.
    """

    _current: "_Wait | None" = None

    def __init__(self, shown: SignInLink, *, again: str, ends: float | None = None, last_resort: str = ""):
        # The shell outlives the widget, so it must not keep it.
        self._shown, self._again, self._ends, self._last_resort = weakref.ref(shown), again, ends, last_resort
        self._since: float | None = None
        self._patience: threading.Timer | None = None
        ipython = sys.modules.get("IPython")
        self._events = getattr(ipython and ipython.get_ipython(), "events", None)

    def begin(self) -> None:
        """Follow from the next cell on; a former link is done with."""
        if self._events is None:
            return
        if _Wait._current:
            _Wait._current._end()
        _Wait._current = self
        self._events.register("pre_run_cell", self._starts)
        self._events.register("post_run_cell", self._has_run)

    def _end(self) -> None:
        _Wait._current = None
        self._events.unregister("pre_run_cell", self._starts)
        self._events.unregister("post_run_cell", self._has_run)

    def _say(self, text: str = "", **waits: object) -> None:
        shown = self._shown()
        if shown is not None and shown.comm is not None:
            shown.waits = {"text": text, **waits}

    def _starts(self, _: object) -> None:
        left = None if self._ends is None else self._ends - time.time()
        expired = f"The code is no longer good. To sign in, {self._again}."
        if left is not None and left <= 0:
            self._say(expired)
            self._end()
            return
        self._since = time.monotonic()
        patience = None
        if self._last_resort:
            patience = PATIENCE_SECONDS
            self._patience = threading.Timer(patience, person.visit, (self._last_resort,))
            self._patience.daemon = True
            self._patience.start()
        self._say("A cell below waits for you.", waiting=True, left=left, expired=expired, patience=patience)

    def _has_run(self, result: object) -> None:
        # The first to end is the link's own cell, which began before.
        if self._since is None:
            return
        waited, self._since = time.monotonic() - self._since, None
        if self._patience:
            self._patience.cancel()
        if waited < WAITED_SECONDS:
            self._say()
        elif getattr(result, "success", True):
            self._say(f"The cell has its answer. To sign in again, {self._again}.")
            self._end()
        else:
            self._say(f"The cell ended with an error. To try again, {self._again}.")
            self._end()


ADMIN_CENTER = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/"
STORED = "Open the app registration. (The link is live only.)"


class PortalLink(widgets.HTML):
    """A link to the page of the app in a registration. In practice the address has this run's key, so it isn't stored."""

    def __init__(self, registration: Registration):
        practice = registration.practice_tenant
        base = f"{practice.portal_url}/" if practice else ADMIN_CENTER
        page = link(reachable(base) + registration.client_id, "Open the app registration")
        nowhere = f" {ELSEWHERE}, where the link may lead nowhere." if _may_lead_nowhere(base) else ""
        super().__init__(value=f"<p>{page} on a page of its own.{nowhere}</p>")
        self.add_class("course-widget")

    def _repr_mimebundle_(self, **kwargs):
        return static_html.with_fallback(super()._repr_mimebundle_(**kwargs), html=f"<p>{STORED}</p>", text=STORED)
