"""The host names that the tenant answers to, and the base URLs under each: a face.

Faces are built once, at start. An exact, allow-listed ``Host`` picks one. Nothing else of a request shapes an answer, so
no request can make metadata point elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from .clouds import CLOUDS, WORLDWIDE, Cloud
from .directory.seeded_applications import TENANT_ID, TENANT_NAME

# The instance metadata service of an Azure machine: link-local, plain HTTP. On this computer clients reach it over TLS,
# as they do the clouds' names.
METADATA_HOST = "169.254.169.254"

# Every user of a shared machine reaches a loopback port. The clouds' names therefore need the run's token.
RUN_HEADER = "X-Practice-Tenant-Run"

# The host names of a tenant for customers: its own, not a cloud's.
# Azure AD B2C: https://learn.microsoft.com/azure/active-directory-b2c/b2clogin
# Microsoft Entra External ID:
# https://learn.microsoft.com/entra/identity-platform/security-tokens#token-endpoints-and-issuers
B2C_HOST = f"{TENANT_NAME}.b2clogin.com"
# Both names reach the tenant; its issuer is the one with the ID.
EXTERNAL_ID_HOSTS = (f"{TENANT_NAME}.ciamlogin.com", f"{TENANT_ID}.ciamlogin.com")


@dataclass(frozen=True, kw_only=True)
class Face:
    """The base URLs under which the tenant presents itself.

    Attributes:
        name: ``localhost``, or its host name in a cloud.
        cloud: the cloud whose names and signing keys it uses.
        login: base URL of the authorization server, no trailing slash.
        issuers: base URL of the issuer of v2.0 tokens, no trailing slash.
        sts: base URL of the issuer of v1.0 tokens, no trailing slash.
        graph: base URL of the protected API, no trailing slash, without the version.
        pages: base URL of the pages for a browser (plain HTTP on loopback: a browser would warn about our CA).
        tenant_id: the only tenant under this name; None for a name of every tenant.
    """

    name: str
    cloud: Cloud
    login: str
    issuers: str
    sts: str
    graph: str
    pages: str
    tenant_id: str | None = None

    @cached_property
    def login_host(self) -> str:
        """Host (and port, if any) of the authorization server."""
        return self.login.partition("://")[2]

    def assertion_audiences(self, names: Iterable[str]) -> frozenset[str]:
        """The audiences of a client assertion for a tenant with these names: token endpoint, or issuer."""
        endpoints = ("/oauth2/v2.0/token", "/oauth2/token")
        named = tuple(names)
        return frozenset(f"{self.login}/{name}{path}" for name in named for path in endpoints) | frozenset(
            f"{self.issuers}/{name}/v2.0" for name in named
        )

    def issuer(self, tenant_id: str, version: str) -> str:
        """The ``iss`` of tokens of *version* ``"1.0"`` or ``"2.0"`` for a tenant."""
        return f"{self.sts}/{tenant_id}/" if version == "1.0" else f"{self.issuers}/{tenant_id}/v2.0"


def cloud_face(http_port: int, pages_path: str = "", cloud: Cloud = WORLDWIDE, host: str = "") -> Face:
    """The face of a cloud's own host names.

    Args:
        pages_path: the path prefix with the key of its pages.
        host: a name with metadata of its own; empty for the preferred one.
    """
    name = host or cloud.login
    return Face(
        name=name,
        cloud=cloud,
        login=f"https://{name}",
        issuers=f"https://{cloud.login}",
        sts=cloud.sts,
        graph=cloud.graph_url,
        pages=pages_of(http_port, pages_path, name),
    )


def cloud_faces(http_port: int, pages_path: str = "") -> dict[str, Face]:
    """The faces by host name, of the clouds' authorization servers and of their Microsoft Graph."""
    faces = {}
    for cloud in CLOUDS:
        face = cloud_face(http_port, pages_path, cloud)
        faces |= dict.fromkeys((*cloud.aliases, cloud.graph), face)
        faces |= {host: cloud_face(http_port, pages_path, cloud, host) for host in cloud.mirrored}
    return faces


def external_id_faces(http_port: int, pages_path: str = "") -> dict[str, Face]:
    """The faces by the tenant's names at ciamlogin.com; tokens are the worldwide cloud's."""
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
    """The face of Azure AD B2C at the tenant's name at b2clogin.com. The user flow names its issuer."""
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


def localhost_face(https_port: int, http_port: int) -> Face:
    """The face for clients without our adapter (other SDKs, curl)."""
    base = f"https://localhost:{https_port}"
    return Face(
        name="localhost",
        cloud=WORLDWIDE,
        login=base,
        issuers=base,
        sts=base,
        graph=f"{base}/graph",
        pages=pages_of(http_port, "", WORLDWIDE.login),
    )


def localhost_hosts(port: int) -> frozenset[str]:
    """The exact ``Host`` values of this computer, on one port."""
    return frozenset(f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]"))


def pages_of(http_port: int, pages_path: str, host: str) -> str:
    """The base URL of the pages for sign-ins that begin at a host name."""
    # All pages are on one listener. The first part of the path is the host name, unless it is the preferred one.
    own = "" if host == WORLDWIDE.login else f"/{host}"
    return f"http://localhost:{http_port}{pages_path}{own}"
