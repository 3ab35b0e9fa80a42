"""Admin consent: the permissions that an app registration lists, and an administrator's grant of all of them.

https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview#administrator-consent
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
from .consent import install


@dataclass(frozen=True, kw_only=True)
class ConfiguredPermission:
    """A permission that a registration lists, as the API that defines it describes it.

    Attributes:
        resource: the API in this tenant; None if the tenant doesn't know the API, or the API not the permission.
        api: the API's name, or its client ID if it isn't known.
        id: of the app role, or of the permission scope if ``delegated``.
        value: such as ``User.Read``; the ID if it isn't known.
        admin_only: whether an administrator has to consent.
        granted: whether one did, for everyone.
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
    """What the registration lists, in its order."""
    principal = directory.service_principal(tenant.id, app_id=application.app_id)
    return [_described(directory, item, principal, tenant) for item in application.required_permissions]


def grant_all(directory: Directory, application: Application, tenant: Tenant, now: float) -> None:
    """Grant for everyone what the registration lists; what its API doesn't know is left out."""
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
