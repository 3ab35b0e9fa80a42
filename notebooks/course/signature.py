"""Whether a token's signature was made by the tenant that it names.

The keys come from the authority's own metadata: `{instance}/{tid}/v2.0/.well-known/openid-configuration` names the
`jwks_uri` (OpenID Connect Discovery 1.0 section 3), whose keys verify the signature (RFC 7515 section 5.2). Only the
instance of the registration is asked, never an address that the token itself gives.
https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from .registration import Registration, RegistrationError
from .static_html import is_guid

if TYPE_CHECKING:
    import jwt
    import requests

TIMEOUT_SECONDS = 10


class DiscoveryError(Exception):
    """The authority's documents cannot be had. Its text is a sentence for the learner."""


def tenant_metadata(registration: Registration, tenant: str) -> dict:
    """Fetch the OpenID configuration of `tenant` (GUID, domain or audience) from the registration's instance.

    Raises DiscoveryError: no answer, or the authority's own refusal (`AADSTS…`) up to its trace ID. Raises
    RegistrationError like `registration.new_session`.
    """
    with registration.new_session() as session:
        return _metadata(session, registration, tenant)


def signing_keys(registration: Registration, tenant: str) -> "dict[str, jwt.PyJWK]":
    """Fetch the RSA keys of `tenant`, by their `kid`. Raises like `tenant_metadata`."""
    import jwt

    with registration.new_session() as session:
        metadata = _metadata(session, registration, tenant)
        jwks = _document(session, registration, str(metadata.get("jwks_uri")))
    try:
        keys = jwt.PyJWKSet.from_dict(jwks).keys
    except jwt.PyJWTError as error:
        raise DiscoveryError(f"{_host(registration)} publishes no usable keys for this tenant.") from error
    return {key.key_id: key for key in keys if key.key_type == "RSA" and key.key_id}


def _metadata(session: "requests.Session", registration: Registration, tenant: str) -> dict:
    authority = f"{registration.instance}/{quote(tenant, safe='')}"
    return _document(session, registration, f"{authority}/v2.0/.well-known/openid-configuration")


def _document(session: "requests.Session", registration: Registration, url: str) -> dict:
    import requests

    from .transport import HostRefused

    try:
        response = session.get(url, timeout=TIMEOUT_SECONDS)
        document = response.json()
    except HostRefused as error:
        raise DiscoveryError(str(error)) from error
    except requests.JSONDecodeError as error:
        raise DiscoveryError(f"{_host(registration)} does not answer as an authority does. Check INSTANCE.") from error
    except requests.RequestException as error:
        raise DiscoveryError(
            f"{_host(registration)} could not be reached ({type(error).__name__}). "
            "Check INSTANCE, your network and your proxy."
        ) from error
    if response.status_code != 200:
        raise DiscoveryError(_refusal(document, response.status_code))
    if not isinstance(document, dict):
        raise DiscoveryError(f"{_host(registration)} does not answer as an authority does. Check INSTANCE.")
    return document


def _refusal(document: object, status: int) -> str:
    description = document.get("error_description") if isinstance(document, dict) else None
    # What follows the sentence (trace ID, correlation ID, time) is for the sign-in logs.
    return str(description or f"The authority answered with HTTP status {status}.").split("Trace ID:")[0].strip()


def _host(registration: Registration) -> str:
    return urlsplit(registration.instance).hostname or registration.instance


ALGORITHM = "RS256"


@dataclass(frozen=True, kw_only=True)
class SignatureCheck:
    """The result of checking a signature.

    `sentence` is the same in every run; `detail` (which key, which error) is not, and may be empty.
    """

    verified: bool
    sentence: str
    detail: str = ""


def check_signature(token: str, header: dict, claims: dict, registration=None) -> SignatureCheck:
    """Verify the signature of `token` (a JWT in compact form) with the published keys; never raises.

    Only the signature is checked. Audience, issuer, lifetime and permissions are for the API to check.
    """
    if "nonce" in header:
        return _not_verified(
            "the header holds a nonce. Such a token is for Microsoft Graph, and only Microsoft Graph can check it."
        )
    if header.get("alg") != ALGORITHM:
        return _not_verified(
            f"the header asks for another algorithm than {ALGORITHM}, the only one Microsoft Entra ID signs with.",
            detail=f"alg is {header.get('alg')!r}.",
        )
    if registration is None:
        return _not_verified("no registration was given to fetch keys with: TokenInspector(token, registration).")
    if not is_guid(claims.get("tid")):
        return _not_verified("the token names no tenant (tid) whose keys could be fetched.")
    host = urlsplit(registration.instance).hostname or "the authority"
    try:
        keys = signing_keys(registration, claims["tid"])
    except (DiscoveryError, RegistrationError) as error:
        return _not_verified(f"the keys could not be fetched from {host}.", detail=str(error))
    return _verify(token, header.get("kid"), keys, host)


def _verify(token: str, kid: object, keys: dict, host: str) -> SignatureCheck:
    import jwt

    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        return _not_verified(
            f"{host} publishes no key with this kid for the tenant. The token is old, or made by somebody else.",
            detail=f"Published: {', '.join(keys) or 'no keys'}.",
        )
    try:
        jwt.PyJWS(algorithms=[ALGORITHM]).decode_complete(token, key=key, algorithms=[ALGORITHM])
    except jwt.InvalidSignatureError:
        return _not_verified("the signature does not match. The token was changed after it was signed.")
    except jwt.PyJWTError as error:
        return _not_verified("the signature cannot be read.", detail=f"{type(error).__name__}: {error}")
    return SignatureCheck(
        verified=True,
        sentence=f"Verified: the signature matches a key that {host} publishes for this tenant.",
        detail=f"The key is {kid}.",
    )


def _not_verified(because: str, detail: str = "") -> SignatureCheck:
    return SignatureCheck(verified=False, sentence=f"Not verified: {because}", detail=detail)
