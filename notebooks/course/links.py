"""The link to a sign-in page, for a person to click, in a notebook whose outputs are stored.

The address has a port and a code that are new in each run, so it is shown live only; what is stored says what to do. On a
hub the page is reached through the hub's proxy, since "localhost" there is another computer than the learner's. A
sign-in that has to come back to an app at "localhost" can't be done from there; in practice a scripted person does it.
"""

import os
import webbrowser
from html import escape
from urllib.parse import urlsplit

import ipywidgets as widgets

from . import headless, person, static_html
from .registration import Registration

PAGE_STORED = "Open the sign-in page. (The link is live only.)"
CODE_STORED = "Open the sign-in page and check that it shows the code. (The link is live only.)"
CANNOT_COME_BACK = "On a hub your browser can't come back to this kernel."


def kernel_is_remote() -> bool:
    """Whether the kernel runs on another computer than the learner's browser, as on JupyterHub.

    Then a sign-in can't come back to ``http://localhost``: that is the learner's own computer, not the kernel's. In a
    headless run no browser is elsewhere.
    """
    return "JUPYTERHUB_SERVICE_PREFIX" in os.environ and not headless.is_headless()


def reachable(url: str) -> str:
    """The address at which the learner's browser finds a page of this computer."""
    parts = urlsplit(url)
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if prefix is None or parts.hostname != "localhost":
        return url
    # jupyter-server-proxy forwards PREFIX/proxy/PORT/… to the port.
    query = f"?{parts.query}" if parts.query else ""
    return f"{prefix.rstrip('/')}/proxy/{parts.port}{parts.path}{query}"


def link(url: str, words: str) -> str:
    """A link to a page of its own, as HTML; JupyterLab takes colour and underline from links inside a widget."""
    style = "color: var(--jp-content-link-color, #0b5cad); text-decoration: underline"
    return f'<a href="{escape(url, quote=True)}" target="_blank" rel="noopener" style="{style}">{escape(words)}</a>'


class SignInLink(widgets.HTML):
    """A link to a page for signing in, opened at once where kernel and browser share a computer.

    In a headless run the scripted person has signed in before the cell ends.

    Args:
        target: what ``initiate_device_flow`` returned, or the URL of a web app, which sends people to sign in.

    Raises:
        NoPerson: the run is headless, and the sign-in is at a tenant in the cloud.
    """

    def __init__(self, target: dict | str):
        if headless.is_headless() and self._sign_in_headless(target):
            return
        if isinstance(target, str):
            if kernel_is_remote() and urlsplit(target).hostname == "localhost":
                self._sign_in_beside_the_kernel(target)
            else:
                self._show(target, "")
            return
        flow = target
        if "user_code" not in flow:
            sentence = flow.get("error_description", "This is no device code flow.")
            super().__init__(value=f"<p>{escape(sentence)}</p>")
            self._stored = "There is no code to enter: the flow holds an error."
            return
        # Entra fills in the code from "otc"; the person still has to send it.
        self._show(f"{flow['verification_uri']}?otc={flow['user_code']}", flow["user_code"])

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
        super().__init__(
            value=f"<p>No person looks: a scripted one signed in, as <strong>{person.ACCOUNT}</strong>.</p>"
        )
        self.add_class("course-widget")
        self._stored = PAGE_STORED if app else CODE_STORED
        return True

    def _sign_in_beside_the_kernel(self, app: str) -> None:
        if person.sign_in_to(app):
            said = f"A scripted person signed in here instead, as <strong>{person.ACCOUNT}</strong>. Go on below."
        else:
            said = "Interrupt the next cell, and run this notebook on your own computer to sign in to your own tenant."
        super().__init__(value=f"<p>{CANNOT_COME_BACK} {said}</p>")
        self.add_class("course-widget")
        self._stored = PAGE_STORED

    def _show(self, url: str, code: str) -> None:
        check = f" and check that it shows the code <strong>{escape(code)}</strong>" if code else ""
        value = f"<p>{link(reachable(url), 'Open the sign-in page')}{check}.</p>"
        super().__init__(value=value)
        self.add_class("course-widget")
        self._stored = CODE_STORED if code else PAGE_STORED
        if not kernel_is_remote():
            webbrowser.open(url)

    def _repr_mimebundle_(self, **kwargs):
        return static_html.with_fallback(
            super()._repr_mimebundle_(**kwargs), html=f"<p>{escape(self._stored)}</p>", text=self._stored
        )


ADMIN_CENTER = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/"
STORED = "Open the app registration. (The link is live only.)"


class PortalLink(widgets.HTML):
    """A link to the page of the app in a registration. In practice the address has this run's key, so it isn't stored."""

    def __init__(self, registration: Registration):
        practice = registration.practice_tenant
        base = reachable(f"{practice.portal_url}/") if practice else ADMIN_CENTER
        page = link(base + registration.client_id, "Open the app registration")
        super().__init__(value=f"<p>{page} on a page of its own.</p>")
        self.add_class("course-widget")

    def _repr_mimebundle_(self, **kwargs):
        return static_html.with_fallback(super()._repr_mimebundle_(**kwargs), html=f"<p>{STORED}</p>", text=STORED)
