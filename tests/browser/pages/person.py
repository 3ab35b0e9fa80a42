"""Somebody in front of the browser, who does what the pages ask for."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from practice_tenant.directory.objects import User
from tests.browser.pages.client_app import ClientApp
from tests.browser.pages.served import ServedPages

STATE = "what the app + only it & knows"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person, the pages of their tenant, and the app that they sign in to.

    Attributes:
        address: where the browser reaches the pages, if not directly.
    """

    page: Page
    pages: ServedPages
    app: ClientApp
    address: str = ""

    def at(self, address: str) -> "Person":
        """The same person, who reaches the pages through a proxy."""
        return replace(self, address=address)

    def url(self, path: str) -> str:
        """A page's address, as this person's browser needs it."""
        return f"{self.address or self.pages.origin}/{self.pages.key}{path}"

    def open(self, path: str, **parameters: str) -> None:
        """Open a page."""
        self.page.goto(self.url(path) + (f"?{urlencode(parameters)}" if parameters else ""))

    def start(self, *, scope: str = "openid profile User.Read", **parameters: str) -> None:
        """Come to the sign-in from the app."""
        request = {
            "client_id": self.pages.seeded.public_client_id,
            "redirect_uri": self.app.redirect_uri,
            "response_type": "code",
            "state": STATE,
            "scope": scope,
        }
        self.open(f"/{self.pages.seeded.tenant_id}/oauth2/v2.0/authorize", **request | parameters)

    def pick(self, label: str = "learner") -> User:
        """Choose an account from the list."""
        user = self.pages.user(label)
        self.page.get_by_role("button", name=user.user_principal_name).click()
        expect(self.heading("Enter password")).to_be_visible()
        return user

    def enter_password(self, password: str | None = None) -> None:
        """Type the password, or a wrong one."""
        self.page.get_by_label("Password", exact=True).fill(password or self.pages.seeded.user_password)
        self.press("Sign in")

    def sign_in(self, label: str = "learner") -> User:
        """Choose an account and type its password."""
        user = self.pick(label)
        self.enter_password()
        return user

    def press(self, name: str) -> None:
        """Press a button, and wait for the page that comes of it."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def heading(self, text: str) -> Locator:
        """The page's heading, if it is this."""
        return self.page.get_by_role("heading", level=1, name=text, exact=True)

    def come_back(self) -> None:
        """Arrive at the app."""
        expect(self.heading("Back in the app")).to_be_visible()

    def start_device(self, scope: str = "openid profile User.Read") -> dict:
        """Let a device begin a device flow; the answer has the ``user_code`` for the person."""
        return self.pages.post("devicecode", client_id=self.pages.seeded.public_client_id, scope=scope)

    def poll(self, device: dict) -> dict:
        """What the device is told when it asks for its tokens."""
        return self.pages.post(
            "token",
            client_id=self.pages.seeded.public_client_id,
            grant_type="urn:ietf:params:oauth:grant-type:device_code",
            device_code=device["device_code"],
        )

    def redeem(self, code: str) -> dict:
        """What the app gets for an authorization code."""
        return self.pages.post(
            "token",
            client_id=self.pages.seeded.public_client_id,
            grant_type="authorization_code",
            code=code,
            redirect_uri=self.app.redirect_uri,
        )
