"""The ``claims`` parameter: the claims that a token needs, for example after an API's claims challenge.

OpenID Connect Core section 5.5; https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

from .. import json_http
from .errors import AuthorityError


def requested_contexts(claims: str | None) -> tuple[str, ...]:
    """The authentication contexts (``acrs``) that the access token needs.

    Raises:
        AuthorityError: 9002313 if the parameter is no JSON object of objects.
    """
    return _values(claims, "acrs")


def client_capabilities(claims: str | None) -> tuple[str, ...]:
    """The client's capabilities (``xms_cc``), as the request wrote them.

    Raises:
        AuthorityError: as ``requested_contexts``.
    """
    return _values(claims, "xms_cc")


def _values(claims: str | None, name: str) -> tuple[str, ...]:
    if claims is None:
        return ()
    try:
        wanted = json_http.read(claims)
        asked = (wanted.get("access_token") or {}).get(name) or {}
        values = [asked["value"]] if "value" in asked else asked.get("values", [])
        # Entra also accepts a single value without brackets.
        values = [values] if isinstance(values, str) else list(values)
    except (ValueError, AttributeError, TypeError) as error:
        raise AuthorityError(9002313) from error
    return tuple(value for value in values if isinstance(value, str))
