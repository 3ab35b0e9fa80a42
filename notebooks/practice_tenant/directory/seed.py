"""What a new practice tenant holds, so that every notebook runs alone and in any order.

Identifiers are constants: they are no secrets, and notebooks can show them. Secrets are random for each state
folder; nothing that is published opens anything.
"""

import uuid
from dataclasses import dataclass, field, replace

from . import managed_identity, secrets
from .objects import (
    AND_PERSONAL,
    MULTIPLE_ORGS,
    Application,
    AppRole,
    AppRoleAssignment,
    PermissionGrant,
    PermissionScope,
    RequiredPermission,
    ServicePrincipal,
    Tenant,
    User,
)
from .permissions import GRAPH_APP_ID, GRAPH_APPLICATION, graph_role_id, graph_scope_id
from .signing_keys import first_keys
from .store import Directory

TENANT_ID = "7a1c0e52-3f0d-4f6e-9a57-2b8d6c1e4f90"
TENANT_DOMAIN = "practice.example"
# What Microsoft would have named the tenant: <name>.onmicrosoft.com, and hosts of its own (customers.py).
TENANT_NAME = "practice"
OTHER_TENANT_ID = "c4d9b1a7-58e2-4c3b-8f16-0e7a92d35b68"
# The documentation's own example of another organisation: a name that exists in the cloud too.
OTHER_TENANT_DOMAIN = "contoso.com"

DAEMON_CLIENT_ID = "2f8e6a10-94b7-4d2c-a3e5-71c0d9b8f642"
DESKTOP_CLIENT_ID = "91d3c7b4-0a6f-4e58-b2c9-5d47e8f1a036"
RECORDS_API_CLIENT_ID = "d60b5f29-c813-4a7e-9e04-38a2f6b7c15d"
RECORDS_API_URI = f"api://{RECORDS_API_CLIENT_ID}"
RECORDS_READ_ALL = "3c9f7e21-6b40-4d8a-95e3-f01b8c2d7a64"
RECORDS_WRITE_ALL = "8e52d0b6-17ca-4f93-8d6b-c74a3e90f125"
ADMINISTRATOR_CLIENT_ID = "e7b49c03-52d1-4b6f-8a90-1f6d3c85e2b7"
MULTI_TENANT_DESKTOP_CLIENT_ID = "0c3b7e91-d46a-4f58-9b02-e5a8c17d6f34"
CUSTOMER_CLIENT_ID = "5b27e8f0-69c4-4a13-8d5e-a0f4c7b1932d"
MULTI_TENANT_CLIENT_ID = "b05a8d17-e3f6-4c92-a74b-69c1f2d0e583"

DAEMON_ACCESS = "b82f6c13-7e05-4d9a-a1c4-90d3e57f2b68"
RECORDS_ACCESS = "5a0e94c7-2d81-4b63-9f1a-e8c6370b5d24"

_A_DAY = 24 * 3600
SECRET_NAMES = ("client_secret", "administrator_secret", "api_secret", "user_password")
_SECRET_OWNERS = {
    "client_secret": DAEMON_CLIENT_ID,
    "administrator_secret": ADMINISTRATOR_CLIENT_ID,
    "api_secret": RECORDS_API_CLIENT_ID,
}

_LABELS = (
    ("admin", "Administrator"),
    ("analyst", "Analyst"),
    ("auditor", "Auditor"),
    ("developer", "Developer"),
    ("guest", "Guest"),
    ("instructor", "Instructor"),
    ("learner", "Learner"),
    ("operator", "Operator"),
    ("reader", "Reader"),
    ("reviewer", "Reviewer"),
    ("support", "Support"),
    ("tester", "Tester"),
)


@dataclass(frozen=True, kw_only=True)
class SeededValues:
    """The registration values a learner starts with. Secrets stay out of the repr."""

    client_secret: str = field(repr=False)
    administrator_secret: str = field(repr=False)
    api_secret: str = field(repr=False)
    user_password: str = field(repr=False)
    tenant_id: str = TENANT_ID
    tenant_domain: str = TENANT_DOMAIN
    other_tenant_id: str = OTHER_TENANT_ID
    other_tenant_domain: str = OTHER_TENANT_DOMAIN
    client_id: str = DAEMON_CLIENT_ID
    public_client_id: str = DESKTOP_CLIENT_ID
    multi_tenant_client_id: str = MULTI_TENANT_CLIENT_ID
    multi_tenant_desktop_client_id: str = MULTI_TENANT_DESKTOP_CLIENT_ID
    customer_client_id: str = CUSTOMER_CLIENT_ID
    api_client_id: str = RECORDS_API_CLIENT_ID
    api_uri: str = RECORDS_API_URI
    administrator_client_id: str = ADMINISTRATOR_CLIENT_ID
    managed_identity_client_id: str = managed_identity.CLIENT_ID
    managed_identity_object_id: str = managed_identity.OBJECT_ID


def new_secrets() -> dict[str, str]:
    """Fresh values for the seeded apps' secrets and for the password that all practice users share."""
    return {name: secrets.new_value() for name in _SECRET_OWNERS} | {"user_password": secrets.new_password()}


def fill(directory: Directory, values: dict[str, str], now: float, keys: list[dict] | None = None) -> None:
    """Put the seed data into an empty directory, in one transaction.

    Args:
        directory: an empty directory.
        values: the secrets, by the names in ``SECRET_NAMES``.
        now: seconds since the epoch.
        keys: the columns of the signing keys, if they were made before.
    """
    now = int(now)
    keys = keys or first_keys(now)
    with directory.transaction():
        for columns in keys:
            directory.add_signing_key(**columns)
        _add_tenants(directory, now)
        _add_applications(directory, now)
        complete(directory)
        set_secrets(directory, values, now)


def complete(directory: Directory) -> None:
    """Add what a directory lacks that an earlier version of the seed filled; what is there stays as it is."""
    managed_identity.add(directory, (TENANT_ID, OTHER_TENANT_ID))
    if directory.application(app_id=CUSTOMER_CLIENT_ID) is None:
        _add_customer_app(directory)


def set_secrets(directory: Directory, values: dict[str, str], now: float) -> None:
    """Make *values* the secrets of the seeded apps, in place of any the seed gave them before."""
    with directory.transaction():
        directory.set_passwords_of_users(secrets.password_hash(values["user_password"]))
        for name, app_id in _SECRET_OWNERS.items():
            for old in directory.passwords(app_id):
                if old.display_name == "seeded":
                    directory.remove_password(app_id, old.key_id)
            # As if made the day before: a clock that is put back by an hour doesn't make them invalid.
            made = secrets.new_credential(values[name], now=now - _A_DAY, display_name="seeded")
            directory.add_password(app_id, made)


def holds_secrets(directory: Directory, values: dict[str, str]) -> bool:
    """Whether *values* are the secrets that this directory knows."""
    learner = directory.user(TENANT_ID, f"learner@{TENANT_DOMAIN}")
    if learner is None or not secrets.is_password(values.get("user_password", ""), learner.password_hash):
        return False
    return all(
        secrets.find(values.get(name, ""), directory.passwords(app_id)) for name, app_id in _SECRET_OWNERS.items()
    )


def _add_tenants(directory: Directory, now: int) -> None:
    for tenant_id, name, domain, initial in (
        (TENANT_ID, "Practice Tenant", TENANT_DOMAIN, TENANT_NAME),
        (OTHER_TENANT_ID, "Contoso", OTHER_TENANT_DOMAIN, "contoso"),
    ):
        tenant = Tenant(
            id=tenant_id,
            display_name=name,
            default_domain=domain,
            initial_domain=f"{initial}.onmicrosoft.com",
            created=now,
        )
        directory.add_tenant(tenant)
        for label, title in _LABELS:
            user = User(
                id=_stable_id(domain, label),
                tenant_id=tenant_id,
                user_principal_name=f"{label}@{domain}",
                display_name=f"Practice {title}",
                given_name="Practice",
                surname=title,
                job_title=title,
                administrator=label == "admin",
            )
            directory.add_user(user)


def _add_applications(directory: Directory, now: int) -> None:
    directory.add_application(GRAPH_APPLICATION)
    for tenant_id in (TENANT_ID, OTHER_TENANT_ID):
        _add_principal(directory, tenant_id, GRAPH_APPLICATION)
    records = Application(
        id=_stable_id("application", RECORDS_API_CLIENT_ID),
        app_id=RECORDS_API_CLIENT_ID,
        tenant_id=TENANT_ID,
        display_name="Course records API",
        token_version=2,
        identifier_uris=(RECORDS_API_URI,),
        permission_scopes=(PermissionScope(id=RECORDS_ACCESS, value="Records.Read", display_name="Read your records"),),
        app_roles=(
            AppRole(id=RECORDS_READ_ALL, value="Records.Read.All", display_name="Read all records"),
            AppRole(id=RECORDS_WRITE_ALL, value="Records.Write.All", display_name="Write all records"),
        ),
        created=now,
    )
    records = replace(records, required_permissions=(_delegated(GRAPH_APP_ID, graph_scope_id("User.Read")),))
    _register(directory, records)
    _consent_for_everyone(directory, records, GRAPH_APP_ID, ("User.Read",))
    _register(
        directory,
        _application(
            "Course daemon",
            DAEMON_CLIENT_ID,
            now,
            token_version=2,
            web_redirect_uris=("http://localhost",),
            permission_scopes=(
                PermissionScope(id=DAEMON_ACCESS, value="access_as_user", display_name="Act for you in the course"),
            ),
            required_permissions=(_delegated(GRAPH_APP_ID, graph_scope_id("User.Read")),),
        ),
        {GRAPH_APP_ID: ("User.Read.All",), RECORDS_API_CLIENT_ID: ("Records.Read.All",)},
    )
    daemon = directory.application(app_id=DAEMON_CLIENT_ID)
    _consent_for_everyone(directory, daemon, GRAPH_APP_ID, ("User.Read",))
    _register(
        directory,
        _application(
            "Course desktop app",
            DESKTOP_CLIENT_ID,
            now,
            public_client=True,
            public_redirect_uris=("http://localhost",),
            required_permissions=(_delegated(GRAPH_APP_ID, graph_scope_id("User.Read")),),
        ),
    )
    _register(
        directory,
        _application("Course multi-tenant app", MULTI_TENANT_CLIENT_ID, now, sign_in_audience=MULTIPLE_ORGS),
    )
    _register(
        directory,
        _application(
            "Course multi-tenant desktop app",
            MULTI_TENANT_DESKTOP_CLIENT_ID,
            now,
            sign_in_audience=MULTIPLE_ORGS,
            public_client=True,
            public_redirect_uris=("http://localhost",),
        ),
    )
    _register(
        directory,
        _application("Practice tenant administrator", ADMINISTRATOR_CLIENT_ID, now),
        {GRAPH_APP_ID: ("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Organization.Read.All")},
    )


def _add_customer_app(directory: Directory) -> None:
    # User flows of Azure AD B2C serve apps of this audience alone. It is as old as its tenant.
    app = _application(
        "Course customer app",
        CUSTOMER_CLIENT_ID,
        directory.tenant(TENANT_ID).created,
        sign_in_audience=AND_PERSONAL,
        token_version=2,
        public_client=True,
        public_redirect_uris=("http://localhost",),
    )
    _register(directory, app)


def _application(name: str, app_id: str, now: int, **more: object) -> Application:
    return Application(
        id=_stable_id("application", app_id),
        app_id=app_id,
        tenant_id=TENANT_ID,
        display_name=name,
        created=now,
        **more,
    )


def _register(directory: Directory, application: Application, granted: dict[str, tuple[str, ...]] | None = None):
    """Keep an app with its service principal, ask for the permissions in *granted*, and give admin consent to them."""
    granted = granted or {}
    wanted = [
        RequiredPermission(resource_app_id=resource, role_id=_role_id(directory, resource, value))
        for resource, values in granted.items()
        for value in values
    ]
    permissions = (*application.required_permissions, *wanted)
    directory.add_application(replace(application, required_permissions=permissions))
    principal = _add_principal(directory, application.tenant_id, application)
    for permission in wanted:
        resource = directory.service_principal(application.tenant_id, app_id=permission.resource_app_id)
        directory.add_app_role_assignment(
            AppRoleAssignment(
                id=_stable_id(principal.id, permission.role_id),
                principal_id=principal.id,
                resource_id=resource.id,
                app_role_id=permission.role_id,
                created=application.created,
            )
        )


def _delegated(resource_app_id: str, scope_id: str) -> RequiredPermission:
    return RequiredPermission(resource_app_id=resource_app_id, role_id=scope_id, delegated=True)


def _consent_for_everyone(directory: Directory, application: Application, resource_app_id: str, scopes: tuple) -> None:
    principal = directory.service_principal(application.tenant_id, app_id=application.app_id)
    resource = directory.service_principal(application.tenant_id, app_id=resource_app_id)
    directory.add_permission_grant(
        PermissionGrant(
            id=_stable_id(principal.id, resource.id),
            principal_id=principal.id,
            resource_id=resource.id,
            user_id=None,
            scopes=scopes,
        )
    )


def _add_principal(directory: Directory, tenant_id: str, application: Application) -> ServicePrincipal:
    principal = ServicePrincipal(
        id=_stable_id(tenant_id, application.app_id),
        tenant_id=tenant_id,
        app_id=application.app_id,
        display_name=application.display_name,
    )
    directory.add_service_principal(principal)
    return principal


def _role_id(directory: Directory, resource_app_id: str, value: str) -> str:
    if resource_app_id == GRAPH_APP_ID:
        return graph_role_id(value)
    return next(role.id for role in directory.application(app_id=resource_app_id).app_roles if role.value == value)


def _stable_id(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))
