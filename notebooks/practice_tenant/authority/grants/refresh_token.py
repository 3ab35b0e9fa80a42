"""The refresh token grant: a new access token for an earlier sign-in.

RFC 6749 section 6; https://learn.microsoft.com/entra/identity-platform/refresh-tokens. An Entra refresh token isn't bound
to one API, and it stays valid after a refresh. (RFC 9700 section 2.2.2 asks for rotation.)
"""

from ...directory import redirect_uri
from ...directory.objects import Application
from ...directory.store import Directory
from ...timestamps import ticks
from ..errors import AuthorityError
from ..scopes import read_scopes
from ..sign_in import read_sign_in
from ..tokens import PAGE_REFRESH_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS
from .grant import GrantRequest, platform_of_issued, require_guid_for_itself, token_response

GRANT_TYPE = "refresh_token"


def platform(directory: Directory, application: Application, form: dict[str, str]) -> str | None:
    """The platform of the sign-in: a refresh follows the grant that it came from."""
    return platform_of_issued(directory, application, "refresh_token", form)


def run(grant: GrantRequest) -> dict:
    """The token response for a refresh token.

    Raises:
        AuthorityError: 900144 without one, 9002313 for an unknown one or another app's, 700082 for an expired one,
            700084 for a page's, 70000 for another tenant's or a deleted account's, 90009 for the app's own API by a
            URI, and as ``token_response``.
    """
    value = grant.form.get("refresh_token")
    if value is None:
        raise AuthorityError(900144, name="refresh_token")
    issued = grant.directory.issued("refresh_token", value)
    if issued is None or issued.content["client_id"] != grant.client.application.app_id:
        raise AuthorityError(9002313, error="invalid_grant")
    of_page = issued.content.get("platform") == redirect_uri.SPA
    if grant.now >= issued.expires:
        if of_page:
            raise AuthorityError(700084, issued=ticks(issued.expires - PAGE_REFRESH_TOKEN_SECONDS))
        raise AuthorityError(700082, issued=ticks(issued.expires - REFRESH_TOKEN_SECONDS))
    if grant.client.tenant is not None and grant.client.tenant.id != issued.content["tenant_id"]:
        raise AuthorityError(70000, name="refresh_token", what="The token is for another tenant.")
    sign_in = read_sign_in(grant.directory, issued.content, family=issued.family, method=grant.client.method)
    if sign_in is None:
        what = "The account or the app it was issued to no longer exists."
        raise AuthorityError(70000, name="refresh_token", what=what)
    scope = grant.form.get("scope") or sign_in.scope
    wanted = read_scopes(grant.directory, sign_in.tenant, sign_in.client, scope)
    require_guid_for_itself(sign_in.client, wanted)
    # A page's new refresh token ends with its first one.
    return token_response(grant, sign_in, wanted, refresh=True, until=issued.expires if of_page else None)
