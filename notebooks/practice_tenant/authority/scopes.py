"""The scopes of a sign-in: permissions of one API, and OpenID Connect's own scopes.

https://learn.microsoft.com/entra/identity-platform/scopes-oidc. ``User.Read`` alone means Microsoft Graph's;
``api://…/Records.Read`` names another API; ``…/.default`` means what the app's registration lists.
"""

import re
from dataclasses import dataclass

from ..directory.objects import Application, ServicePrincipal, Tenant
from ..directory.permissions import GRAPH_APP_ID
from ..directory.store import Directory
from .errors import AuthorityError
from .tenants import is_guid

OIDC = ("openid", "profile", "email", "offline_access")
DEFAULT = ".default"
LONGEST_SCOPE = 4096

# RFC 6749 section 3.3: the characters of a scope.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e ]+")
# RFC 3986 section 3.1: an identifier is a URI of any scheme.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The scopes of a request.

    Attributes:
        resource: the API.
        principal: its service principal in the user's tenant.
        identifier: the API's name in the request.
        permissions: values such as ``User.Read``; empty for ``/.default`` and for OpenID Connect scopes alone.
        default: whether the scope is ``/.default``.
        oidc: the OpenID Connect scopes.
        written: the API's scopes as the request wrote them.
    """

    resource: Application
    principal: ServicePrincipal
    identifier: str
    permissions: tuple[str, ...]
    default: bool
    oidc: tuple[str, ...]
    written: tuple[str, ...]


def split_scope(scope: str | None) -> list[str]:
    """The scopes of a request.

    Raises:
        AuthorityError: 900144 without any, 70011 for invalid characters.
    """
    if not scope or not scope.strip():
        raise AuthorityError(900144, name="scope")
    if len(scope) > LONGEST_SCOPE or not is_scope(scope):
        raise AuthorityError(70011, scope=scope)
    return list(dict.fromkeys(scope.split()))


def read_scopes(directory: Directory, tenant: Tenant, client: Application, scope: str | None) -> Wanted:
    """Resolve the scopes of a token in the user's tenant.

    Raises:
        AuthorityError: as ``read_all_scopes``; 28000 for two APIs: a token is for one.
    """
    wanted = read_all_scopes(directory, tenant, client, scope)
    if len(wanted) > 1:
        raise AuthorityError(28000, scope=" ".join(split_scope(scope)))
    return wanted[0]


def read_all_scopes(directory: Directory, tenant: Tenant, client: Application, scope: str | None) -> tuple[Wanted, ...]:
    """Resolve the scopes of a sign-in, which may be for several APIs: a person consents to all of them at once.

    Raises:
        AuthorityError: as ``split_scope``; 500011 for an unknown API, 650053 for an unknown permission, 70011 for
            ``/.default`` with other scopes.
    """
    scopes = split_scope(scope)
    oidc = tuple(item for item in scopes if item in OIDC)
    written = tuple(item for item in scopes if item not in OIDC)
    graph = directory.cloud.graph_url
    named = {item: _split(item, graph) for item in written}
    default = any(value == DEFAULT for _, value in named.values())
    if default and len(written) > 1:
        raise AuthorityError(70011, scope=" ".join(written))
    identifiers = dict.fromkeys(identifier for identifier, _ in named.values()) or (graph,)
    found = []
    for identifier in identifiers:
        resource, principal = find_resource(directory, tenant, identifier)
        own = tuple(item for item in written if named[item][0] == identifier)
        found.append(
            Wanted(
                resource=resource,
                principal=principal,
                identifier=identifier,
                permissions=() if default else tuple(_permission(named[item][1], resource, client) for item in own),
                default=default,
                oidc=oidc,
                written=own,
            )
        )
    return tuple(found)


def find_resource(directory: Directory, tenant: Tenant, identifier: str) -> tuple[Application, ServicePrincipal]:
    """The API with an identifier URI or a client ID, as a tenant sees it.

    Raises:
        AuthorityError: 500011 if the tenant has no such API.
    """
    by_id = directory.application(app_id=identifier) if is_guid(identifier) else None
    application = by_id or directory.application_by_identifier(identifier)
    principal = directory.service_principal(tenant.id, app_id=application.app_id) if application else None
    if principal is None:
        raise AuthorityError(500011, resource=identifier, tenant_id=tenant.id)
    return application, principal


def is_scope(text: str) -> bool:
    """Whether a text has only spaces and the characters that RFC 6749 section 3.3 allows in scopes."""
    return bool(_SCOPE.fullmatch(text))


def is_identifier(text: str) -> bool:
    """Whether a text can name an API: a GUID, or an absolute URI."""
    return is_guid(text) or bool(_ABSOLUTE.match(text))


def registered_permissions(client: Application, resource: Application) -> tuple[str, ...]:
    """The delegated permissions of an API in the client's registration: the meaning of ``/.default``."""
    if client.app_id == resource.app_id:
        return tuple(scope.value for scope in resource.permission_scopes)
    ids = {
        permission.role_id
        for permission in client.required_permissions
        if permission.delegated and permission.resource_app_id == resource.app_id
    }
    return tuple(scope.value for scope in resource.permission_scopes if scope.id in ids)


def _split(scope: str, graph: str) -> tuple[str, str]:
    identifier, slash, value = scope.rpartition("/")
    if not slash:
        return graph, scope
    if not is_identifier(identifier):
        raise AuthorityError(70011, scope=scope)
    return identifier, value


def _permission(value: str, resource: Application, client: Application) -> str:
    for scope in resource.permission_scopes:
        if scope.value.lower() == value.lower():
            return scope.value
    raise AuthorityError(650053, app_name=client.display_name, scope=value, resource=resource.app_id)


def is_graph(resource: Application) -> bool:
    """Whether an API is Microsoft Graph."""
    return resource.app_id == GRAPH_APP_ID
