"""Federated assertions: a token of another issuer, which the app's registration trusts, in place of a secret.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation. The practice tenant fetches nothing from other
hosts, so the one issuer whose keys it can read is Entra itself: the tokens of managed identities of the app's own tenant
(workload-identity-federation-config-app-trust-managed-identity). It refuses every other token that Entra issued, as Entra
does, and answers for other issuers as Entra does for one that it can't reach.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from jwt import PyJWS
from jwt.exceptions import InvalidTokenError

from .. import jose
from ..clouds import cloud_of
from ..directory.objects import TOKEN_EXCHANGE_APP_ID, TOKEN_EXCHANGE_AUDIENCE, Application, FederatedCredential
from ..directory.signing_keys import SigningKeys
from ..directory.store import Directory
from ..hosts import Face
from .client_assertion import check_times
from .errors import AuthorityError

# The only one that Entra promises to take from other issuers.
_ALGORITHM = "RS256"


def is_federated(assertion: str) -> bool:
    """Whether an assertion says that somebody else issued it, by a URL; a client's own has the client ID there."""
    try:
        issuer = jose.read(assertion).claims.get("iss")
    except jose.Malformed:
        return False
    return isinstance(issuer, str) and "://" in issuer


def verify(
    assertion: str, application: Application, *, directory: Directory, signing_keys: SigningKeys, face: Face, now: float
) -> dict:
    """Check a token that *application* shows in place of a secret of its own.

    Args:
        assertion: JWS compact serialization.
        face: whose issuer Entra's own tokens have to have.
        now: seconds since the epoch.

    Returns:
        Its claims.

    Raises:
        AuthorityError: 50027 malformed, 70025, 700211, 700212, 700213 or 7002138 for no federated credential that
            matches, 501661 for an issuer that can't be reached, 700222 or 700236 for another issuer of Entra's,
            5002738 algorithm, 7000272 key, 50013 signature, 700024 time, 700229 or 700226 for a token that is no
            managed identity's.
    """
    try:
        parsed = jose.read(assertion)
    except jose.Malformed as error:
        raise AuthorityError(50027) from error
    _check_match(parsed.claims, application, directory.federated_credentials(application.app_id))
    _check_issuer(parsed.claims["iss"], application, face)
    _check_signature(parsed, signing_keys)
    check_times(parsed.claims, now)
    _check_kind(parsed.claims, application, directory)
    return parsed.claims


def _check_match(claims: dict, application: Application, credentials: Collection[FederatedCredential]) -> None:
    """Find one federated credential with this issuer, this audience and this subject, all three to the letter."""
    issuer, subject, audience = claims.get("iss"), claims.get("sub"), claims.get("aud")
    if not all(isinstance(value, str) for value in (issuer, subject, audience)):
        raise AuthorityError(50027)
    if not credentials:
        raise AuthorityError(70025, app_name=application.display_name)
    left = [item for item in credentials if item.issuer == issuer]
    if not left:
        raise AuthorityError(700211, issuer=issuer)
    # A version 2.0 token names its audience by client ID; a federated credential always has the URI.
    named = TOKEN_EXCHANGE_AUDIENCE if audience == TOKEN_EXCHANGE_APP_ID else audience
    left = [item for item in left if item.audience == named]
    if not left:
        raise AuthorityError(700212, audience=audience)
    if not any(item.subject == subject for item in left):
        near = any(item.subject.lower() == subject.lower() for item in left)
        raise AuthorityError(7002138 if near else 700213, subject=subject)


def _check_issuer(issuer: str, application: Application, face: Face) -> None:
    own = face.issuer(application.tenant_id, "2.0")
    if issuer == own:
        return
    try:
        host, tenant = urlsplit(issuer).netloc.lower(), urlsplit(issuer).path.lower()
    except ValueError as error:
        raise AuthorityError(501661) from error
    if cloud_of(host) is None and host != face.login_host:
        raise AuthorityError(501661)
    if application.tenant_id in tenant:
        raise AuthorityError(700222)
    raise AuthorityError(700236, issuer=issuer)


def _check_signature(parsed: jose.Jws, signing_keys: SigningKeys) -> None:
    algorithm, kid = parsed.header.get("alg"), parsed.header.get("kid")
    if algorithm != _ALGORITHM:
        raise AuthorityError(5002738, algorithm=str(algorithm), supported=_ALGORITHM)
    key = next((key for key in signing_keys.published() if key.kid == kid), None)
    if key is None:
        raise AuthorityError(7000272, key=str(kid or ""), issuer=parsed.claims["iss"])
    try:
        PyJWS(algorithms=[_ALGORITHM]).decode(parsed.token, key.private_key.public_key(), algorithms=[_ALGORITHM])
    except InvalidTokenError as error:
        reason = "Key was found, but use of the key to verify the signature failed."
        raise AuthorityError(50013, status=401, error="invalid_client", reason=reason) from error


def _check_kind(claims: dict, application: Application, directory: Directory) -> None:
    """Let no person's token in, and no other app's: whoever holds one of those could become this app."""
    if "scp" in claims or claims["sub"] != claims.get("oid"):
        raise AuthorityError(700229)
    principal = directory.service_principal(application.tenant_id, id=claims["oid"])
    if principal is None or not principal.managed_identity:
        raise AuthorityError(700226)
