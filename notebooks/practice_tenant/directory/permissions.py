"""Microsoft Graph as a resource: its application ID, its names, and the permissions it defines here.

The GUIDs are Graph's own, so what a learner automates here works unchanged in the cloud.
Source: https://learn.microsoft.com/graph/permissions-reference
"""

from .objects import Application, AppRole, PermissionScope

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
MICROSOFT_SERVICES_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

GRAPH_APP_ROLES = tuple(
    AppRole(id=role_id, value=value, display_name=display_name)
    for value, role_id, display_name in (
        ("Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "Read all applications"),
        ("Application.ReadWrite.All", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Read and write all applications"),
        (
            "AppRoleAssignment.ReadWrite.All",
            "06b708a9-e830-4db3-a914-8e69da51d44f",
            "Manage app permission grants and app role assignments",
        ),
        ("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Read directory data"),
        ("Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b", "Read all groups"),
        ("Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6", "Read organization information"),
        ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214", "Read all users' full profiles"),
        ("User.ReadBasic.All", "97235f07-e226-4f63-ace3-39588e11d3a1", "Read all users' basic profiles"),
        ("User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca", "Read and write all users' full profiles"),
    )
)

GRAPH_SCOPES = tuple(
    PermissionScope(id=scope_id, value=value, display_name=display_name, admin_only=admin_only)
    for value, scope_id, display_name, admin_only in (
        ("User.Read", "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "Sign you in and read your profile", False),
        ("User.ReadBasic.All", "b340eb25-3456-403f-be2f-af7a0d370277", "Read all users' basic profiles", False),
        ("User.Read.All", "a154be20-db9c-4678-8ab7-66f6cc099a59", "Read all users' full profiles", True),
        ("Directory.Read.All", "06da0dbc-49e2-44d2-8312-53f166ab848a", "Read directory data", True),
        ("Group.Read.All", "5f8c59db-677d-491f-a6b8-5f174b11ec1d", "Read all groups", True),
    )
)

GRAPH_APPLICATION = Application(
    id="5fd0ba6b-5d12-4b8e-9c36-6c0e0f4cf1ce",
    app_id=GRAPH_APP_ID,
    tenant_id=MICROSOFT_SERVICES_TENANT,
    display_name="Microsoft Graph",
    sign_in_audience="AzureADMultipleOrgs",
    token_version=1,
    identifier_uris=("https://graph.microsoft.com", "https://graph.microsoft.com/"),
    app_roles=GRAPH_APP_ROLES,
    permission_scopes=GRAPH_SCOPES,
)


def graph_role_id(value: str) -> str:
    """The app role ID of a Graph application permission, such as ``User.Read.All``."""
    return next(role.id for role in GRAPH_APP_ROLES if role.value == value)


def graph_scope_id(value: str) -> str:
    """The ID of a Graph delegated permission, such as ``User.Read``."""
    return next(scope.id for scope in GRAPH_SCOPES if scope.value == value)
