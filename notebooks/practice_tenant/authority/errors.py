"""The authority's errors, and their one renderer.

``error_table`` defines the codes. ``error_codes`` and the text come from the same entry, so they always agree.
"""

import re
import time
import uuid

from ..json_http import JsonAnswer
from .error_table import ENTRIES


class AuthorityError(Exception):
    """A refusal by the authority.

    Args:
        code: the AADSTS code, a key of ``ENTRIES``.
        status: an HTTP status in place of the entry's, where HTTP requires one (413).
        error: an OAuth error in place of the entry's, for codes that Entra sends with two.
        headers: HTTP headers of the answer.
        values: the values of the entry's ``{names}``; they may come from the request, and rendering cleans them.
    """

    def __init__(
        self,
        code: int,
        *,
        status: int | None = None,
        error: str | None = None,
        headers: dict | None = None,
        **values: str,
    ):
        super().__init__(f"AADSTS{code}")
        self.code = code
        self.entry = ENTRIES[code]
        self.error = error or self.entry.error
        self.status = status or self.entry.status
        self.headers = headers or {}
        self.values = values


# RFC 6749 section 5.2: error_description has %x20-21 / %x23-5B / %x5D-7E only.
_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_LONGEST_VALUE = 500
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

NO_STORE = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache", "Expires": "-1"}


def render(error: AuthorityError, *, login: str, now: float, correlation_id: str | None = None) -> JsonAnswer:
    """The JSON answer for an error; the arguments are those of ``report``."""
    body = report(error, login=login, now=now, correlation_id=correlation_id)
    return JsonAnswer(body, error.status, headers=NO_STORE | error.headers)


def report(error: AuthorityError, *, login: str, now: float, correlation_id: str | None = None) -> dict:
    """The JSON body of an error, in Entra's layout since late 2023 (one line, single spaces).

    Args:
        login: base URL of the authorization server, for ``error_uri``.
        now: seconds since the epoch.
        correlation_id: the request's ``client-request-id``; as in Entra, it counts if it is a GUID.
    """
    if not (correlation_id and _GUID.fullmatch(correlation_id)):
        correlation_id = str(uuid.uuid4())
    trace_id = str(uuid.uuid4())
    timestamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now))
    body = {
        "error": error.error,
        "error_description": f"{describe(error)} "
        f"Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}",
        "error_codes": [error.code],
        "timestamp": timestamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
    }
    if error.entry.suberror:
        body["suberror"] = error.entry.suberror
    if error.entry.error_uri:
        body["error_uri"] = f"{login}/error?code={error.code}"
    return body


def describe(error: AuthorityError) -> str:
    """The sentence of an error, with its AADSTS code, as a page or a redirect shows it."""
    values = {name: clean(value) for name, value in error.values.items()}
    return f"AADSTS{error.code}: {error.entry.text.format_map(values)}"


def clean(value: str) -> str:
    """A request's value for use in a description: allowed characters only, of limited length."""
    return _NOT_ALLOWED.sub("?", value[:_LONGEST_VALUE])
