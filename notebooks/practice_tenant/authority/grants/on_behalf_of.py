"""On behalf of: an API exchanges its caller's token for one to another API, for the same person.

RFC 7523 section 2.1, with Entra's ``requested_token_use``;
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
"""

from jwt import PyJWS
from jwt.exceptions import InvalidTokenError

from ... import jose
from ...directory.objects import Application
from ...directory.redirect_uri import WEB
from ...directory.store import Directory
from ...timestamps import ticks
from ..errors import AuthorityError
from ..scopes import read_scopes
from ..sign_in import SignIn
from .grant import GrantRequest, token_response

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"

# The claims of every token that Entra issues, and their types.
_CLAIMS = {"iss": str, "tid": str, "ver": str, "aud": str, "iat": int, "exp": int}


def platform(directory: Directory, application: Application, form: dict[str, str]) -> str:
    """A web app's: only confidential clients act for others."""
    return WEB


def run(grant: GrantRequest) -> dict:
    """The token response for the token of a person who called this API.

    Raises:
        AuthorityError: 900144 for a missing parameter, 50027 for a malformed token or an ID token, 50013 for another
            issuer's, 500131 for one addressed to another API, 500133 for an expired one, 7000114 for an app's own, and
            as ``token_response``.
    """
    for name in ("assertion", "requested_token_use"):
        if name not in grant.form:
            raise AuthorityError(900144, name=name)
    if grant.form["requested_token_use"] != "on_behalf_of":
        raise AuthorityError(9002313)
    claims = _verified(grant.form["assertion"], grant)
    tenant = grant.directory.tenant(claims["tid"])
    if tenant is None:
        raise AuthorityError(50013, reason="The assertion is for an unknown tenant.")
    if grant.client.tenant is not None and grant.client.tenant.id != tenant.id:
        raise AuthorityError(50013, reason="The assertion is for another tenant.")
    user = grant.directory.user(tenant.id, str(claims.get("oid")))
    if user is None:
        raise AuthorityError(50013, reason="The assertion is for no signed-in user.")
    sign_in = SignIn(
        client=grant.client.application,
        tenant=tenant,
        user=user,
        scope=grant.form.get("scope", ""),
        auth_time=claims["iat"],
        # A sign-in that met a claims challenge has met it for the next API too.
        contexts=tuple(claims.get("acrs", ())),
        method=grant.client.method,
    )
    wanted = read_scopes(grant.directory, tenant, sign_in.client, grant.form.get("scope"))
    return token_response(grant, sign_in, wanted)


def _verified(assertion: str, grant: GrantRequest) -> dict:
    try:
        parsed = jose.read(assertion)
    except jose.Malformed as error:
        raise AuthorityError(50027, error="invalid_grant") from error
    key = next((key for key in grant.authority.signing_keys.published() if key.kid == parsed.header.get("kid")), None)
    if key is None or parsed.header.get("alg") != "RS256":
        raise AuthorityError(50013, reason="The key was not found.")
    try:
        PyJWS(algorithms=["RS256"]).decode(assertion, key.private_key.public_key(), algorithms=["RS256"])
    except InvalidTokenError as error:
        reason = "Key was found, but use of the key to verify the signature failed."
        raise AuthorityError(50013, reason=reason) from error
    claims, application = parsed.claims, grant.client.application
    if any(type(claims.get(name)) is not kind for name, kind in _CLAIMS.items()):
        raise AuthorityError(50027, error="invalid_grant")
    if claims["iss"] != grant.face.issuer(claims["tid"], claims["ver"]):
        raise AuthorityError(50013, reason="The assertion was issued by another authority.")
    if claims["aud"] not in (application.app_id, *application.identifier_uris):
        raise AuthorityError(
            500131,
            audience=str(claims["aud"]),
            client_id=application.app_id,
            app_name=application.display_name,
        )
    # An ID token also has the app's client ID as audience, but no client: it is no token for an API.
    if not claims.keys() & {"appid", "azp"}:
        raise AuthorityError(50027, error="invalid_grant")
    if grant.now >= claims["exp"]:
        raise AuthorityError(500133, now=ticks(grant.now), end=ticks(claims["exp"]))
    if "scp" not in claims:
        raise AuthorityError(7000114, client_id=application.app_id)
    return claims
