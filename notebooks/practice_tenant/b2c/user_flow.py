"""User flows (Microsoft's older word: policies): their metadata, the apps they serve, and the scopes of a request.

https://learn.microsoft.com/azure/active-directory-b2c/user-flow-overview
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from ..authority.client_authentication import Credential
from ..authority.scopes import LONGEST_SCOPE, OIDC, is_scope
from ..directory import credentials
from ..directory import redirect_uri as redirect_uris
from ..directory.objects import AND_PERSONAL, Application, Tenant
from ..directory.signing_keys import SigningKeys
from ..directory.store import Directory
from ..hosts import Face
from .errors import B2CError

SIGN_UP_OR_SIGN_IN = "B2C_1_susi"
SIGN_IN = "B2C_1_signin"
USER_FLOWS: Mapping[str, str] = {name.lower(): name for name in (SIGN_UP_OR_SIGN_IN, SIGN_IN)}


class UnknownUserFlow(Exception):
    """The path names an unknown tenant or user flow (404)."""


@dataclass(frozen=True, kw_only=True)
class UserFlow:
    """A user flow of a tenant, as a request named it.

    Attributes:
        name: such as ``B2C_1_susi``; the value of ``tfp``.
        tenant_segment: the tenant in the metadata's URLs: its ID if the request had that, else its domain.
    """

    name: str
    tenant: Tenant
    tenant_segment: str
    face: Face

    @property
    def path(self) -> str:
        """Its first two segments: the tenant, and the name in lower case."""
        return f"/{self.tenant_segment}/{self.name.lower()}"

    @property
    def issuer(self) -> str:
        """The ``iss`` of its tokens: the same for all user flows of the tenant, with a slash at the end."""
        return f"{self.face.login}/{self.tenant.id}/v2.0/"


def user_flow_of(request: Request) -> UserFlow:
    """The user flow in the path of a request.

    Raises:
        UnknownUserFlow: this host has no such tenant or user flow.
    """
    face, name = request.state.face, request.path_params["tenant"]
    tenant = request.app.state.authority.directory.tenant(name)
    flow = USER_FLOWS.get(request.path_params["policy"].lower())
    if tenant is None or tenant.id != face.tenant_id or flow is None:
        raise UnknownUserFlow
    segment = tenant.id if name.lower() == tenant.id else tenant.initial_domain
    return UserFlow(name=flow, tenant=tenant, tenant_segment=segment, face=face)


def configuration(flow: UserFlow) -> dict:
    """The OpenID provider metadata of a user flow, with the members recorded from B2C.

    https://learn.microsoft.com/azure/active-directory-b2c/openid-connect#validate-the-id-token
    """
    base, pages = flow.face.login + flow.path, flow.face.pages + flow.path
    return {
        "issuer": flow.issuer,
        "authorization_endpoint": f"{pages}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "end_session_endpoint": f"{pages}/oauth2/v2.0/logout",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            *("oid", "name", "emails", "tfp", "sub"),
            *("iss", "iat", "exp", "aud", "acr", "nonce", "auth_time"),
        ],
    }


def published_keys(signing_keys: SigningKeys) -> dict:
    """The JSON Web Key Set. Unlike Entra ID's, it has no certificates and no issuers."""
    members = ("kid", "use", "kty", "e", "n")
    return {"keys": [{name: key.jwk[name] for name in members} for key in signing_keys.published()]}


def find_client(directory: Directory, tenant: Tenant, client_id: str) -> Application:
    """The app with a client ID.

    https://learn.microsoft.com/azure/active-directory-b2c/tutorial-register-applications

    Raises:
        B2CError: 90018 for an app of another tenant, 90068 for other account types: user flows only serve apps for
            *accounts in any identity provider or organizational directory*.
    """
    client = directory.application(app_id=client_id)
    if client is None or client.tenant_id != tenant.id:
        raise B2CError(90018, client_id=client_id, tenant=tenant.initial_domain)
    if client.sign_in_audience != AND_PERSONAL:
        raise B2CError(90068, client_id=client_id)
    return client


def find_redirect_uri(client: Application, requested: str | None) -> str:
    """The redirect URI for the answer to a sign-in.

    Raises:
        B2CError: 90007, 90083 or 90006, to be shown on a page.
    """
    # Single-page apps redeem their codes in a browser; user flows don't serve that here.
    registered = client.web_redirect_uris + client.public_redirect_uris
    if not registered:
        raise B2CError(90007, client_id=client.app_id)
    if requested is None:
        raise B2CError(90083, name="redirect_uri")
    if not redirect_uris.is_one_of(registered, requested):
        raise B2CError(90006, redirect_uri=requested, client_id=client.app_id)
    return requested


def is_confidential(client: Application, redirect_uri: str) -> bool:
    """Whether the platform of this redirect URI is *Web*, whose clients have a secret."""
    return redirect_uris.is_one_of(client.web_redirect_uris, redirect_uri)


def check_secret(
    directory: Directory, client: Application, credential: Credential, *, confidential: bool, now: float
) -> None:
    """Check the secret of a grant, or its absence.

    Raises:
        B2CError: 90079, 90081 or 90084.
    """
    if credential.secret is None:
        if confidential:
            raise B2CError(90079)
        return
    if not confidential:
        raise B2CError(90084)
    found = credentials.find_secret(credential.secret, directory.passwords(client.app_id))
    if found is None or not found.start <= now < found.end:
        raise B2CError(90081)


@dataclass(frozen=True, kw_only=True)
class AskedScopes:
    """The scopes of a request.

    Attributes:
        audience: the client ID of the access token's audience; None without an access token.
        permissions: the API's scopes, for ``scp``; empty if the audience is the app itself.
        written: the value of the answer's ``scope``.
    """

    audience: str | None
    permissions: tuple[str, ...]
    openid: bool
    offline_access: bool
    written: tuple[str, ...]


def read_scopes(directory: Directory, tenant: Tenant, client: Application, scope: str | None) -> AskedScopes:
    """Parse the scopes of a request: OpenID Connect's, the app itself, or an API's.

    https://learn.microsoft.com/azure/active-directory-b2c/access-tokens#scopes. An administrator grants the permissions
    of an API; users are not asked for consent. User flows don't reach Microsoft Graph.

    Raises:
        B2CError: 90010 without any, 99005 for invalid characters, 90115 for neither ``openid`` nor a resource, 90117 for
            an unknown scope, 90146 for two resources, 90205 for one that isn't granted.
    """
    if not scope or not scope.strip():
        raise B2CError(90010)
    if len(scope) > LONGEST_SCOPE or not is_scope(scope):
        illegal = next((character for character in scope if not is_scope(character)), "")
        raise B2CError(99005, character=illegal)
    scopes = tuple(dict.fromkeys(scope.split()))
    resources = [item for item in scopes if item not in OIDC]
    named = [_resource(directory, tenant, client, item) for item in resources]
    audiences = {audience for audience, _ in named}
    if len(audiences) > 1:
        raise B2CError(90146, scope=scope)
    if not audiences and "openid" not in scopes:
        raise B2CError(90115)
    return AskedScopes(
        audience=next(iter(audiences), None),
        permissions=tuple(value for _, value in named if value),
        openid="openid" in scopes,
        offline_access="offline_access" in scopes,
        written=(*resources, *(item for item in ("offline_access", "openid") if item in scopes)),
    )


def _resource(directory: Directory, tenant: Tenant, client: Application, scope: str) -> tuple[str, str]:
    if scope.lower() == client.app_id:
        return client.app_id, ""
    identifier, _, value = scope.rpartition("/")
    # Here an API's Application ID URI is https://<tenant>.onmicrosoft.com/<api>.
    own = identifier.lower().startswith(f"https://{tenant.initial_domain}/")
    api = directory.application_by_identifier(identifier) if own else None
    permission = next((item.value for item in api.permission_scopes if item.value == value), None) if api else None
    if permission is None or api.tenant_id != tenant.id:
        raise B2CError(90117, scope=scope)
    principals = [directory.service_principal(tenant.id, app_id=app.app_id) for app in (client, api)]
    if None in principals or permission not in directory.consented_scopes(*(found.id for found in principals)):
        raise B2CError(90205)
    return api.app_id, permission
