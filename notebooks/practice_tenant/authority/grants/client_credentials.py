"""The client credentials grant: an app gets a token on its own behalf.

RFC 6749 section 4.4; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
The scope is a resource's identifier with ``/.default``: all permissions that an administrator granted.
"""

from ...directory.objects import Application
from ...directory.redirect_uri import WEB
from ...directory.store import Directory
from ..errors import AuthorityError
from ..scopes import LONGEST_SCOPE, find_resource, is_identifier, is_scope
from ..tokens import Lifetime, Resource, app_only, lifetime_of
from .grant import GrantRequest

GRANT_TYPE = "client_credentials"
DEFAULT = "/.default"


def platform(directory: Directory, application: Application, form: dict[str, str]) -> str:
    """A web app's: only confidential clients act on their own behalf, whatever else they allow."""
    return WEB


def run(grant: GrantRequest) -> dict:
    """The token response: ``token_type``, ``expires_in``, ``ext_expires_in``, ``access_token``; no refresh token.

    Raises:
        AuthorityError: 90014, 70011, 1002012 or 500011 for the scope, 501051 for an API that wants the client assigned to
            it, 9002313 for claims that can't be read.
    """
    client, directory = grant.client, grant.directory
    identifier = resource_identifier(grant.form.get("scope"))
    application, principal = find_resource(directory, client.tenant, identifier)
    granted = directory.granted_role_ids(client.principal.id, principal.id)
    resource = Resource(application=application, identifier=identifier, roles=application.role_values(granted))
    if principal.assignment_required and not granted:
        raise AuthorityError(
            501051,
            client_id=client.application.app_id,
            app_name=client.application.display_name,
            resource=identifier,
            resource_name=application.display_name,
        )
    shape, key = grant.authority.shape(), grant.authority.signing_keys.current()
    lifetime = _lifetime(grant, application, shape.lifetime)
    token = app_only(client, resource, lifetime, face=grant.face, key=key, now=grant.now)
    return shape.answer({"token_type": "Bearer", **lifetime.answer(), "access_token": token})


def _lifetime(grant: GrantRequest, resource: Application, usual: int) -> Lifetime:
    own = grant.client.application
    # Of app-only tokens, continuous access evaluation covers those of the tenant's own single-tenant apps.
    evaluated = not own.multi_tenant and own.tenant_id == grant.client.tenant.id
    return lifetime_of(grant.form.get("claims") if evaluated else None, resource, usual)


def resource_identifier(scope: str | None) -> str:
    """The resource in a scope such as ``https://graph.microsoft.com/.default``.

    Raises:
        AuthorityError: 90014 without a scope, 70011 for one that can't be one, 1002012 without ``/.default``.
    """
    if not scope or not scope.strip():
        raise AuthorityError(90014, name="scope")
    if len(scope) > LONGEST_SCOPE or not is_scope(scope):
        raise AuthorityError(70011, scope=scope)
    scopes = scope.split()
    if len(scopes) != 1 or not scopes[0].lower().endswith(DEFAULT):
        raise AuthorityError(1002012, scope=scope.strip())
    identifier = scopes[0][: -len(DEFAULT)]
    if not is_identifier(identifier):
        raise AuthorityError(70011, scope=scope.strip())
    return identifier
