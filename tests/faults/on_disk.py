"""A practice tenant on a state file, in process, and a request to each of its parts."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from practice_tenant import SeededValues
from practice_tenant.app import PracticeTenant
from practice_tenant.directory.store import Directory
from practice_tenant.hosts import RUN_HEADER
from practice_tenant.state import State
from tests.tenant.clients import FORM, InProcess
from tests.tenant.practice import CONTROL_TOKEN, RUN_TOKEN

_KEY = "the-key-of-this-run"


@dataclass(frozen=True, kw_only=True)
class OnDisk:
    """What can be asked of it; ``access_token`` is one that the administrator's app got before."""

    app: Callable
    directory: Directory
    seeded: SeededValues
    access_token: str = ""

    def token(self, form: dict[str, str] | None = None) -> httpx.Response:
        """The token endpoint's answer; without a form, to the administrator's app."""
        form = form or {
            "grant_type": "client_credentials",
            "client_id": self.seeded.administrator_client_id,
            "client_secret": self.seeded.administrator_secret,
            "scope": "https://graph.microsoft.com/.default",
        }
        return self._ask(
            "login.microsoftonline.com",
            f"/{self.seeded.tenant_id}/oauth2/v2.0/token",
            "POST",
            headers=[("Content-Type", FORM)],
            content=urlencode(form).encode(),
        )

    def api(self, path: str) -> httpx.Response:
        """Graph's answer."""
        bearer = [("Authorization", f"Bearer {self.access_token}")]
        return self._ask("graph.microsoft.com", f"/v1.0{path}", headers=bearer)

    def metadata(self) -> httpx.Response:
        """The token of a machine."""
        query = urlencode({"api-version": "2018-02-01", "resource": "https://graph.microsoft.com/"})
        path = f"/metadata/identity/oauth2/token?{query}"
        return self._ask("169.254.169.254", path, headers=[("Metadata", "true")])

    def sign_in_page(self) -> httpx.Response:
        """The page that a person signs in at."""
        query = {"client_id": self.seeded.public_client_id, "response_type": "code", "scope": "User.Read"}
        query |= {"redirect_uri": "http://localhost"}
        return self._page(f"/{self.seeded.tenant_id}/oauth2/v2.0/authorize?{urlencode(query)}")

    def b2c_sign_in_page(self) -> httpx.Response:
        """The same of Azure AD B2C."""
        query = {"client_id": self.seeded.customer_client_id, "response_type": "code", "scope": "openid"}
        query |= {"redirect_uri": "http://localhost"}
        path = "/practice.b2clogin.com/practice.onmicrosoft.com/b2c_1_susi/oauth2/v2.0/authorize"
        return self._page(f"{path}?{urlencode(query)}")

    def b2c_token(self) -> httpx.Response:
        """The answer of its token endpoint to a code that nobody was given."""
        form = {"grant_type": "authorization_code", "client_id": self.seeded.customer_client_id, "code": "a code"}
        return self._ask(
            "practice.b2clogin.com",
            "/practice.onmicrosoft.com/b2c_1_susi/oauth2/v2.0/token",
            "POST",
            headers=[("Content-Type", FORM)],
            content=urlencode(form).encode(),
        )

    def counted(self) -> httpx.Response:
        """How many requests of an app the control API has counted."""
        path = f"/control/requests?endpoint=token&client_id={self.seeded.client_id}"
        return self._ask("localhost:8443", path, headers=[("Authorization", f"Bearer {CONTROL_TOKEN}")])

    def portal(self) -> httpx.Response:
        """The app registrations, as their owner sees them."""
        return self._page("/portal")

    def _page(self, path: str) -> httpx.Response:
        return InProcess(app=self.app, base_url="http://localhost:8400").request("GET", f"/{_KEY}{path}")

    def _ask(self, host: str, path: str, method: str = "GET", **request: object) -> httpx.Response:
        http = InProcess(app=self.app, base_url=f"https://{host}", headers=((RUN_HEADER, RUN_TOKEN),))
        return http.request(method, path, **request)


def on_disk(state: State) -> OnDisk:
    """The tenant whose state was opened."""
    keys = {"run_token": RUN_TOKEN, "pages_key": _KEY, "control_token": CONTROL_TOKEN}
    app = PracticeTenant(state.directory, https_port=8443, http_port=8400, **keys)
    return OnDisk(app=app, directory=state.directory, seeded=state.seeded)
