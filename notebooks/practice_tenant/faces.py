"""The faces of the tenant: the clouds' host names, and ``https://localhost:<port>``.

A face is a fixed set of base URLs, built once at start. Which face answers is decided by an exact, allow-listed
``Host``; nothing else from a request shapes an answer, so metadata cannot be made to point elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from .clouds import CLOUDS, WORLDWIDE, Cloud

# Where what runs on an Azure machine finds the machine's instance metadata service: link-local, plain HTTP. Clients of
# this computer ask for it over TLS, as for the cloud's names.
METADATA_HOST = "169.254.169.254"

# On a shared machine any user reaches a loopback port; only who holds this run's token is served as "the cloud".
RUN_HEADER = "X-Practice-Tenant-Run"


@dataclass(frozen=True, kw_only=True)
class Face:
    """The base URLs under which the tenant presents itself.

    Attributes:
        name: ``localhost``, or the host name that it answers to in a cloud.
        cloud: whose names it has, and whose signing keys.
        login: base URL of the authorization server, no trailing slash.
        issuers: base URL of the issuer of v2.0 tokens, no trailing slash.
        sts: base URL of the issuer of v1.0 tokens, no trailing slash.
        graph: base URL of the protected API, no trailing slash, without the version.
        pages: base URL of what a person's browser opens (plain HTTP on loopback: a browser would warn about our CA).
        tenant_id: the one tenant that the name is for; None for a name that serves every tenant.
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
        """What a client assertion for a tenant of these names may be addressed to: token endpoint, or issuer."""
        endpoints = ("/oauth2/v2.0/token", "/oauth2/token")
        named = tuple(names)
        return frozenset(f"{self.login}/{name}{path}" for name in named for path in endpoints) | frozenset(
            f"{self.issuers}/{name}/v2.0" for name in named
        )

    def issuer(self, tenant_id: str, version: str) -> str:
        """The ``iss`` of tokens of *version* ``"1.0"`` or ``"2.0"`` for a tenant."""
        return f"{self.sts}/{tenant_id}/" if version == "1.0" else f"{self.issuers}/{tenant_id}/v2.0"


def cloud_face(http_port: int, pages_path: str = "", cloud: Cloud = WORLDWIDE, host: str = "") -> Face:
    """The face that answers to a cloud's own host names.

    Args:
        pages_path: the key that its pages are reached by.
        host: a name that has metadata of its own; empty for the preferred one.
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
    """Which face answers to which host name of the clouds' authorization servers and of their Microsoft Graph."""
    faces = {}
    for cloud in CLOUDS:
        face = cloud_face(http_port, pages_path, cloud)
        faces |= dict.fromkeys((*cloud.aliases, cloud.graph), face)
        faces |= {host: cloud_face(http_port, pages_path, cloud, host) for host in cloud.mirrored}
    return faces


def localhost_face(https_port: int, http_port: int) -> Face:
    """The face for clients that come over the network by themselves (other SDKs, curl)."""
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
    """The exact ``Host`` values that mean this computer, on one port."""
    return frozenset(f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]"))


def pages_of(http_port: int, pages_path: str, host: str) -> str:
    """The base URL of the pages for sign-ins that begin at a host name."""
    # All pages are on one listener; the first part of the path says under which other name a sign-in began.
    own = "" if host == WORLDWIDE.login else f"/{host}"
    return f"http://localhost:{http_port}{pages_path}{own}"
