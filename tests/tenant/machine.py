"""An Azure machine with a managed identity, and the service that issues its tokens."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import jwt

from practice_tenant.directory.objects import FederatedCredential
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.signing_keys import SigningKeys
from practice_tenant.directory.store import Directory

from .clients import Headers, InProcess

EXCHANGE = "api://AzureADTokenExchange"
EXCHANGE_APP_ID = "fb60f99c-7a34-4190-8149-302f77469936"
METADATA = (("Metadata", "true"),)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Requests the identity's tokens, or makes similar ones with Entra's own key."""

    http: InProcess
    keys: SigningKeys
    directory: Directory
    seeded: SeededValues

    def ask(self, *, headers: Headers = METADATA, **query: str | None) -> httpx.Response:
        """A request for a token; None leaves a variable out."""
        good = {"api-version": "2018-02-01", "resource": EXCHANGE}
        given = {name: value for name, value in (good | query).items() if value is not None}
        return self.http.get(f"/metadata/identity/oauth2/token?{urlencode(given)}", headers=headers)

    def token(self) -> str:
        """A token for an exchange."""
        return self.ask().json()["access_token"]

    def claims(self) -> dict:
        """The claims of such a token."""
        return jwt.decode(self.token(), options={"verify_signature": False})

    def sign(self, claims: dict, *, header: dict | None = None, key=None, algorithm: str = "RS256") -> str:
        """A token with these claims, signed as Entra signs."""
        current = self.keys.current()
        headers = {"kid": current.kid} if header is None else header
        payload = json.dumps(claims).encode()
        return jwt.PyJWS().encode(payload, key or current.private_key, algorithm=algorithm, headers=headers)

    @property
    def issuer(self) -> str:
        """The issuer of its tokens."""
        return f"https://login.microsoftonline.com/{self.seeded.tenant_id}/v2.0"

    def trusted_by(self, client_id: str, **changes: str) -> None:
        """Let an app trust its tokens; *changes* replace values of the credential."""
        good = {"issuer": self.issuer, "subject": self.seeded.managed_identity_object_id, "audience": EXCHANGE}
        number = len(self.directory.federated_credentials(client_id))
        names = {"id": f"{client_id}-{number}", "name": f"machine-{number}"}
        self.directory.add_federated_credential(client_id, FederatedCredential(**names, **good | changes))
