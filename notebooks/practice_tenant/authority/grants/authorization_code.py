"""The authorization code grant: redeem the code of a sign-in.

RFC 6749 section 4.1.3; PKCE in RFC 7636; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from dataclasses import replace

from ...directory import redirect_uri
from ...directory.objects import Issued
from ..authorize import check_verifier
from ..errors import AuthorityError
from ..scopes import read_scopes
from ..sign_in import read_sign_in
from .grant import GrantRequest, token_response

GRANT_TYPE = "authorization_code"
CODE_SECONDS = 600


def run(grant: GrantRequest) -> dict:
    """The token response for a code.

    Raises:
        AuthorityError: 900144 without a code, 9002313 or 70000 for one that can't be, 54005 for one used before, 70008
            for an expired one, 500112 for another redirect URI, 501481 for PKCE, 9002326 or 9002327 when a program
            redeems a single-page app's code, or the reverse.
    """
    code = grant.form.get("code")
    if code is None:
        raise AuthorityError(900144, name="code")
    issued = grant.directory.issued("code", code)
    if issued is None or issued.content["client_id"] != grant.client.application.app_id:
        raise AuthorityError(9002313, error="invalid_grant")
    if grant.client.tenant is not None and grant.client.tenant.id != issued.content["tenant_id"]:
        raise AuthorityError(70000, name="code", what="The code is for another tenant.")
    if grant.form.get("redirect_uri") != issued.content["redirect_uri"]:
        raise AuthorityError(500112)
    if grant.now >= issued.expires:
        raise AuthorityError(70008)
    check_verifier(issued.content, grant.form.get("code_verifier"))
    _check_origin(grant, issued.content["sent_to"])
    # One transaction: of concurrent requests the first gets its tokens before the next one revokes them.
    with grant.directory.transaction():
        if grant.directory.redeem("code", code, grant.now):
            return _answer(grant, issued)
        # RFC 6749 section 4.1.2: a second redemption may be a thief's, so all tokens of the code are revoked.
        grant.directory.revoke_family(issued.family)
    raise AuthorityError(54005)


def _check_origin(grant: GrantRequest, sent_to: str) -> None:
    if redirect_uri.is_one_of(grant.client.application.spa_redirect_uris, sent_to):
        if grant.origin is None:
            raise AuthorityError(9002327)
    elif grant.origin is not None:
        raise AuthorityError(9002326, origin=grant.origin)


def _answer(grant: GrantRequest, issued: Issued) -> dict:
    sign_in = read_sign_in(grant.directory, issued.content, family=issued.family, method=grant.client.method)
    if sign_in is None:
        raise AuthorityError(70000, name="code", what="The account or the app it was issued to no longer exists.")
    wanted = read_scopes(grant.directory, sign_in.tenant, sign_in.client, grant.form.get("scope") or sign_in.scope)
    # The scopes of the sign-in decide about ID and refresh token, not the scopes of the redemption.
    asked = read_scopes(grant.directory, sign_in.tenant, sign_in.client, sign_in.scope)
    return token_response(grant, sign_in, replace(wanted, oidc=asked.oidc))
