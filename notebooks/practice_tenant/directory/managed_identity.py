"""The practice tenant's managed identity: Azure gives one to a machine, so that programs there need no secret.

https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview. It is user-assigned: Entra lets
no other kind authenticate an app (workload-identity-federation-config-app-trust-managed-identity).
"""

import uuid

from .objects import TOKEN_EXCHANGE_APP_ID, TOKEN_EXCHANGE_AUDIENCE, Application, ServicePrincipal
from .permissions import MICROSOFT_SERVICES_TENANT
from .store import Directory

CLIENT_ID = "64f1a8d3-7b2e-4c95-8e0a-d35c9b7f1e26"
OBJECT_ID = "a9b37c50-1e64-4f8d-b2d7-08c5e6f39a14"
RESOURCE_ID = (
    "/subscriptions/3e8f5a17-c960-4b2d-9d84-f71b6a0c25e3/resourcegroups/course"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/course-machine"
)
_NAME = "course-machine"

# Azure owns both, so no tenant lists them among its app registrations or gives them a secret.
_TOKEN_EXCHANGE = Application(
    id="f1d2b4c6-85a3-4e79-9b0d-6c7e3a51f824",
    app_id=TOKEN_EXCHANGE_APP_ID,
    tenant_id=MICROSOFT_SERVICES_TENANT,
    display_name="AAD Token Exchange Endpoint: Public",
    sign_in_audience="AzureADMultipleOrgs",
    token_version=2,
    identifier_uris=(TOKEN_EXCHANGE_AUDIENCE,),
)
_IDENTITY = Application(
    id="0d9c6e83-42f7-4a1b-8c5e-b7f0a3d61e95",
    app_id=CLIENT_ID,
    tenant_id=MICROSOFT_SERVICES_TENANT,
    display_name=_NAME,
)


def add(directory: Directory, tenant_ids: tuple[str, ...]) -> None:
    """Add the identity to the first of these tenants, and the API that trades its tokens to all of them.

    Idempotent: it completes a directory that an earlier version made.
    """
    with directory.transaction():
        for application in (_TOKEN_EXCHANGE, _IDENTITY):
            if directory.application(app_id=application.app_id) is None:
                directory.add_application(application)
        for tenant_id in tenant_ids:
            own_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{tenant_id}/{_TOKEN_EXCHANGE.app_id}"))
            _install(directory, tenant_id, _TOKEN_EXCHANGE, id=own_id)
        _install(directory, tenant_ids[0], _IDENTITY, id=OBJECT_ID, resource_id=RESOURCE_ID)


def _install(directory: Directory, tenant_id: str, application: Application, **more: str) -> None:
    if directory.service_principal(tenant_id, app_id=application.app_id) is None:
        names = {"tenant_id": tenant_id, "app_id": application.app_id, "display_name": application.display_name}
        directory.add_service_principal(ServicePrincipal(**names, **more))
