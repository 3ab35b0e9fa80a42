"""An app that people sign in to: makes the link, reads the answer, redeems the code. Uses PKCE, as MSAL does."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from .clients import FORM, Authority, Headers
from .person import Page

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ON_BEHALF_OF_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

VERIFIER = "a-verifier-of-43-characters-or-more.~0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, kw_only=True)
class RelyingParty:
    """A client of the authorization server.

    Attributes:
        credential: the form fields that authenticate it; empty for a public client.
    """

    authority: Authority
    client_id: str
    redirect_uri: str
    credential: Mapping[str, str] = field(default_factory=dict, repr=False)
    scope: str = "User.Read openid profile offline_access"

    def link(self, *, tenant: str | None = None, **changes: str | None) -> str:
        """The path and query of a sign-in; *changes* are parameters, None leaves one out."""
        return f"{self.path(tenant)}?{urlencode(self.request(**changes))}"

    def path(self, tenant: str | None = None) -> str:
        """The path of the authorization endpoint."""
        return f"/{tenant or self.authority.tenant}/oauth2/v2.0/authorize"

    def request(self, **changes: str | None) -> dict[str, str]:
        """The parameters of a sign-in."""
        good = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": "a-state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, *, tenant: str | None = None, headers: Headers = (), **form: str | None) -> httpx.Response:
        """POST to the token endpoint as this client; None removes a parameter."""
        fields = {"client_id": self.client_id, **self.credential, **form}
        given = {name: value for name, value in fields.items() if value is not None}
        return self.authority.token(given, tenant=tenant, headers=headers)

    def redeem(self, code: str, **changes) -> httpx.Response:
        """Redeem an authorization code."""
        good = {"code": code, "redirect_uri": self.redirect_uri, "code_verifier": VERIFIER}
        return self.token(grant_type="authorization_code", **good | changes)

    def refresh(self, refresh_token: str, **changes) -> httpx.Response:
        """Redeem a refresh token."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **changes)

    def ask_device_code(self, *, tenant: str | None = None, method: str = "POST", **changes) -> httpx.Response:
        """Start the device flow; *changes* are parameters, None leaves one out."""
        fields = {"client_id": self.client_id, "scope": self.scope} | changes
        body = urlencode({name: value for name, value in fields.items() if value is not None}).encode()
        path = f"/{tenant or self.authority.tenant}/oauth2/v2.0/devicecode"
        return self.authority.http.request(method, path, headers=[("Content-Type", FORM)], content=body)

    def poll(self, device: dict, **changes) -> httpx.Response:
        """Poll for the person's approval."""
        return self.token(grant_type=DEVICE_GRANT, **{"device_code": device["device_code"]} | changes)

    def on_behalf_of(self, assertion: str, **changes) -> httpx.Response:
        """Exchange the token of this API's caller for one to call Graph."""
        good = {"requested_token_use": "on_behalf_of", "scope": "https://graph.microsoft.com/User.Read"}
        return self.token(grant_type=ON_BEHALF_OF_GRANT, **good | {"assertion": assertion} | changes)


def sent_back(response: httpx.Response) -> dict[str, str]:
    """The parameters that an answer to a sign-in sends to the app, by query, fragment or form."""
    if response.status_code == 303:
        parts = urlsplit(response.headers["Location"])
        return dict(parse_qsl(parts.fragment or parts.query, keep_blank_values=True, strict_parsing=True))
    assert response.status_code == 200, response.text
    return Page(response.text).fields
