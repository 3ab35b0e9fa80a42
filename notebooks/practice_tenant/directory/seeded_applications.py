"""The app registrations of a new practice tenant, one for each role that a notebook needs, and the seed's identifiers."""

import uuid
from dataclasses import replace

from .azure import APIS, AZURE_CLI, CLI_APIS, CLI_GRAPH_SCOPES, SHAREPOINT_APP_ID
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
)
from .permissions import GRAPH_APP_ID, GRAPH_APPLICATION, graph_role_id, graph_scope_id
from .store import Directory

# Identifiers are constants and no secrets: notebooks can show them.
TENANT_ID = "7a1c0e52-3f0d-4f6e-9a57-2b8d6c1e4f90"
TENANT_DOMAIN = "practice.example"
# Microsoft's name for the tenant: <name>.onmicrosoft.com, and its own hosts (hosts.py).
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

# The registrations that notebooks count on.
SEEDED_CLIENT_IDS = frozenset(
    {DAEMON_CLIENT_ID, DESKTOP_CLIENT_ID, RECORDS_API_CLIENT_ID, ADMINISTRATOR_CLIENT_ID, CUSTOMER_CLIENT_ID}
    | {MULTI_TENANT_CLIENT_ID, MULTI_TENANT_DESKTOP_CLIENT_ID}
)

DAEMON_ACCESS = "b82f6c13-7e05-4d9a-a1c4-90d3e57f2b68"
RECORDS_ACCESS = "5a0e94c7-2d81-4b63-9f1a-e8c6370b5d24"


def add_applications(directory: Directory, now: int) -> None:
    """Store the seeded apps and Microsoft Graph, with their service principals and granted permissions."""
    directory.add_application(GRAPH_APPLICATION)
    for tenant_id in (TENANT_ID, OTHER_TENANT_ID):
        _add_principal(directory, tenant_id, GRAPH_APPLICATION)
    records = Application(
        id=stable_id("application", RECORDS_API_CLIENT_ID),
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


def add_customer_app(directory: Directory) -> None:
    """Store the app that customers sign in to; earlier seeds lack it."""
    # User flows of Azure AD B2C only serve apps of this audience. The app is as old as its tenant.
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


def add_microsoft_apps(directory: Directory) -> None:
    """Store the APIs of Azure and the Azure CLI, and let Graph have the permissions of this version; idempotent.

    Microsoft pre-authorizes the CLI, so people aren't asked for consent to it.
    """
    if directory.application(app_id=GRAPH_APP_ID) != GRAPH_APPLICATION:
        directory.change_application(GRAPH_APPLICATION)
    for application in (*(api.application for api in APIS), AZURE_CLI):
        if directory.application(app_id=application.app_id) is not None:
            continue
        directory.add_application(application)
        # SharePoint's name is one tenant's.
        tenant_ids = (TENANT_ID,) if application.app_id == SHAREPOINT_APP_ID else (TENANT_ID, OTHER_TENANT_ID)
        for tenant_id in tenant_ids:
            _add_principal(directory, tenant_id, application)
            if application is not AZURE_CLI:
                continue
            _consent_for_everyone(directory, AZURE_CLI, GRAPH_APP_ID, CLI_GRAPH_SCOPES, tenant_id)
            for api in CLI_APIS:
                values = tuple(value for value, *_ in api.scopes)
                _consent_for_everyone(directory, AZURE_CLI, api.app_id, values, tenant_id)


def _application(name: str, app_id: str, now: int, **more: object) -> Application:
    return Application(
        id=stable_id("application", app_id),
        app_id=app_id,
        tenant_id=TENANT_ID,
        display_name=name,
        created=now,
        **more,
    )


def _register(directory: Directory, application: Application, granted: dict[str, tuple[str, ...]] | None = None):
    """Store an app with its service principal, request the permissions in *granted*, and give admin consent to them."""
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
                id=stable_id(principal.id, permission.role_id),
                principal_id=principal.id,
                resource_id=resource.id,
                app_role_id=permission.role_id,
                created=application.created,
            )
        )


def _delegated(resource_app_id: str, scope_id: str) -> RequiredPermission:
    return RequiredPermission(resource_app_id=resource_app_id, role_id=scope_id, delegated=True)


def _consent_for_everyone(
    directory: Directory, application: Application, resource_app_id: str, scopes: tuple, tenant_id: str = TENANT_ID
) -> None:
    principal = directory.service_principal(tenant_id, app_id=application.app_id)
    resource = directory.service_principal(tenant_id, app_id=resource_app_id)
    directory.add_permission_grant(
        PermissionGrant(
            id=stable_id(principal.id, resource.id),
            principal_id=principal.id,
            resource_id=resource.id,
            user_id=None,
            scopes=scopes,
        )
    )


def _add_principal(directory: Directory, tenant_id: str, application: Application) -> ServicePrincipal:
    principal = ServicePrincipal(
        id=stable_id(tenant_id, application.app_id),
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


def stable_id(*parts: str) -> str:
    """The same GUID for the same parts, in every state folder."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))
