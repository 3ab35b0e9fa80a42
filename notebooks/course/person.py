"""A small scripted person, for runs that no person looks at.

It picks the learner's account, types the password that the page hints at, and accepts. Headless kernels call it
(headless.py). Tests that run JupyterLab, or play a tenant in the cloud, name this program in ``BROWSER``, so that
Python's ``webbrowser`` opens sign-in pages with it. A tenant that is served for several people gives no hint;
``COURSE_PERSON_PASSWORD`` then has the password.

    python -m course.person URL
"""

import html
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

ACCOUNT = "learner@practice.example"
MOST_STEPS = 10

_TAG = re.compile(r"<[^>]*>")
_HINT = re.compile(r"password\s+is\s+([a-z]+(?:-[a-z]+)+)")
_REFUSAL = re.compile(r"AADSTS\d+: [^<]*")


class NoPassword(Exception):
    """A page asks for a password and doesn't hint at it."""


@dataclass
class Form:
    """A form of a page: where it posts to, its fields, and its buttons as (name, value)."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The forms of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.text = text
        self.forms: list[Form] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect forms, fields and buttons."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(action=values.get("action", "")))
        elif tag == "input" and self.forms and values.get("type") != "checkbox":
            self.forms[-1].fields[values.get("name", "")] = values.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append((values.get("name", ""), values.get("value", "")))


def visit(url: str) -> str:
    """Go through the pages that begin at *url* as a learner would; returns the text of the last one."""
    session = browser()
    response = session.get(url, timeout=30)
    for _ in range(MOST_STEPS):
        page = Page(response.text)
        if not page.forms:
            break
        form = chosen(page)
        response = session.post(urljoin(response.url, form.action), data=form.fields, timeout=30)
    return response.text


def browser():
    """A ``requests.Session`` for pages of this computer.

    A program may listen at one loopback address alone, as MSAL does at 127.0.0.1, while the system knows ``localhost`` by
    the other. To a browser the name is always both, whatever the system says (RFC 6761 section 6.3).
    """
    import requests
    from requests.adapters import HTTPAdapter

    class BothAddresses(HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *arguments: object, **options: object) -> requests.Response:
            for address in ("localhost", "127.0.0.1", "[::1]"):
                there = request.copy()
                there.headers["Host"] = urlsplit(request.url).netloc
                there.url = request.url.replace("//localhost", f"//{address}", 1)
                try:
                    response = super().send(there, *arguments, **options)
                except requests.ConnectionError as error:
                    # A connection that broke may have brought the request: only where there was none it is sent again.
                    reasons = type(getattr(error.args[0], "reason", None)).__mro__
                    none = "NewConnectionError" in {reason.__name__ for reason in reasons}
                    if not none or address == "[::1]":
                        raise
                    continue
                # Links and cookies belong to the name.
                response.url, response.request = request.url, request
                return response

    session = requests.Session()
    # Proxy variables are meant for the internet.
    session.trust_env = False
    session.mount("http://localhost:", BothAddresses())
    return session


def sign_in_to(app: str) -> bool:
    """Sign in to a web app of this computer, if it sends people to a practice tenant; returns whether it does.

    Args:
        app: the address of its first page, which redirects to the sign-in.
    """
    url = sign_in_page(app)
    # A person of the practice tenant has no business with a tenant in the cloud.
    if urlsplit(url).hostname != "localhost":
        return False
    visit(url)
    return True


def sign_in_page(app: str) -> str:
    """Where a web app's first page sends people to sign in; empty if it doesn't."""
    with browser() as session:
        return session.get(app, allow_redirects=False, timeout=30).headers.get("Location", "")


def refusal(text: str) -> str:
    """The error that a page of the tenant shows; empty where it shows none."""
    found = _REFUSAL.search(html.unescape(text))
    return found[0].strip() if found else ""


def decline(auth_uri: str, reason: str) -> None:
    """Answer the app that started a sign-in as if the person had declined (RFC 6749 section 4.1.2.1).

    Args:
        auth_uri: where the sign-in would begin; it names the app's address and the state.
        reason: what the app is told in ``error_description``.
    """
    import requests

    asked = dict(parse_qsl(urlsplit(auth_uri).query))
    answer = {"error": "access_denied", "error_description": reason, "state": asked.get("state", "")}
    # An app that has ended doesn't wait.
    if urlsplit(asked.get("redirect_uri", "")).hostname in ("localhost", "127.0.0.1"):
        with browser() as session, suppress(requests.ConnectionError):
            session.post(asked["redirect_uri"], data=answer, timeout=30)


def chosen(page: Page) -> Form:
    """The form a learner would send, filled in."""
    for form in page.forms:
        if ("username", ACCOUNT) in form.buttons:
            form.fields["username"] = ACCOUNT
            return form
    form = page.forms[0]
    if "password" in form.fields:
        hint = _HINT.search(_TAG.sub("", page.text))
        if hint is None and "COURSE_PERSON_PASSWORD" not in os.environ:
            raise NoPassword("This page has no password hint: it is not this run's own practice tenant.")
        form.fields["password"] = hint[1] if hint else os.environ["COURSE_PERSON_PASSWORD"]
    if form.buttons and form.buttons[0][0]:
        form.fields |= dict(form.buttons[:1])
    return form


if __name__ == "__main__":
    try:
        visit(sys.argv[1])
    except NoPassword as problem:
        raise SystemExit(problem) from None
