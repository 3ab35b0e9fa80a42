"""The directory's objects, named as Microsoft Graph names them.

Source: https://learn.microsoft.com/graph/api/resources/application and its neighbours.
Times are seconds since the epoch, as integers. Identifiers are GUIDs in lower case.
"""

import hashlib
from dataclasses import dataclass, field

from .base64url import base64url

MY_ORG = "AzureADMyOrg"
MULTIPLE_ORGS = "AzureADMultipleOrgs"
AND_PERSONAL = "AzureADandPersonalMicrosoftAccount"
PERSONAL = "PersonalMicrosoftAccount"
SIGN_IN_AUDIENCES = (MY_ORG, MULTIPLE_ORGS, AND_PERSONAL, PERSONAL)


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A directory: a GUID, a display name, and the domain names that may replace the GUID in a URL.

    ``initial_domain`` is the one that Microsoft gave it, in the worldwide cloud; ``default_domain`` is its own.
    """

    id: str
    display_name: str
    default_domain: str
    initial_domain: str
    created: int


@dataclass(frozen=True, kw_only=True)
class AppRole:
    """An application permission that a resource defines; ``value`` is what appears in a token's ``roles``."""

    id: str
    value: str
    display_name: str


@dataclass(frozen=True, kw_only=True)
class PermissionScope:
    """A delegated permission that a resource defines; ``value`` is what appears in a token's ``scp``.

    If ``admin_only`` is set, an administrator must consent; otherwise a person may, for themselves.
    """

    id: str
    value: str
    display_name: str
    admin_only: bool = False


@dataclass(frozen=True, kw_only=True)
class RequiredPermission:
    """One permission that an app registration requests; the request grants nothing.

    ``role_id`` is the ID of an app role, or of a permission scope if ``delegated``.
    """

    resource_app_id: str
    role_id: str
    delegated: bool = False


@dataclass(frozen=True, kw_only=True)
class Application:
    """An app registration. ``id`` is the object ID; ``app_id`` is the application (client) ID."""

    id: str
    app_id: str
    tenant_id: str
    display_name: str
    sign_in_audience: str = MY_ORG
    public_client: bool = False
    token_version: int = 1
    identifier_uris: tuple[str, ...] = ()
    web_redirect_uris: tuple[str, ...] = ()
    public_redirect_uris: tuple[str, ...] = ()
    spa_redirect_uris: tuple[str, ...] = ()
    permission_scopes: tuple[PermissionScope, ...] = ()
    app_roles: tuple[AppRole, ...] = ()
    required_permissions: tuple[RequiredPermission, ...] = ()
    created: int = 0

    @property
    def multi_tenant(self) -> bool:
        """Whether directories other than its own may use the app."""
        return self.sign_in_audience in (MULTIPLE_ORGS, AND_PERSONAL)

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """The redirect URIs of all platforms."""
        return self.web_redirect_uris + self.public_redirect_uris + self.spa_redirect_uris

    def role_values(self, ids: frozenset[str]) -> tuple[str, ...]:
        """The ``value`` of each of this app's roles whose ID is in *ids*, in the order they are defined."""
        return tuple(role.value for role in self.app_roles if role.id in ids)


@dataclass(frozen=True, kw_only=True)
class PasswordCredential:
    """A stored client secret: ``key_id`` is the secret ID, ``hint`` the value's first three characters."""

    key_id: str
    display_name: str | None
    hint: str
    value_hash: bytes
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class KeyCredential:
    """A certificate registered for an app: its public half (DER), and the start and end of its validity.

    ``sha1`` and ``sha256`` are its thumbprints in base64url, as ``x5t`` and ``x5t#S256`` name it (RFC 7515).
    """

    key_id: str
    display_name: str | None
    certificate: bytes
    sha1: str
    sha256: str
    start: int
    end: int


MOST_FEDERATED_CREDENTIALS = 20  # for an app

# The audience of a token that Entra exchanges for another.
TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"

# The client ID of that API, the same in every tenant. Entra's own tokens have it as their audience.
TOKEN_EXCHANGE_APP_ID = "fb60f99c-7a34-4190-8149-302f77469936"


@dataclass(frozen=True, kw_only=True)
class FederatedCredential:
    """Another issuer's tokens that an app may present instead of a secret.

    ``issuer``, ``subject`` and ``audience`` must equal a token's ``iss``, ``sub`` and ``aud`` exactly.
    https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview
    """

    id: str
    name: str
    issuer: str
    subject: str
    audience: str
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class ServicePrincipal:
    """An application as one tenant sees it; administrators grant it permissions.

    Attributes:
        assignment_required: whether only assigned principals may use it.
        resource_id: the Azure resource of a managed identity; None for others.
    """

    id: str
    tenant_id: str
    app_id: str
    display_name: str
    assignment_required: bool = False
    resource_id: str | None = None

    @property
    def managed_identity(self) -> bool:
        """Whether it is a managed identity."""
        return self.resource_id is not None


# Default access: the role of an assignment without any of the app's own roles.
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True)
class AppRoleAssignment:
    """A role on an app that an administrator gave to a service principal or a user.

    For a service principal it is an application permission with admin consent, for a user the right to sign in.
    ``principal_id`` is the service principal or user, ``resource_id`` the app's service principal.
    """

    id: str
    principal_id: str
    resource_id: str
    app_role_id: str
    created: int


@dataclass(frozen=True, kw_only=True)
class PermissionGrant:
    """Consent to delegated permissions: a person's for themselves, or an administrator's for everyone.

    ``user_id`` is None for everyone; ``scopes`` are values such as ``User.Read``.
    """

    id: str
    principal_id: str
    resource_id: str
    user_id: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class User:
    """A person of the practice tenant (a fictional label, not an invented name)."""

    id: str
    tenant_id: str
    user_principal_name: str
    display_name: str
    given_name: str
    surname: str
    job_title: str | None = None
    administrator: bool = False
    password_hash: bytes = field(default=b"", repr=False)


def pairwise_subject(user: User, application: Application) -> str:
    """A user's ``sub`` for one app. Two apps can't compare theirs (OpenID Connect Core section 8.1)."""
    digest = hashlib.sha256(f"{user.id}/{application.app_id}".encode()).digest()
    return base64url(digest)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A value that the authority gave out.

    Attributes:
        kind: such as ``code`` or ``refresh_token``.
        family: the sign-in it came from.
        content: the data behind the value.
        expires: seconds since the epoch.
        redeemed: when it was used; None if it wasn't.
    """

    kind: str
    family: str
    content: dict
    expires: int
    redeemed: int | None
