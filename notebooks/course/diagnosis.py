"""The course's own answer to notebook 07's last exercises: what a result of MSAL means, and who has to act.

https://learn.microsoft.com/entra/msal/python/advanced/msal-error-handling-python
"""

from __future__ import annotations

import json
import re
from typing import Literal

from .redaction import NOTHING_KNOWN

Who = Literal["nobody", "person", "developer", "network", "wait"]

# RFC 6749 section 5.2, RFC 8628 section 3.5, OpenID Connect Core section 3.1.2.6: a new sign-in is the way on. The last
# two are a person's refusal.
_FOR_A_PERSON = (
    *("invalid_grant", "interaction_required", "login_required", "consent_required", "expired_token"),
    *("access_denied", "authorization_declined"),
)
_FOR_LATER = ("temporarily_unavailable",)
# Kinds of invalid_grant that a new sign-in doesn't repair: the program presents an assertion that is for another API or
# was changed, another redirect URI, or another code verifier.
_FOR_A_DEVELOPER = frozenset({50013, 500131, 500112, 501481})
_TAIL = re.compile(r"\s+Trace ID:")
_REFUSED_DISCOVERY = re.compile(r"HTTP status: (\d{3})")
_TOO_MUCH, _BEFORE_THE_TENANT = ("408", "429"), ("403", "407", "451")


def words(error: dict) -> str:
    """What the tenant says, less the identifiers behind it; OAuth's word for the error if it says nothing."""
    said = error.get("error_description") or error.get("error") or "neither a token nor an error"
    return _TAIL.split(str(said))[0]


def who(error: dict) -> Who:
    """Who has to act on an error."""
    word, codes = error.get("error"), error.get("error_codes")
    if isinstance(codes, list) and any(code in _FOR_A_DEVELOPER for code in codes if isinstance(code, int)):
        return "developer"
    if word in _FOR_A_PERSON:
        return "person"
    return "wait" if word in _FOR_LATER else "developer"


def explain(result: object) -> tuple[Who, str]:
    """Who has to act on what MSAL returned or raised, and what it says. Never raises, and never shows a token."""
    if isinstance(result, BaseException):
        who_acts, said = _of_exception(result)
    elif isinstance(result, dict):
        who_acts, said = _of_answer(result)
    elif result is None:
        who_acts, said = "person", "nothing in the cache fits"
    else:
        # Not shown: it may be a token.
        who_acts, said = "developer", f"a result of MSAL is a dict or None, and this is of type {type(result).__name__}"
    return who_acts, NOTHING_KNOWN.text(said)


def _of_answer(result: dict) -> tuple[Who, str]:
    if "access_token" in result:
        return "nobody", str(result.get("token_source") or "an access token")
    if "error" in result:
        return who(result), words(result)
    if "id_token" in result:
        return "nobody", "signed in, and no access token was asked for"
    if "user_code" in result or "auth_uri" in result:
        return "person", "a flow that has begun: somebody has to sign in"
    return "developer", words(result)


def _of_exception(error: BaseException) -> tuple[Who, str]:
    import msal
    import requests

    name = type(error).__name__
    if isinstance(error, requests.RequestException | ConnectionError | TimeoutError):
        return "network", name
    if isinstance(error, json.JSONDecodeError | msal.exceptions.MsalServiceError):
        return "wait", name
    if isinstance(error, msal.BrowserInteractionTimeoutError):
        return "person", str(error)
    if isinstance(error, ValueError) and (passing := _of_discovery(error.__context__)):
        return passing
    return "developer", str(error) or name


def _of_discovery(cause: BaseException | None) -> tuple[Who, str] | None:
    """Who acts on discovery that failed but wasn't refused for the tenant's name; None if it was.

    MSAL raises the same ValueError for both, from within the handler of what happened (its `authority.py`).
    """
    if isinstance(cause, json.JSONDecodeError):
        return "wait", "discovery was answered with something that is no JSON"
    status = _REFUSED_DISCOVERY.search(str(cause)) if isinstance(cause, ValueError) else None
    if status and status[1] in _TOO_MUCH:
        return "wait", f"discovery was answered with HTTP status {status[1]}"
    if status and status[1] in _BEFORE_THE_TENANT:
        return "network", f"discovery was answered with HTTP status {status[1]}, before it reached the tenant"
    return None
