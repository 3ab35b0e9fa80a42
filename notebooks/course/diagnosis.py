"""The course's own answer to notebook 07's last exercises: what a result of MSAL means, and who has to act.

https://learn.microsoft.com/entra/msal/python/advanced/msal-error-handling-python
"""

from __future__ import annotations

import json
import re
from typing import Literal

Who = Literal["nobody", "person", "developer", "network", "wait"]

# RFC 6749 section 5.2, RFC 8628 section 3.5, OpenID Connect Core section 3.1.2.6: a new sign-in is the way on.
_FOR_A_PERSON = ("invalid_grant", "interaction_required", "login_required", "consent_required", "expired_token")
_FOR_LATER = ("temporarily_unavailable",)
_TAIL = re.compile(r"\s+Trace ID:")


def words(error: dict) -> str:
    """What the tenant says, less the identifiers behind it; OAuth's word for the error if it says nothing."""
    return _TAIL.split(error.get("error_description") or "")[0] or error["error"]


def who(error: dict) -> Who:
    """Who has to act on an error."""
    if error["error"] in _FOR_A_PERSON:
        return "person"
    return "wait" if error["error"] in _FOR_LATER else "developer"


def explain(result: dict | Exception | None) -> tuple[Who, str]:
    """Who has to act on a result of MSAL or on an exception that it raised, and what it says. Never shows a token."""
    import msal.exceptions
    import requests

    if isinstance(result, requests.RequestException):
        return "network", type(result).__name__
    if isinstance(result, json.JSONDecodeError | msal.exceptions.MsalServiceError):
        return "wait", type(result).__name__
    if isinstance(result, Exception):
        return "developer", str(result)
    if result is None:
        return "person", "nothing in the cache fits"
    if "access_token" in result:
        return "nobody", result["token_source"]
    return who(result), words(result)
