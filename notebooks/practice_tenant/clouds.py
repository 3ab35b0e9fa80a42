"""Microsoft's clouds: the worldwide one and the national ones. Each has host names, Graph and signing keys of its own.

Hosts: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
https://learn.microsoft.com/graph/deployments. Aliases as instance discovery lists them (api-version 1.1).
"""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """One cloud, as its discovery documents describe it. Names are host names unless stated otherwise.

    Attributes:
        name: which cloud it is; empty for the worldwide one.
        login: the authorization server's preferred name.
        cache: the name that MSAL keeps tokens under.
        aliases: every name of the authorization server.
        mirrored: the aliases whose metadata names themselves, not the preferred name; the issuer stays the same.
        sts: base URL of the issuer of v1.0 tokens. The US Government cloud shares it with the worldwide one.
        graph: Microsoft Graph.
        instance_name: ``cloud_instance_name`` of the metadata and of each published key.
        legacy_graph: ``cloud_graph_host_name``, the API before Microsoft Graph.
        rbac_url: base URL, as the metadata has it.
        region: ``tenant_region_scope`` of the tenants here.
        audience_urn: ``cloud_audience_urn`` of user realm discovery.
    """

    name: str
    login: str
    cache: str
    aliases: tuple[str, ...]
    mirrored: tuple[str, ...] = ()
    sts: str
    graph: str
    instance_name: str
    legacy_graph: str
    rbac_url: str
    region: str
    audience_urn: str = "urn:federation:MicrosoftOnline"

    @property
    def graph_url(self) -> str:
        """Microsoft Graph's identifier URI, without a slash at its end."""
        return f"https://{self.graph}"

    @cached_property
    def graph_audiences(self) -> tuple[str, ...]:
        """The valid ``aud`` values of a token for this cloud's Microsoft Graph: URLs, and one client ID."""
        return self.graph_url, f"{self.graph_url}/", "00000003-0000-0000-c000-000000000000"

    @property
    def metadata(self) -> dict:
        """The cloud's entry in the answer of instance discovery."""
        return {"preferred_network": self.login, "preferred_cache": self.cache, "aliases": list(self.aliases)}


WORLDWIDE = Cloud(
    name="",
    login="login.microsoftonline.com",
    cache="login.windows.net",
    aliases=("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"),
    sts="https://sts.windows.net",
    graph="graph.microsoft.com",
    instance_name="microsoftonline.com",
    legacy_graph="graph.windows.net",
    rbac_url="https://pas.windows.net",
    region="WW",
)
CHINA = Cloud(
    name="china",
    login="login.partner.microsoftonline.cn",
    cache="login.partner.microsoftonline.cn",
    aliases=("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
    mirrored=("login.chinacloudapi.cn",),
    sts="https://sts.chinacloudapi.cn",
    graph="microsoftgraph.chinacloudapi.cn",
    instance_name="partner.microsoftonline.cn",
    legacy_graph="graph.chinacloudapi.cn",
    rbac_url="https://pas.chinacloudapi.cn",
    region="AS",
    audience_urn="urn:federation:partner.microsoftonline.cn",
)
US_GOVERNMENT = Cloud(
    name="us-government",
    login="login.microsoftonline.us",
    cache="login.microsoftonline.us",
    aliases=("login.microsoftonline.us", "login.usgovcloudapi.net"),
    sts="https://sts.windows.net",
    graph="graph.microsoft.us",
    instance_name="microsoftonline.us",
    legacy_graph="graph.windows.net",
    rbac_url="https://pasff.usgovcloudapi.net",
    region="USGov",
)

# In the order in which instance discovery lists them.
CLOUDS = (WORLDWIDE, CHINA, US_GOVERNMENT)


def cloud_of(host: str) -> Cloud | None:
    """The cloud whose authorization server answers under this name, if there is one."""
    return next((cloud for cloud in CLOUDS if host in cloud.aliases), None)
