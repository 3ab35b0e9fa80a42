"""The resource owner password credentials grant, a last resort for apps.

RFC 6749 section 4.3; https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc. RFC 9700 section 2.4 forbids
it; Entra still serves it.
"""

from ...directory import credentials
from ...directory.objects import Application
from ...directory.store import Directory
from ..errors import AuthorityError
from ..scopes import read_scopes
from ..sign_in import SignIn
from ..tenants import tenant_of_user
from .grant import GrantRequest, require_guid_for_itself, token_response

GRANT_TYPE = "password"
# Personal accounts have no passwords for apps. ``common`` would include them.
REFUSED_AUDIENCES = ("common", "consumers")


def require_organization(tenant_name: str) -> None:
    """Refuse an audience that includes personal accounts. Entra does so before it looks at the client.

    Raises:
        AuthorityError: 9001023.
    """
    if tenant_name.lower() in REFUSED_AUDIENCES:
        raise AuthorityError(9001023)


def platform(directory: Directory, application: Application, form: dict[str, str]) -> None:
    """None: the grant has no redirect URI."""


def run(grant: GrantRequest) -> dict:
    """The token response for a name and a password.

    Raises:
        AuthorityError: 900144 for a missing parameter, 50034 for an unknown name, 50126 for a wrong password, 90009 for
            the app's own API by a URI, and as ``token_response``.
    """
    for name in ("username", "password"):
        if name not in grant.form:
            raise AuthorityError(900144, name=name)
    name = grant.form["username"]
    tenant = grant.client.tenant or tenant_of_user(grant.directory, name)
    user = grant.directory.user(tenant.id, name) if tenant else None
    if user is None:
        raise AuthorityError(50034, user=name, tenant_name=tenant.display_name if tenant else "")
    if not credentials.is_password(grant.form["password"], user.password_hash):
        raise AuthorityError(50126)
    wanted = read_scopes(grant.directory, tenant, grant.client.application, grant.form.get("scope"))
    require_guid_for_itself(grant.client.application, wanted)
    sign_in = SignIn(
        client=grant.client.application,
        tenant=tenant,
        user=user,
        scope=grant.form["scope"],
        auth_time=int(grant.now),
        method=grant.client.method,
    )
    return token_response(grant, sign_in, wanted)
