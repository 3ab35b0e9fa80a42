"""The refresh token grant: a new access token for an earlier sign-in.

RFC 6749 section 6; https://learn.microsoft.com/entra/identity-platform/refresh-tokens. An Entra refresh token isn't bound
to one API, and it stays valid after a refresh. (RFC 9700 section 2.2.2 asks for rotation.)
"""

from ...directory.permissions import GRAPH_APP_ID
from ...timestamps import ticks
from ..claims_request import requested_contexts
from ..errors import AuthorityError
from ..scopes import read_scopes
from ..sign_in import read_sign_in
from ..tokens import REFRESH_TOKEN_SECONDS
from .grant import GrantRequest, token_response

GRANT_TYPE = "refresh_token"


def run(grant: GrantRequest) -> dict:
    """The token response for a refresh token.

    Raises:
        AuthorityError: 900144 without one, 9002313 for an unknown one or another app's, 700082 for an expired one, 70000
            for another tenant's or a deleted account's, 50076 for claims that need a new sign-in, 65001 for permissions
            without consent.
    """
    value = grant.form.get("refresh_token")
    if value is None:
        raise AuthorityError(900144, name="refresh_token")
    issued = grant.directory.issued("refresh_token", value)
    if issued is None or issued.content["client_id"] != grant.client.application.app_id:
        raise AuthorityError(9002313, error="invalid_grant")
    if grant.now >= issued.expires:
        raise AuthorityError(700082, issued=ticks(issued.expires - REFRESH_TOKEN_SECONDS))
    if grant.client.tenant is not None and grant.client.tenant.id != issued.content["tenant_id"]:
        raise AuthorityError(70000, name="refresh_token", what="The token is for another tenant.")
    sign_in = read_sign_in(grant.directory, issued.content, family=issued.family, method=grant.client.method)
    if sign_in is None:
        what = "The account or the app it was issued to no longer exists."
        raise AuthorityError(70000, name="refresh_token", what=what)
    if set(requested_contexts(grant.form.get("claims"))) - set(sign_in.contexts):
        raise AuthorityError(50076, resource=GRAPH_APP_ID)
    scope = grant.form.get("scope") or sign_in.scope
    wanted = read_scopes(grant.directory, sign_in.tenant, sign_in.client, scope)
    return token_response(grant, sign_in, wanted, refresh=True)
