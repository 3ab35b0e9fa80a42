"""The host names that a tenant for customers has: its own, not a cloud's.

Azure AD B2C: https://learn.microsoft.com/azure/active-directory-b2c/b2clogin
Microsoft Entra External ID: https://learn.microsoft.com/entra/identity-platform/security-tokens#token-endpoints-and-issuers
"""

from .clouds import WORLDWIDE
from .directory.seeded_applications import TENANT_ID, TENANT_NAME
from .faces import Face, pages_of

B2C_HOST = f"{TENANT_NAME}.b2clogin.com"
# Both reach the tenant; the issuer is the one with its ID.
EXTERNAL_ID_HOSTS = (f"{TENANT_NAME}.ciamlogin.com", f"{TENANT_ID}.ciamlogin.com")


def external_id_faces(http_port: int, pages_path: str = "") -> dict[str, Face]:
    """Which face answers to which of the tenant's names at ciamlogin.com; tokens are the worldwide cloud's."""
    return {
        host: Face(
            name=host,
            cloud=WORLDWIDE,
            login=f"https://{host}",
            issuers=f"https://{TENANT_ID}.ciamlogin.com",
            sts=WORLDWIDE.sts,
            graph=WORLDWIDE.graph_url,
            pages=pages_of(http_port, pages_path, host),
            tenant_id=TENANT_ID,
        )
        for host in EXTERNAL_ID_HOSTS
    }


def b2c_face(http_port: int, pages_path: str = "") -> Face:
    """The face of Azure AD B2C at the tenant's name at b2clogin.com. Its issuer is told by the user flow."""
    return Face(
        name=B2C_HOST,
        cloud=WORLDWIDE,
        login=f"https://{B2C_HOST}",
        issuers=f"https://{B2C_HOST}",
        sts=WORLDWIDE.sts,
        graph=WORLDWIDE.graph_url,
        pages=pages_of(http_port, pages_path, B2C_HOST),
        tenant_id=TENANT_ID,
    )
