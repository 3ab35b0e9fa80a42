"""The refresh token grant: a new access token for a person who signed in before.

RFC 6749 section 6; https://learn.microsoft.com/entra/identity-platform/refresh-tokens. In Entra a refresh token isn't
bound to one API and the old one goes on working; the strict profile rotates them (RFC 9700 section 2.2.2).
"""

from ...directory.objects import Issued
from ...directory.permissions import GRAPH_APP_ID
from ...timestamps import ticks
from ..claims_request import requested_contexts
from ..consent import needed
from ..errors import AuthorityError
from ..scopes import Wanted, read_scopes
from ..sign_in import REFRESH_TOKEN_SECONDS, SignIn, read_sign_in, token_response
from .grant import GrantRequest

GRANT_TYPE = "refresh_token"


def run(grant: GrantRequest) -> dict:
    """The token response for a refresh token.

    Raises:
        AuthorityError: 50076 for claims that only a new sign-in can meet, 900144 without one, 9002313 for one that was
            never issued or to another app, 700082 for an expired one, 65001 for permissions without consent; in the
            strict profile 70000 for one that was used before, 70011 for more than the sign-in was for.
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
    if not grant.strict:
        return _answer(grant, issued)
    # One transaction: a request that fails for another reason leaves the token as it was.
    with grant.directory.transaction():
        if grant.directory.redeem("refresh_token", value, grant.now):
            return _answer(grant, issued)
        grant.directory.revoke_family(issued.family)
    raise AuthorityError(70000, name="refresh_token", what="The token was used before.")


def _answer(grant: GrantRequest, issued: Issued) -> dict:
    sign_in = read_sign_in(grant.directory, issued.content, family=issued.family, method=grant.client.method)
    if sign_in is None:
        what = "The account or the app it was issued to no longer exists."
        raise AuthorityError(70000, name="refresh_token", what=what)
    if set(requested_contexts(grant.form.get("claims"))) - set(sign_in.contexts):
        raise AuthorityError(50076, resource=GRAPH_APP_ID)
    scope = grant.form.get("scope") or sign_in.scope
    wanted = read_scopes(grant.directory, sign_in.tenant, sign_in.client, scope)
    if grant.strict and not _within(wanted, sign_in, grant):
        raise AuthorityError(70011, scope=scope)
    return token_response(sign_in, wanted, **grant.services, refresh=True)


def _within(wanted: Wanted, sign_in: SignIn, grant: GrantRequest) -> bool:
    # RFC 6749 section 6: no scope that wasn't granted at the sign-in, whatever was consented to at another one.
    asked = read_scopes(grant.directory, sign_in.tenant, sign_in.client, sign_in.scope)
    same = wanted.resource.app_id == asked.resource.app_id
    return same and set(needed(wanted, sign_in.client)) <= set(needed(asked, sign_in.client))
