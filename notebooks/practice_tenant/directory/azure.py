"""APIs of Azure and Microsoft 365 that every tenant knows, and the Azure CLI, as Microsoft registers them.

The identifiers are Microsoft's own, so what a learner writes here works unchanged in the cloud. An app gets a token
without roles, as in a tenant where nothing was granted.
https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in and, for the names in
national clouds, https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure,
https://learn.microsoft.com/azure/china/resources-developer-guide
"""

import uuid
from dataclasses import dataclass

from ..clouds import CHINA, US_GOVERNMENT, WORLDWIDE, Cloud
from .objects import MULTIPLE_ORGS, Application, PermissionScope, RequiredPermission
from .permissions import GRAPH_APP_ID, MICROSOFT_SERVICES_TENANT, graph_scope_id

AZURE_CLI_CLIENT_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
SHAREPOINT_APP_ID = "00000003-0000-0ff1-ce00-000000000000"
CLI_GRAPH_SCOPES = ("User.Read", "Directory.Read.All")


@dataclass(frozen=True, kw_only=True)
class Api:
    """An API of Microsoft's.

    Attributes:
        names: its identifier URIs in the worldwide cloud, without a slash at the end.
        us, china: the same in the national clouds, in the same order.
        scopes: value, ID and description of each delegated permission.
        cli: whether the Azure CLI may use it for everyone.
    """

    app_id: str
    title: str
    names: tuple[str, ...]
    us: tuple[str, ...]
    china: tuple[str, ...]
    scopes: tuple[tuple[str, str, str], ...]
    cli: bool = False

    @property
    def application(self) -> Application:
        """Its registration."""
        return Application(
            id=_object_id(self.app_id),
            app_id=self.app_id,
            tenant_id=MICROSOFT_SERVICES_TENANT,
            display_name=self.title,
            sign_in_audience=MULTIPLE_ORGS,
            identifier_uris=tuple(name + slash for name in self.names for slash in ("", "/")),
            permission_scopes=tuple(
                PermissionScope(id=scope_id, value=value, display_name=text) for value, scope_id, text in self.scopes
            ),
        )


def _object_id(app_id: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"application/{app_id}"))


APIS = (
    Api(
        app_id="797f4846-ba00-4fd7-ba43-dac1f8f63013",
        title="Windows Azure Service Management API",
        names=("https://management.azure.com", "https://management.core.windows.net"),
        us=("https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net"),
        china=("https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn"),
        scopes=(("user_impersonation", "41094075-9dad-400e-a0bd-54e686782033", "Manage Azure resources as you"),),
        cli=True,
    ),
    Api(
        app_id="cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
        title="Azure Key Vault",
        names=("https://vault.azure.net",),
        us=("https://vault.usgovcloudapi.net",),
        china=("https://vault.azure.cn",),
        scopes=(("user_impersonation", "f53da476-18e3-4152-8e01-aec403e6edc0", "Use Azure Key Vault as you"),),
        cli=True,
    ),
    Api(
        app_id="e406a681-f3d4-42a8-90b6-c2b029497af1",
        title="Azure Storage",
        names=("https://storage.azure.com",),
        us=("https://storage.azure.com",),
        china=("https://storage.azure.com",),
        scopes=(("user_impersonation", "03e0da56-190b-40ad-a80c-ea378c433f7f", "Use Azure Storage as you"),),
        cli=True,
    ),
    Api(
        app_id="022907d3-0f1b-48f7-badc-1ba6abab6d66",
        title="Azure SQL Database",
        names=("https://database.windows.net",),
        us=("https://database.usgovcloudapi.net",),
        china=("https://database.chinacloudapi.cn",),
        scopes=(("user_impersonation", "c39ef2d1-04ce-46dc-8b5f-e9a5c60f0fc9", "Use Azure SQL databases as you"),),
        cli=True,
    ),
    Api(
        app_id="00000002-0000-0ff1-ce00-000000000000",
        title="Office 365 Exchange Online",
        names=("https://outlook.office365.com", "https://outlook.office.com"),
        us=("https://outlook.office365.us",),
        china=("https://partner.outlook.cn",),
        scopes=(
            ("IMAP.AccessAsUser.All", "652390e4-393a-48de-9484-05f9b1212954", "Read and write your mail by IMAP"),
            ("SMTP.Send", "258f6531-6087-4cc4-bb90-092c5fb3ed3f", "Send mail as you by SMTP"),
        ),
    ),
    Api(
        app_id=SHAREPOINT_APP_ID,
        title="Office 365 SharePoint Online",
        # SharePoint has a host for each tenant.
        names=("https://practice.sharepoint.com",),
        us=("https://practice.sharepoint.us",),
        china=("https://practice.sharepoint.cn",),
        scopes=(("AllSites.Read", "4e0d77b0-96ba-4398-af14-3baa780278f4", "Read items in your site collections"),),
    ),
    Api(
        app_id="00000009-0000-0000-c000-000000000000",
        title="Power BI Service",
        names=("https://analysis.windows.net/powerbi/api",),
        us=("https://analysis.usgovcloudapi.net/powerbi/api",),
        china=("https://analysis.chinacloudapi.cn/powerbi/api",),
        scopes=(("Report.Read.All", "4ae1bf56-f562-4747-b7bc-2fa0874ed46f", "Read your reports"),),
    ),
)
CLI_APIS = tuple(api for api in APIS if api.cli)

AZURE_CLI = Application(
    id=_object_id(AZURE_CLI_CLIENT_ID),
    app_id=AZURE_CLI_CLIENT_ID,
    tenant_id=MICROSOFT_SERVICES_TENANT,
    display_name="Microsoft Azure CLI",
    sign_in_audience=MULTIPLE_ORGS,
    public_client=True,
    public_redirect_uris=("http://localhost", "https://login.microsoftonline.com/common/oauth2/nativeclient"),
    required_permissions=(
        *(
            RequiredPermission(resource_app_id=GRAPH_APP_ID, role_id=graph_scope_id(value), delegated=True)
            for value in CLI_GRAPH_SCOPES
        ),
        *(
            RequiredPermission(resource_app_id=api.app_id, role_id=scope_id, delegated=True)
            for api in CLI_APIS
            for _, scope_id, _ in api.scopes
        ),
    ),
)

_WORLDWIDE_NAMES = frozenset(name for api in APIS for name in api.names)
_KEPT = {
    WORLDWIDE.name: {name: name for name in _WORLDWIDE_NAMES},
    US_GOVERNMENT.name: {name: kept for api in APIS for name, kept in zip(api.us, api.names, strict=False)},
    CHINA.name: {name: kept for api in APIS for name, kept in zip(api.china, api.names, strict=False)},
}


def kept_name(cloud: Cloud, name: str) -> str | None:
    """The worldwide name under which an API of Azure is stored, by its name in a cloud.

    Returns:
        None for a name that is no API's here; empty for a worldwide one that this cloud doesn't know.
    """
    bare, slash = name.removesuffix("/"), "/" if name.endswith("/") else ""
    if kept := _KEPT[cloud.name].get(bare):
        return kept + slash
    return "" if bare in _WORLDWIDE_NAMES else None
