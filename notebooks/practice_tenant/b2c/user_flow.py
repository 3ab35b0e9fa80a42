"""User flows, and what the path of a request names: a tenant, then a user flow (Microsoft's older word: policy).

https://learn.microsoft.com/azure/active-directory-b2c/user-flow-overview
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from ..directory.objects import Tenant
from ..hosts import Face
from .service import Service

# "tfp", trust framework policy, once stood before the tenant; it still may.
SIGN_UP_OR_SIGN_IN = "B2C_1_susi"
SIGN_IN = "B2C_1_signin"
USER_FLOWS: Mapping[str, str] = {name.lower(): name for name in (SIGN_UP_OR_SIGN_IN, SIGN_IN)}


class Unknown(Exception):
    """The path names a tenant or a user flow that isn't here; such an address has nothing behind it (404)."""


@dataclass(frozen=True, kw_only=True)
class UserFlow:
    """A user flow of a tenant, as a request named it.

    Attributes:
        name: as it was made, such as ``B2C_1_susi``; what ``tfp`` has.
        tenant_segment: the tenant in the addresses of the metadata: its ID if the request had that, else its domain.
    """

    name: str
    tenant: Tenant
    tenant_segment: str
    face: Face

    @property
    def path(self) -> str:
        """Its first two segments: the tenant, and the name in lower case."""
        return f"/{self.tenant_segment}/{self.name.lower()}"

    @property
    def issuer(self) -> str:
        """The ``iss`` of its tokens: one for all user flows of the tenant, and it ends in a slash."""
        return f"{self.face.login}/{self.tenant.id}/v2.0/"


def user_flow_of(request: Request) -> UserFlow:
    """The user flow in the path of a request.

    Raises:
        Unknown: there is no such tenant or user flow at this host.
    """
    service: Service = request.app.state.authority
    face, name = request.state.face, request.path_params["tenant"]
    tenant = service.directory.tenant(name)
    flow = USER_FLOWS.get(request.path_params["policy"].lower())
    if tenant is None or tenant.id != face.tenant_id or flow is None:
        raise Unknown
    segment = tenant.id if name.lower() == tenant.id else tenant.initial_domain
    return UserFlow(name=flow, tenant=tenant, tenant_segment=segment, face=face)
