"""What an authority publishes about a tenant: its metadata and the keys it signs with.

OpenID Connect Discovery 1.0 section 4; JWK Set, RFC 7517 section 5.
https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri
"""

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    import jwt
    import requests

    from .registration import Registration

TIMEOUT_SECONDS = 10


class DiscoveryError(Exception):
    """The authority's documents cannot be had. Its text is a sentence for the learner."""


def tenant_metadata(registration: "Registration", tenant: str) -> dict:
    """Fetch the OpenID configuration of `tenant` (GUID, domain or audience) from the registration's instance.

    Raises DiscoveryError: no answer, or the authority's own refusal (`AADSTS…`) up to its trace ID. Raises
    RegistrationError like `registration.http`.
    """
    with _session(registration) as session:
        return _metadata(session, registration, tenant)


def signing_keys(registration: "Registration", tenant: str) -> "dict[str, jwt.PyJWK]":
    """Fetch the RSA keys of `tenant`, by their `kid`. Raises like `tenant_metadata`."""
    import jwt

    with _session(registration) as session:
        metadata = _metadata(session, registration, tenant)
        jwks = _document(session, registration, str(metadata.get("jwks_uri")))
    try:
        keys = jwt.PyJWKSet.from_dict(jwks).keys
    except jwt.PyJWTError as error:
        raise DiscoveryError(f"{_host(registration)} publishes no usable keys for this tenant.") from error
    return {key.key_id: key for key in keys if key.key_type == "RSA" and key.key_id}


def _session(registration: "Registration") -> "requests.Session":
    # A session of its own: the trace of the learner's session is about what MSAL sends.
    return registration.with_values().http


def _metadata(session: "requests.Session", registration: "Registration", tenant: str) -> dict:
    authority = f"{registration.instance}/{quote(tenant, safe='')}"
    return _document(session, registration, f"{authority}/v2.0/.well-known/openid-configuration")


def _document(session: "requests.Session", registration: "Registration", url: str) -> dict:
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


def _host(registration: "Registration") -> str:
    return urlsplit(registration.instance).hostname or registration.instance
