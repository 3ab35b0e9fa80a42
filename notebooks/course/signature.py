"""Whether a token's signature was made by the tenant that it names.

The keys come from the authority's own metadata: `{instance}/{tid}/v2.0/.well-known/openid-configuration` names the
`jwks_uri` (OpenID Connect Discovery 1.0 section 3), whose keys verify the signature (RFC 7515 section 5.2). Only the
instance of the registration is asked, never an address that the token itself gives.
https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from .discovery import DiscoveryError, signing_keys
from .registration import RegistrationError
from .static_html import is_guid

ALGORITHM = "RS256"


@dataclass(frozen=True, kw_only=True)
class SignatureCheck:
    """What is known about a signature.

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
