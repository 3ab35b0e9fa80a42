"""What a sign-in at a user flow may ask for: OpenID Connect's scopes, the app itself, or an API's scopes.

https://learn.microsoft.com/azure/active-directory-b2c/access-tokens#scopes. Nobody is asked for consent: the permissions
of an API are granted by an administrator. Microsoft Graph isn't reached this way.
"""

from dataclasses import dataclass

from ..authority.scopes import LONGEST_SCOPE, OIDC, is_scope
from ..directory.objects import Application, Tenant
from ..directory.store import Directory
from .errors import B2CError


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for.

    Attributes:
        audience: the client ID of the app that the access token is for; None without an access token.
        permissions: the API's scopes, as ``scp`` has them; empty where the app asks for itself.
        written: what the answer's ``scope`` says.
    """

    audience: str | None
    permissions: tuple[str, ...]
    openid: bool
    offline_access: bool
    written: tuple[str, ...]


def read_scopes(directory: Directory, tenant: Tenant, client: Application, scope: str | None) -> Asked:
    """Read the scopes of a request.

    Raises:
        B2CError: 90010 without any, 99005 for characters that no scope has, 90115 for neither ``openid`` nor a
            resource, 90117 for an unknown scope, 90146 for two resources, 90205 for one that isn't granted.
    """
    if not scope or not scope.strip():
        raise B2CError(90010)
    if len(scope) > LONGEST_SCOPE or not is_scope(scope):
        illegal = next((character for character in scope if not is_scope(character)), "")
        raise B2CError(99005, character=illegal)
    scopes = tuple(dict.fromkeys(scope.split()))
    resources = [item for item in scopes if item not in OIDC]
    named = [_resource(directory, tenant, client, item) for item in resources]
    audiences = {audience for audience, _ in named}
    if len(audiences) > 1:
        raise B2CError(90146, scope=scope)
    if not audiences and "openid" not in scopes:
        raise B2CError(90115)
    return Asked(
        audience=next(iter(audiences), None),
        permissions=tuple(value for _, value in named if value),
        openid="openid" in scopes,
        offline_access="offline_access" in scopes,
        written=(*resources, *(item for item in ("offline_access", "openid") if item in scopes)),
    )


def _resource(directory: Directory, tenant: Tenant, client: Application, scope: str) -> tuple[str, str]:
    if scope.lower() == client.app_id:
        return client.app_id, ""
    identifier, _, value = scope.rpartition("/")
    # Here an API's Application ID URI is https://<tenant>.onmicrosoft.com/<api>.
    own = identifier.lower().startswith(f"https://{tenant.initial_domain}/")
    api = directory.application_by_identifier(identifier) if own else None
    permission = next((item.value for item in api.permission_scopes if item.value == value), None) if api else None
    if permission is None or api.tenant_id != tenant.id:
        raise B2CError(90117, scope=scope)
    principals = [directory.service_principal(tenant.id, app_id=app.app_id) for app in (client, api)]
    if None in principals or permission not in directory.consented_scopes(*(found.id for found in principals)):
        raise B2CError(90205)
    return api.app_id, permission
