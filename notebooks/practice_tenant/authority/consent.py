"""Consent: the permissions that an app may use for a person, those it lacks, admin consent, and assignment.

https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview
"""

import uuid
from dataclasses import dataclass

from ..directory.objects import (
    Application,
    AppRoleAssignment,
    PermissionGrant,
    RequiredPermission,
    ServicePrincipal,
    Tenant,
)
from ..directory.store import Directory
from .errors import AuthorityError
from .scopes import Wanted, registered_permissions
from .sign_in import SignIn


@dataclass(frozen=True, kw_only=True)
class Consent:
    """The consent that a sign-in needs, and has.

    Attributes:
        principal: the app's service principal in the user's tenant; None for a multi-tenant app without consent there.
        needed: the permissions that the request needs consent to.
        granted: all permissions of the API that the app may use for this person.
    """

    sign_in: SignIn
    wanted: Wanted
    principal: ServicePrincipal | None
    needed: tuple[str, ...]
    granted: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The needed permissions without consent."""
        return tuple(value for value in self.needed if value not in self.granted)


def consent_of(directory: Directory, sign_in: SignIn, wanted: Wanted) -> Consent:
    """Compare the needed permissions with the granted ones.

    Raises:
        AuthorityError: 650057 or 650056 for ``/.default`` of an API from whose permissions the registration lists none.
    """
    client = sign_in.client
    principal = client_principal(directory, client, sign_in.tenant)
    needed = registered_permissions(client, wanted.resource) if wanted.default else wanted.permissions
    if principal is None:
        granted = ()
    elif client.app_id == wanted.resource.app_id:
        granted = needed
    else:
        granted = directory.consented_scopes(principal.id, wanted.principal.id, sign_in.user.id)
    # Consent that exists counts whatever the registration lists:
    # https://learn.microsoft.com/entra/identity-platform/scopes-oidc#the-default-scope
    if wanted.default and not needed and not granted and client.app_id != wanted.resource.app_id:
        raise _nothing_listed(client, wanted)
    return Consent(sign_in=sign_in, wanted=wanted, principal=principal, needed=needed, granted=granted)


def _nothing_listed(client: Application, wanted: Wanted) -> AuthorityError:
    listed = dict.fromkeys(permission.resource_app_id for permission in client.required_permissions)
    if wanted.resource.app_id in listed:
        # It lists application permissions alone.
        return AuthorityError(650056, name=wanted.resource.display_name, client_id=client.app_id)
    return AuthorityError(
        650057,
        client_id=client.app_id,
        app_name=client.display_name,
        resource=wanted.identifier,
        resource_id=wanted.resource.app_id,
        listed=", ".join(listed),
    )


def require_consent(consent: Consent) -> None:
    """Refuse a request whose permissions lack consent.

    Raises:
        AuthorityError: 65001.
    """
    client = consent.sign_in.client
    if consent.principal is None or consent.missing:
        raise AuthorityError(65001, client_id=client.app_id, app_name=client.display_name)


def require_assignment(directory: Directory, consent: Consent) -> None:
    """Refuse a person without assignment to the app, or to the requested API, if it has *Assignment required* set.

    Administrators need an assignment too.
    https://learn.microsoft.com/entra/identity-platform/howto-restrict-your-app-to-a-set-of-users

    Raises:
        AuthorityError: 50105. Entra shows it on a page of its own and tells the app nothing.
    """
    user = consent.sign_in.user
    for principal in (consent.principal, consent.wanted.principal):
        if principal is None or not principal.assignment_required:
            continue
        if not directory.granted_role_ids(user.id, principal.id):
            raise AuthorityError(
                50105, app_name=principal.display_name, client_id=principal.app_id, user=user.user_principal_name
            )


def give(directory: Directory, consent: Consent, *, everyone: bool) -> None:
    """Store a person's consent, or an administrator's for everyone; installs a multi-tenant app that is new here."""
    with directory.transaction():
        principal = install(directory, consent.sign_in.client, consent.sign_in.tenant)
        directory.add_permission_grant(
            PermissionGrant(
                id=str(uuid.uuid4()),
                principal_id=principal.id,
                resource_id=consent.wanted.principal.id,
                user_id=None if everyone else consent.sign_in.user.id,
                scopes=consent.needed,
            )
        )


def client_principal(directory: Directory, client: Application, tenant: Tenant) -> ServicePrincipal | None:
    """The app's service principal in a tenant; None for a multi-tenant app without consent there."""
    return directory.service_principal(tenant.id, app_id=client.app_id)


def install(directory: Directory, client: Application, tenant: Tenant) -> ServicePrincipal:
    """The app's service principal in a tenant, created if missing."""
    principal = client_principal(directory, client, tenant)
    if principal is None:
        principal = ServicePrincipal(
            id=str(uuid.uuid4()), tenant_id=tenant.id, app_id=client.app_id, display_name=client.display_name
        )
        directory.add_service_principal(principal)
    return principal


@dataclass(frozen=True, kw_only=True)
class ConfiguredPermission:
    """A permission that a registration lists, described by its API.

    Attributes:
        resource: the API in this tenant; None for an API unknown to the tenant, or a permission unknown to the API.
        api: the API's name, or the client ID of an unknown API.
        id: of the app role, or of the permission scope if ``delegated``.
        value: such as ``User.Read``; the ID of an unknown permission.
        admin_only: whether it needs an administrator's consent.
        granted: whether it has admin consent, for everyone.
    """

    resource: ServicePrincipal | None
    api: str
    id: str
    value: str
    display_name: str
    delegated: bool
    admin_only: bool
    granted: bool


def configured_permissions(
    directory: Directory, application: Application, tenant: Tenant
) -> list[ConfiguredPermission]:
    """The permissions that a registration lists, in its order."""
    principal = client_principal(directory, application, tenant)
    return [_described(directory, item, principal, tenant) for item in application.required_permissions]


def grant_all(directory: Directory, application: Application, tenant: Tenant, now: float) -> None:
    """Grant the listed permissions for everyone, except unknown ones."""
    with directory.transaction():
        principal = install(directory, application, tenant)
        for permission in configured_permissions(directory, application, tenant):
            if permission.resource is not None and not permission.granted:
                _grant(directory, principal, permission, now)


def _described(
    directory: Directory, listed: RequiredPermission, principal: ServicePrincipal | None, tenant: Tenant
) -> ConfiguredPermission:
    resource = directory.service_principal(tenant.id, app_id=listed.resource_app_id)
    api = directory.application(app_id=listed.resource_app_id) if resource else None
    defined = (api.permission_scopes if listed.delegated else api.app_roles) if api else ()
    found = next((item for item in defined if item.id == listed.role_id), None)
    return ConfiguredPermission(
        resource=resource if found else None,
        api=api.display_name if api else listed.resource_app_id,
        id=listed.role_id,
        value=found.value if found else listed.role_id,
        display_name=found.display_name if found else "Unknown in this tenant",
        delegated=listed.delegated,
        admin_only=not listed.delegated or bool(found and found.admin_only),
        granted=bool(found and principal) and _is_granted(directory, principal, resource, listed, found.value),
    )


def _is_granted(
    directory: Directory,
    principal: ServicePrincipal,
    resource: ServicePrincipal,
    listed: RequiredPermission,
    value: str,
) -> bool:
    if listed.delegated:
        return value in directory.consented_scopes(principal.id, resource.id)
    return listed.role_id in directory.granted_role_ids(principal.id, resource.id)


def _grant(directory: Directory, principal: ServicePrincipal, permission: ConfiguredPermission, now: float) -> None:
    ids = {"id": str(uuid.uuid4()), "principal_id": principal.id, "resource_id": permission.resource.id}
    if permission.delegated:
        directory.add_permission_grant(PermissionGrant(**ids, user_id=None, scopes=(permission.value,)))
    else:
        directory.add_app_role_assignment(AppRoleAssignment(**ids, app_role_id=permission.id, created=int(now)))
