"""The administrator's side of a registration, as the Graph requests a person would automate it with.

In the practice tenant you hold an administrator's credential, so these functions really send the requests (the wire
trace shows them). A real tenant has its own administrator: there each function says what to ask them for.
"""

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .credential import Unusable
from .redaction import Secret

if TYPE_CHECKING:
    import msal
    import requests

    from .registration import Registration

GRAPH = "https://graph.microsoft.com/v1.0"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
ADMIN_CENTER = "https://entra.microsoft.com"


class GraphRefusal(RuntimeError):
    """Graph refused a request; the text has Graph's code and sentence."""


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """An administrator of the tenant that *registration* points to; requests go through *session*, if one is given.

    Methods return a sentence that says what was done, or what to do in a real tenant.
    """

    registration: "Registration"
    session: "requests.Session | None" = None

    @property
    def live(self) -> bool:
        """Whether a real tenant is used: then nothing is sent, and the sentence says what to do."""
        return self.registration.mode == "live"

    def grant(self, permission: str) -> str:
        """Give admin consent to one of Graph's application permissions, such as ``User.Read.All``."""
        if self.live:
            return (
                f"Open {ADMIN_CENTER} > App registrations > your app > API permissions: add the application permission "
                f"{permission} of Microsoft Graph, then choose Grant admin consent."
            )
        graph, principal = self._principals()
        if self._assignment(graph, principal, permission):
            return f"{permission} was granted already."
        body = {"principalId": principal["id"], "resourceId": graph["id"], "appRoleId": _role_id(graph, permission)}
        self.send("POST", f"/servicePrincipals/{principal['id']}/appRoleAssignments", body)
        return f"Admin consent given: {permission}."

    def revoke(self, permission: str) -> str:
        """Take an application permission back."""
        if self.live:
            return f"Open {ADMIN_CENTER} > Enterprise applications > your app > Permissions, and revoke {permission} there."
        graph, principal = self._principals()
        assignment = self._assignment(graph, principal, permission)
        if assignment is None:
            return f"{permission} was not granted."
        self.send("DELETE", f"/servicePrincipals/{principal['id']}/appRoleAssignments/{assignment['id']}")
        return f"Taken back: {permission}."

    def add_certificate(self, certificate: str, *, replace: bool = False) -> str:
        """Register a certificate (PEM text, the public part alone) for the app, beside or instead of those it has.

        The registration's own certificate always stays: notebooks go on with it.
        """
        if self.live:
            return (
                f"Open {ADMIN_CENTER} > App registrations > your app > Certificates & secrets > Certificates, and upload "
                "the certificate."
            )
        application = self._application()
        own = self._own_thumbprint()
        kept = [key for key in application["keyCredentials"] if not replace or key["customKeyIdentifier"] == own]
        key = base64.b64encode(certificate.encode()).decode()
        new = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": key}
        self.send("PATCH", f"/applications/{application['id']}", {"keyCredentials": [*kept, new]})
        count = len(self._application()["keyCredentials"])
        return f"The app has {count} certificate{'' if count == 1 else 's'}."

    def register_own_certificate(self) -> None:
        """Register the registration's own certificate (`CLIENT_CERTIFICATE_PATH`) unless the app has it already."""
        known = {key["customKeyIdentifier"] for key in self._application()["keyCredentials"]}
        if self._own_thumbprint() not in known:
            self.add_certificate(self.registration.certificate.public)

    def trust_identity(self, subject: str) -> str:
        """Let the app show the tokens of a managed identity in place of a secret: a federated credential.

        Args:
            subject: what the token's ``sub`` has to be: the identity's object ID. One call replaces what another trusted.
        """
        if self.live:
            return (
                f"Open {ADMIN_CENTER} > App registrations > your app > Certificates & secrets > Federated credentials, "
                "add one for a managed identity, and choose the identity."
            )
        path = f"/applications/{self._application()['id']}/federatedIdentityCredentials"
        trusted = {
            "issuer": f"https://login.microsoftonline.com/{self.registration.practice_tenant.seeded.tenant_id}/v2.0",
            "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
        }
        if any(item["name"] == "course-machine" for item in self.send("GET", path)["value"]):
            self.send("PATCH", f"{path}/course-machine", trusted)
        else:
            self.send("POST", path, {"name": "course-machine"} | trusted)
        return f"The app trusts tokens about {subject}."

    def expose_api(self) -> str:
        """Give the app its Application ID URI, ``api://<client ID>``, by which tokens for it are asked for."""
        uri = f"api://{self.registration.client_id}"
        if self.live:
            return f"Open {ADMIN_CENTER} > App registrations > your app > Expose an API, and add the URI {uri}."
        self.send("PATCH", f"/applications/{self._application()['id']}", {"identifierUris": [uri]})
        return "The app has an Application ID URI now."

    def add_secret(self, name: str = "made by the administrator") -> Secret:
        """Make a new client secret for the app, beside those it has.

        Raises:
            RuntimeError: in live mode.
        """
        if self.live:
            raise RuntimeError(f"In a real tenant you make a secret yourself: {ADMIN_CENTER} > Certificates & secrets.")
        return self._add_secret(self._application(), {"displayName": name})

    def allow_public_client_flows(self, allowed: bool = True) -> str:
        """Switch the app's setting *Allow public client flows*: without a secret it may then sign people in."""
        if self.live:
            return (
                f"Open {ADMIN_CENTER} > App registrations > your app > Authentication > Settings, and switch Allow "
                f"public client flows {'on' if allowed else 'off'}."
            )
        self.send("PATCH", f"/applications/{self._application()['id']}", {"isFallbackPublicClient": allowed})
        return f"Public client flows are {'allowed' if allowed else 'not allowed'}."

    def set_redirect_uris(self, *uris: str) -> str:
        """Make *uris* the redirect URIs of the app's web platform, in place of those it had."""
        if self.live:
            return (
                f"Open {ADMIN_CENTER} > App registrations > your app > Authentication, and let the platform Web have "
                f"{', '.join(uris)}."
            )
        self.send("PATCH", f"/applications/{self._application()['id']}", {"web": {"redirectUris": list(uris)}})
        return f"The app has {len(uris)} redirect URI{'' if len(uris) == 1 else 's'}."

    def register_app(self, name: str = "My practice app", permissions: tuple[str, ...] = ("User.Read.All",)):
        """Register an app in the practice tenant: app registration, secret, service principal, admin consent.

        Returns:
            Registration: with the new app's values, its secret kept as a ``Secret``.

        Raises:
            RuntimeError: in live mode.
        """
        if self.live:
            raise RuntimeError(f"In a real tenant you register an app yourself: {ADMIN_CENTER} > App registrations.")
        application = self.send("POST", "/applications", {"displayName": name, "signInAudience": "AzureADMyOrg"})
        secret = self._add_secret(application, {"displayName": "made in the form"})
        self.send("POST", "/servicePrincipals", {"appId": application["appId"]})
        registration = self.registration.with_values(
            tenant=self.registration.practice_tenant.seeded.tenant_id,
            client_id=application["appId"],
            client_secret=secret,
        )
        for permission in permissions:
            Administrator(registration=registration, session=self.session).grant(permission)
        return registration

    def send(self, method: str, path: str, body: dict | None = None) -> dict:
        """Send Graph a request as the practice tenant's administrator; returns its answer, empty if it has no body.

        Raises:
            GraphRefusal: Graph refused it.
        """
        response = self._session.request(
            method, GRAPH + path, json=body, headers={"Authorization": f"Bearer {self._token()}"}
        )
        answer = response.json() if response.content else {}
        if not response.ok:
            raise GraphRefusal(f"{answer['error']['code']}: {answer['error']['message']}")
        return answer

    def _add_secret(self, application: dict, credential: dict) -> Secret:
        body = {"passwordCredential": credential}
        return Secret(self.send("POST", f"/applications/{application['id']}/addPassword", body)["secretText"])

    @property
    def _session(self) -> "requests.Session":
        return self.session or self.registration.session

    @cached_property
    def _client(self) -> "msal.ConfidentialClientApplication":
        import msal

        seeded = self.registration.practice_tenant.seeded
        return msal.ConfidentialClientApplication(
            seeded.administrator_client_id,
            authority=f"https://login.microsoftonline.com/{seeded.tenant_id}",
            client_credential=seeded.administrator_secret,
            http_client=self._session,
        )

    def _own_thumbprint(self) -> str | None:
        try:
            own = self.registration.certificate
        except Unusable:
            return None
        return own and own.thumbprint

    def _application(self) -> dict:
        app_id = self.registration.client_id
        found = self.send("GET", f"/applications?$filter=appId eq '{app_id}'")["value"]
        if not found:
            raise GraphRefusal(f"No app with the client ID {app_id} is in the practice tenant. Check CLIENT_ID.")
        return found[0]

    def _principals(self) -> tuple[dict, dict]:
        found = [self._principal(app_id) for app_id in (GRAPH_APP_ID, self.registration.client_id)]
        if found[1] is None:
            raise GraphRefusal(
                f"No app with the client ID {self.registration.client_id} is in the practice tenant. Check CLIENT_ID, "
                "or register a practice app in the form of notebook 01."
            )
        return found[0], found[1]

    def _principal(self, app_id: str) -> dict | None:
        value = self.send("GET", f"/servicePrincipals?$filter=appId eq '{app_id}'")["value"]
        return value[0] if value else None

    def _assignment(self, graph: dict, principal: dict, permission: str) -> dict | None:
        role_id = _role_id(graph, permission)
        granted = self.send("GET", f"/servicePrincipals/{principal['id']}/appRoleAssignments")["value"]
        return next((item for item in granted if item["appRoleId"] == role_id), None)

    def _token(self) -> str:
        result = self._client.acquire_token_for_client(["https://graph.microsoft.com/.default"])
        if "access_token" not in result:
            raise GraphRefusal(result["error_description"])
        return result["access_token"]


def _role_id(graph: dict, permission: str) -> str:
    found = [role["id"] for role in graph["appRoles"] if role["value"] == permission]
    if not found:
        known = ", ".join(role["value"] for role in graph["appRoles"])
        raise GraphRefusal(f"Graph has no application permission {permission!r} here. It has: {known}.")
    return found[0]
