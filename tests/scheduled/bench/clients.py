"""Real MSAL clients of a served tenant: programs with a session and connections of their own."""

from abc import ABC, abstractmethod
from contextlib import ExitStack

import msal
import requests

from course.person import visit
from tests.notebooks.live.served import ServedTenant
from tests.tenant.session import session_of

GRAPH = "https://graph.microsoft.com"
_READ_ONE = ["User.Read"]


class ClientFailed(RuntimeError):
    """A client was answered with an error; the text says with which one."""


class _Carried:
    """A served tenant as the course's session wants it: with the text of its certificate authority."""

    def __init__(self, tenant: ServedTenant):
        self.seeded = tenant.seeded
        self.https_port = tenant.https_port
        self.face_header = tenant.face_header
        self.ca_certificate = tenant.ca_certificate.read_text("ascii")


class Client(ABC):
    """A program: its session, and the API call that its token is for."""

    path = ""

    def __init__(self, tenant: ServedTenant):
        self.http = session_of(_Carried(tenant))
        self._authority = f"https://login.microsoftonline.com/{tenant.seeded.tenant_id}"
        with ExitStack() as stack:
            stack.callback(self.close)
            self.app = self._application(tenant)
            stack.pop_all()

    @abstractmethod
    def _application(self, tenant: ServedTenant) -> msal.ClientApplication:
        """Instantiate it."""

    @abstractmethod
    def token(self) -> str:
        """A token that is asked for now, not one of the cache. Raises ClientFailed."""

    def call(self, token: str) -> None:
        """Call the API with a token. Raises ClientFailed."""
        answer = self.http.get(GRAPH + self.path, headers={"Authorization": f"Bearer {token}"})
        if answer.status_code != requests.codes.ok:
            raise ClientFailed(f"The API answered {answer.status_code} to GET {self.path}.")

    def close(self) -> None:
        """Close its connections."""
        self.http.close()

    def _given(self, result: dict) -> str:
        # It isn't read here, and an hour of it is long.
        self.http.trace.clear()
        if "access_token" not in result:
            raise ClientFailed(f"{result.get('error')}: {str(result.get('error_description')).partition(' Trace')[0]}")
        return result["access_token"]


class Daemon(Client):
    """A program that asks as itself, and reads the users."""

    path = "/v1.0/users"

    def _application(self, tenant: ServedTenant) -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(
            tenant.seeded.client_id,
            authority=self._authority,
            client_credential=tenant.seeded.client_secret,
            http_client=self.http,
        )

    def token(self) -> str:
        """By the client credentials grant."""
        self.app.remove_tokens_for_client()
        return self._given(self.app.acquire_token_for_client([f"{GRAPH}/.default"]))


class SignedIn(Client):
    """A program that somebody signs in to on another screen: ``COURSE_PERSON_PASSWORD`` has that person's password."""

    path = "/v1.0/me"

    def _application(self, tenant: ServedTenant) -> msal.PublicClientApplication:
        return msal.PublicClientApplication(
            tenant.seeded.public_client_id, authority=self._authority, http_client=self.http
        )

    def token(self) -> str:
        """By a device code the first time, and with the refresh token afterwards."""
        if accounts := self.app.get_accounts():
            result = self.app.acquire_token_silent_with_error(_READ_ONE, account=accounts[0], force_refresh=True)
            return self._given(result or {"error": "no refresh token is kept"})
        flow = self.app.initiate_device_flow(_READ_ONE)
        if "user_code" not in flow:
            return self._given(flow)
        visit(f"{flow['verification_uri']}?otc={flow['user_code']}")
        return self._given(self.app.acquire_token_by_device_flow(flow))
