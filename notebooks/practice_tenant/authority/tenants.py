"""The first segment of an authority's path: a tenant, or an audience such as ``organizations``.

Source: https://learn.microsoft.com/entra/identity-platform/msal-client-application-configuration#authority
"""

import re

from ..directory.objects import Tenant
from ..directory.store import Directory
from ..hosts import Face
from .errors import AuthorityError

# The tenant of personal Microsoft accounts; discovery at /consumers names it.
CONSUMERS_TENANT_ID = "9188040d-6c67-4c5b-b112-36a304b66dad"
AUDIENCES = ("common", "organizations", "consumers")

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.IGNORECASE)


def is_guid(text: str) -> bool:
    """Whether a text has the form of a GUID with dashes."""
    return bool(_GUID.fullmatch(text))


def find_tenant(directory: Directory, name: str) -> Tenant:
    """The tenant with this GUID or domain name.

    Raises:
        AuthorityError: 90002 if there is none, 900023 if *name* is neither a GUID nor a domain name.
    """
    if tenant := directory.tenant(name):
        return tenant
    raise AuthorityError(90002 if is_guid(name) or _DOMAIN.fullmatch(name) else 900023, tenant=name)


def require_served(directory: Directory, face: Face, name: str) -> None:
    """Refuse other tenants and audiences under the host name of a single tenant.

    Raises:
        AuthorityError: 500210; 90002 or 900023 as ``find_tenant``.
    """
    if face.tenant_id is None:
        return
    if name.lower() in AUDIENCES or find_tenant(directory, name).id != face.tenant_id:
        raise AuthorityError(500210)


def tenant_of_user(directory: Directory, user_principal_name: str) -> Tenant | None:
    """The tenant of the domain in a user's name; ``common`` finds a user's tenant this way."""
    return directory.tenant(user_principal_name.rpartition("@")[2] or "-")
