"""Microsoft's clouds as a registration meets them: which hosts are instances, and which host is their Microsoft Graph.

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
https://learn.microsoft.com/graph/deployments. A national cloud has tenants, apps and tokens of its own.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class CloudHosts:
    """A cloud's name in a sentence, the hosts of its authorization server, and those of its Microsoft Graph.

    Of several hosts the first is the one to write.
    """

    name: str
    logins: tuple[str, ...]
    graphs: tuple[str, ...]

    @property
    def instance(self) -> str:
        """The URL to write in INSTANCE."""
        return f"https://{self.logins[0]}"

    @property
    def graph(self) -> str:
        """The base URL of Microsoft Graph."""
        return f"https://{self.graphs[0]}"


WORLDWIDE = CloudHosts(
    name="Microsoft Entra ID (global)",
    logins=("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"),
    graphs=("graph.microsoft.com",),
)
US_GOVERNMENT = CloudHosts(
    name="Microsoft Entra ID for US Government",
    logins=("login.microsoftonline.us", "login.usgovcloudapi.net"),
    # The second is the Department of Defense's.
    graphs=("graph.microsoft.us", "dod-graph.microsoft.us"),
)
CHINA = CloudHosts(
    name="Microsoft Entra China (21Vianet)",
    logins=("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
    graphs=("microsoftgraph.chinacloudapi.cn",),
)
CLOUDS = (WORLDWIDE, US_GOVERNMENT, CHINA)

# The practice tenant's own hosts, as a tenant for customers has them: External ID, and Azure AD B2C before it.
CUSTOMER_HOSTS = ("practice.ciamlogin.com", "practice.b2clogin.com")


def host_of(url: str) -> str:
    """The host of a URL in lower case; empty if there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def cloud_of_instance(url: str) -> CloudHosts | None:
    """The cloud that an instance belongs to; None for the URL of another identity provider."""
    return next((cloud for cloud in CLOUDS if host_of(url) in cloud.logins), None)


def cloud_of_graph(url: str) -> CloudHosts | None:
    """The cloud whose Microsoft Graph a URL or scope is for; None for another API."""
    return next((cloud for cloud in CLOUDS if host_of(url) in cloud.graphs), None)
