"""A scripted person at a browser: opens a page, fills in forms, and continues until the redirect to the app."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from .clients import FORM, Headers, InProcess

# A browser's headers for a form from a page of the same origin.
OWN_PAGE = (("Sec-Fetch-Site", "same-origin"),)


class Page(HTMLParser):
    """A page as a browser reads it: its elements with their attributes, and its first form.

    Attributes:
        elements: name and attributes of each element, in order.
        action: the target of the first form; None without a form.
        fields: the values of the first form's inputs.
        text: the visible text.
    """

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.text = ""
        self._forms = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "form":
            self._forms += 1
            self.action = self.action or attributes["action"]
        if tag == "input" and self._forms == 1 and "name" in attributes and attributes.get("type") != "checkbox":
            self.fields[attributes["name"]] = attributes.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person who signs in on the tenant's pages.

    Attributes:
        http: the pages, over plain HTTP.
        username, password: their input.
    """

    http: InProcess
    username: str
    password: str = field(repr=False)

    def submit(self, response: httpx.Response, *, headers: Headers = OWN_PAGE, **typed: str) -> httpx.Response:
        """Post the first form of a page with typed values; an empty value removes a field."""
        page = Page(response.text)
        fields = {name: value for name, value in (page.fields | typed).items() if value}
        path = urlsplit(urljoin(str(response.request.url), page.action)).path
        return self.post(path, fields, headers=headers)

    def post(
        self, path: str, fields: dict[str, str] | Iterable[tuple[str, str]], *, headers: Headers = OWN_PAGE
    ) -> httpx.Response:
        """Post any form to a path, even one that no page of the tenant has."""
        sent = [("Content-Type", FORM), *headers]
        return self.http.request("POST", path, headers=sent, content=urlencode(fields).encode())

    def log_in(self, response: httpx.Response) -> httpx.Response:
        """Continue from the list of accounts or the password's page: pick the account, type the password."""
        if "password" not in Page(response.text).fields:
            response = self.submit(response, username=self.username)
        return self.submit(response, username=self.username, password=self.password, decision="sign-in")

    def consent(self, response: httpx.Response, decision: str = "accept") -> httpx.Response:
        """Answer the page that asks for consent, if there is one."""
        if "Permissions requested" not in response.text:
            return response
        return self.submit(response, decision=decision)

    def sign_in(self, url: str) -> httpx.Response:
        """Open a link and complete its pages; returns the redirect to the app, or the last page."""
        return self.consent(self.log_in(self.http.get(url)))

    def approve(self, device: dict, decision: str = "accept") -> httpx.Response:
        """Type the code of a device authorization response, sign in, and answer whether to let the device in."""
        response = self.submit(self.http.get("/devicelogin"), user_code=device["user_code"])
        return self.submit(self.consent(self.log_in(response)), decision=decision)
