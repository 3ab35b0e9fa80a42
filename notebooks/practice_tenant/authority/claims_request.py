"""The ``claims`` parameter: what a token has to say, as an API's claims challenge asked for.

OpenID Connect Core section 5.5; https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

import json

from .errors import AuthorityError


def requested_contexts(claims: str | None) -> tuple[str, ...]:
    """The authentication contexts (``acrs``) that the access token has to have.

    Raises:
        AuthorityError: 9002313 if the parameter is no JSON object of objects.
    """
    if claims is None:
        return ()
    try:
        wanted = json.loads(claims)
        acrs = (wanted.get("access_token") or {}).get("acrs") or {}
        values = [acrs["value"]] if "value" in acrs else list(acrs.get("values", []))
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise AuthorityError(9002313) from error
    return tuple(value for value in values if isinstance(value, str))
