"""Consent: which delegated permissions an app may use for a person, and which are still to be asked for.

https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview
"""

import uuid
from typing import TYPE_CHECKING

from ..directory.objects import Application, PermissionGrant, ServicePrincipal, Tenant
from ..directory.store import Directory
from .errors import AuthorityError
from .scopes import Wanted, registered_permissions

if TYPE_CHECKING:
    from .sign_in import SignIn


def client_principal(directory: Directory, client: Application, tenant: Tenant) -> ServicePrincipal | None:
    """The app as the user's tenant sees it; None for a multi-tenant app that nobody there has consented to yet."""
    return directory.service_principal(tenant.id, app_id=client.app_id)


def needed(wanted: Wanted, client: Application) -> tuple[str, ...]:
    """The permissions that a request needs consent to."""
    return registered_permissions(client, wanted.resource) if wanted.default else wanted.permissions


def granted(directory: Directory, sign_in: "SignIn", wanted: Wanted) -> tuple[str, ...]:
    """All permissions of the API that the app may use for this person."""
    principal = client_principal(directory, sign_in.client, sign_in.tenant)
    if principal is None:
        return ()
    if sign_in.client.app_id == wanted.resource.app_id:
        return needed(wanted, sign_in.client)
    return directory.consented_scopes(principal.id, wanted.principal.id, sign_in.user.id)


def missing(directory: Directory, sign_in: "SignIn", wanted: Wanted) -> tuple[str, ...]:
    """The permissions among those needed that nobody has consented to."""
    have = granted(directory, sign_in, wanted)
    return tuple(value for value in needed(wanted, sign_in.client) if value not in have)


def require_consent(directory: Directory, sign_in: "SignIn", wanted: Wanted) -> None:
    """Refuse a request whose permissions lack consent.

    Raises:
        AuthorityError: 65001.
    """
    unknown = client_principal(directory, sign_in.client, sign_in.tenant) is None
    if unknown or missing(directory, sign_in, wanted):
        raise AuthorityError(65001, client_id=sign_in.client.app_id, app_name=sign_in.client.display_name)


def install(directory: Directory, client: Application, tenant: Tenant) -> ServicePrincipal:
    """The app's service principal in a tenant, made if it has none there yet."""
    principal = client_principal(directory, client, tenant)
    if principal is None:
        principal = ServicePrincipal(
            id=str(uuid.uuid4()), tenant_id=tenant.id, app_id=client.app_id, display_name=client.display_name
        )
        directory.add_service_principal(principal)
    return principal


def give(directory: Directory, sign_in: "SignIn", wanted: Wanted, *, everyone: bool) -> None:
    """Keep a person's consent, or an administrator's for everyone; installs a multi-tenant app where it is new."""
    with directory.transaction():
        principal = install(directory, sign_in.client, sign_in.tenant)
        directory.add_permission_grant(
            PermissionGrant(
                id=str(uuid.uuid4()),
                principal_id=principal.id,
                resource_id=wanted.principal.id,
                user_id=None if everyone else sign_in.user.id,
                scopes=needed(wanted, sign_in.client),
            )
        )
