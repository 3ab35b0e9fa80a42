"""The two faces of the tenant: the cloud's host names, and ``https://localhost:<port>``.

A face is a fixed set of base URLs, built once at start. Which face answers is decided by an exact, allow-listed
``Host``; nothing else from a request shapes an answer, so metadata cannot be made to point elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

CLOUD_LOGIN = "login.microsoftonline.com"
CLOUD_GRAPH = "graph.microsoft.com"

# The names under which one cloud answers, as instance discovery lists them (recorded from Entra, api-version 1.1).
CLOUD_LOGIN_ALIASES = (CLOUD_LOGIN, "login.windows.net", "login.microsoft.com", "sts.windows.net")

# Where what runs on an Azure machine finds the machine's instance metadata service: link-local, plain HTTP. Clients of
# this computer ask for it over TLS, as for the cloud's names.
METADATA_HOST = "169.254.169.254"

# On a shared machine any user reaches a loopback port; only who holds this run's token is served as "the cloud".
RUN_HEADER = "X-Practice-Tenant-Run"


@dataclass(frozen=True, kw_only=True)
class Face:
    """The base URLs under which the tenant presents itself.

    Attributes:
        name: ``cloud`` or ``localhost``.
        login: base URL of the authorization server, no trailing slash.
        sts: base URL of the issuer of v1.0 tokens, no trailing slash.
        graph: base URL of the protected API, no trailing slash, without the version.
        pages: base URL of what a person's browser opens (plain HTTP on loopback: a browser would warn about our CA).
    """

    name: str
    login: str
    sts: str
    graph: str
    pages: str

    @cached_property
    def login_host(self) -> str:
        """Host (and port, if any) of the authorization server."""
        return self.login.partition("://")[2]

    def assertion_audiences(self, names: Iterable[str]) -> frozenset[str]:
        """What a client assertion for a tenant of these names may be addressed to: token endpoint, or issuer."""
        paths = ("/oauth2/v2.0/token", "/oauth2/token", "/v2.0")
        return frozenset(f"{self.login}/{name}{path}" for name in names for path in paths)

    def issuer(self, tenant_id: str, version: str) -> str:
        """The ``iss`` of tokens of *version* ``"1.0"`` or ``"2.0"`` for a tenant."""
        return f"{self.sts}/{tenant_id}/" if version == "1.0" else f"{self.login}/{tenant_id}/v2.0"


def cloud_face(http_port: int, pages_path: str = "") -> Face:
    """The face that answers to the cloud's own host names; *pages_path* is the key its pages are reached by."""
    return Face(
        name="cloud",
        login=f"https://{CLOUD_LOGIN}",
        sts="https://sts.windows.net",
        graph=f"https://{CLOUD_GRAPH}",
        pages=f"http://localhost:{http_port}{pages_path}",
    )


def localhost_face(https_port: int, http_port: int) -> Face:
    """The face for clients that come over the network by themselves (other SDKs, curl)."""
    base = f"https://localhost:{https_port}"
    return Face(name="localhost", login=base, sts=base, graph=f"{base}/graph", pages=f"http://localhost:{http_port}")


def localhost_hosts(port: int) -> frozenset[str]:
    """The exact ``Host`` values that mean this computer, on one port."""
    return frozenset(f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]"))
