"""The authorization code grant: redeem the code of a sign-in.

RFC 6749 section 4.1.3; PKCE in RFC 7636; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from dataclasses import replace

from ...directory.objects import Application, Issued
from ...directory.store import Directory
from ..authorize import check_verifier
from ..errors import AuthorityError
from ..scopes import read_all_scopes, read_scopes
from ..sign_in import read_sign_in
from .grant import GrantRequest, platform_of_issued, token_response

GRANT_TYPE = "authorization_code"
CODE_SECONDS = 600


def platform(directory: Directory, application: Application, form: dict[str, str]) -> str | None:
    """The platform of the redirect URI that the code was sent to."""
    return platform_of_issued(directory, application, "code", form)


def run(grant: GrantRequest) -> dict:
    """The token response for a code.

    Raises:
        AuthorityError: 900144 without a code, 9002313 or 70000 for one that can't be, 54005 for one used before, 70008
            for an expired one, 500112 for another redirect URI, 501481 for PKCE, 28003 if the sign-in was for several
            APIs and the redemption names none.
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
    # One transaction: of concurrent requests the first gets its tokens before the next one revokes them.
    with grant.directory.transaction():
        if grant.directory.redeem("code", code, grant.now):
            return _answer(grant, issued)
        # RFC 6749 section 4.1.2: a second redemption may be a thief's, so all tokens of the code are revoked.
        grant.directory.revoke_family(issued.family)
    raise AuthorityError(54005)


def _answer(grant: GrantRequest, issued: Issued) -> dict:
    sign_in = read_sign_in(grant.directory, issued.content, family=issued.family, method=grant.client.method)
    if sign_in is None:
        raise AuthorityError(70000, name="code", what="The account or the app it was issued to no longer exists.")
    asked = read_all_scopes(grant.directory, sign_in.tenant, sign_in.client, sign_in.scope)
    scope = grant.form.get("scope")
    if scope is None and len(asked) > 1:
        raise AuthorityError(28003)
    wanted = read_scopes(grant.directory, sign_in.tenant, sign_in.client, scope or sign_in.scope)
    # The scopes of the sign-in decide about ID and refresh token, not the scopes of the redemption.
    wanted = replace(wanted, oidc=asked[0].oidc)
    if len(asked) > 1:
        # The refresh token is for the API that the code was redeemed for.
        sign_in = replace(sign_in, scope=" ".join((*wanted.written, *wanted.oidc)))
    return token_response(grant, sign_in, wanted)
