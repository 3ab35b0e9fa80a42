"""Federated assertions: a token of another issuer, which the app's registration trusts, instead of a secret.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation. The practice tenant fetches nothing from
other hosts. So it knows the keys of one issuer, Entra itself. It accepts tokens of managed identities of the app's own
tenant (workload-identity-federation-config-app-trust-managed-identity). As Entra does, it refuses all of Entra's other
tokens. Other issuers get Entra's answer for an unreachable one.
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

# The only algorithm that Entra promises to accept from other issuers.
_ALGORITHM = "RS256"


def is_federated(assertion: jose.Jws) -> bool:
    """Whether another issuer's URL is in ``iss``; a client's own assertion has the client ID there."""
    issuer = assertion.claims.get("iss")
    return isinstance(issuer, str) and "://" in issuer


def verify(
    assertion: jose.Jws,
    application: Application,
    *,
    directory: Directory,
    signing_keys: SigningKeys,
    face: Face,
    now: float,
) -> None:
    """Check a token that *application* presents instead of a secret.

    Args:
        face: determines the issuer of Entra's own tokens.
        now: seconds since the epoch.

    Raises:
        AuthorityError: 50027 malformed, 70025, 700211, 700212, 700213 or 7002138 for no federated credential that
            matches, 501661 for an unreachable issuer, 700222 or 700236 for another issuer of Entra's, 5002738
            algorithm, 7000272 key, 50013 signature, 700024 time, 700229 or 700226 for other tokens than a managed
            identity's.
    """
    _check_match(assertion.claims, application, directory.federated_credentials(application.app_id))
    _check_issuer(assertion.claims["iss"], application, face)
    _check_signature(assertion, signing_keys)
    check_times(assertion.claims, now)
    _check_kind(assertion.claims, application, directory)


def _check_match(claims: dict, application: Application, credentials: Collection[FederatedCredential]) -> None:
    """Find one federated credential with exactly this issuer, this audience and this subject."""
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
    """Refuse a person's token and another app's: their holders could otherwise become this app."""
    if "scp" in claims or claims["sub"] != claims.get("oid"):
        raise AuthorityError(700229)
    principal = directory.service_principal(application.tenant_id, id=claims["oid"])
    if principal is None or not principal.managed_identity:
        raise AuthorityError(700226)
