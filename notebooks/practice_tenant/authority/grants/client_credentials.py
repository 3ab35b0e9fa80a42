"""The client credentials grant: an app asks for a token on its own behalf.

RFC 6749 section 4.4; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
The scope is a resource's identifier with ``/.default``: the permissions an administrator granted, all of them.
"""

import re

from ...directory.store import Directory
from .. import access_token
from ..access_token import LIFETIME_SECONDS, Resource
from ..client_authentication import Client
from ..errors import AuthorityError
from ..tenants import is_guid

GRANT_TYPE = "client_credentials"
DEFAULT = "/.default"

# RFC 6749 section 3.3: what a scope may be made of.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e ]+")
_LONGEST_SCOPE = 4096

# RFC 3986 section 3.1: an identifier is a URI of any scheme.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def run(client: Client, form: dict[str, str], *, directory: Directory, face, signing_keys, now: float) -> dict:
    """The token response: ``token_type``, ``expires_in``, ``ext_expires_in``, ``access_token``; no refresh token.

    Raises:
        AuthorityError: 90014, 70011, 1002012 or 500011 for the scope.
    """
    identifier = resource_identifier(form.get("scope"))
    resource = find_resource(directory, client, identifier)
    token = access_token.app_only(client, resource, face=face, key=signing_keys.current(), now=now)
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
        "ext_expires_in": LIFETIME_SECONDS,
        "access_token": token,
    }


def resource_identifier(scope: str | None) -> str:
    """The resource in a scope such as ``https://graph.microsoft.com/.default``.

    Raises:
        AuthorityError: 90014 without a scope, 70011 for one that can't be one, 1002012 without ``/.default``.
    """
    if not scope or not scope.strip():
        raise AuthorityError(90014, name="scope")
    if len(scope) > _LONGEST_SCOPE or not _SCOPE.fullmatch(scope):
        raise AuthorityError(70011, scope=scope)
    scopes = scope.split()
    if len(scopes) != 1 or not scopes[0].lower().endswith(DEFAULT):
        raise AuthorityError(1002012, scope=scope.strip())
    identifier = scopes[0][: -len(DEFAULT)]
    if not (is_guid(identifier) or _ABSOLUTE.match(identifier)):
        raise AuthorityError(70011, scope=scope.strip())
    return identifier


def find_resource(directory: Directory, client: Client, identifier: str) -> Resource:
    """The API an identifier names in the client's tenant, with the application permissions the client was granted.

    Raises:
        AuthorityError: 500011 if no such API is in the tenant.
    """
    by_id = directory.application(app_id=identifier) if is_guid(identifier) else None
    application = by_id or directory.application_by_identifier(identifier)
    principal = directory.service_principal(client.tenant.id, app_id=application.app_id) if application else None
    if principal is None:
        raise AuthorityError(500011, resource=identifier, tenant_id=client.tenant.id)
    granted = directory.granted_role_ids(client.principal.id, principal.id)
    return Resource(application=application, identifier=identifier, roles=application.role_values(granted))
