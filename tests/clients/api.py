"""The practice tenant's Graph over HTTPS, called with a token that some client library got."""

from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.tenant.certificate import Certificate

SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class WebApp:
    """The registration of a confidential client that people sign in to."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, kw_only=True)
class Api:
    """Graph at *root*, such as ``https://localhost:8443/graph/v1.0``; *ca* is the file that vouches for it."""

    root: str
    ca: Path

    def get(self, path: str, token: str) -> requests.Response:
        """GET *path*, such as ``/me``."""
        return self._request("GET", path, token)

    def register_certificate(self, client_id: str, certificate: Certificate, token: str) -> None:
        """Make a certificate the only one of an app registration; the token is an administrator's.

        Raises:
            requests.HTTPError: Graph refused it.
        """
        [application] = self._ask("GET", f"/applications?$filter=appId eq '{client_id}'", token).json()["value"]
        credential = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": certificate.x5c[0]}
        self._ask("PATCH", f"/applications/{application['id']}", token, {"keyCredentials": [credential]})

    def register_web_app(self, name: str, redirect_uri: str, token: str) -> WebApp:
        """Register a web app with a secret; the token is an administrator's.

        Raises:
            requests.HTTPError: Graph refused it.
        """
        described = {"displayName": name, "web": {"redirectUris": [redirect_uri]}}
        application = self._ask("POST", "/applications", token, described).json()
        self._ask("POST", "/servicePrincipals", token, {"appId": application["appId"]})
        secret = self._ask("POST", f"/applications/{application['id']}/addPassword", token, {}).json()
        return WebApp(client_id=application["appId"], client_secret=secret["secretText"], redirect_uri=redirect_uri)

    def _ask(self, method: str, path: str, token: str, body: dict | None = None) -> requests.Response:
        answer = self._request(method, path, token, body)
        answer.raise_for_status()
        return answer

    def _request(self, method: str, path: str, token: str, body: dict | None = None) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            session.headers["Authorization"] = f"Bearer {token}"
            return session.request(method, self.root + path, json=body, verify=self.ca, timeout=SECONDS)
