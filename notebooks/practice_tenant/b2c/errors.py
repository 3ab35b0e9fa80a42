"""Refusals by Azure AD B2C: its own codes, and its own layout, with line breaks in the description.

Codes and sentences: https://learn.microsoft.com/azure/active-directory-b2c/error-codes; the OAuth errors as public
issues show them.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ..authority.errors import NO_STORE, clean
from ..json_http import JsonAnswer


@dataclass(frozen=True, kw_only=True)
class B2CEntry:
    """One row: the OAuth 2.0 error, and the sentence, whose ``{names}`` are filled from the request."""

    error: str
    text: str


ENTRIES: Mapping[int, B2CEntry] = {
    90006: B2CEntry(
        error="invalid_request",
        text="The redirect URI '{redirect_uri}' provided in the request is not registered for the client id "
        "'{client_id}'.",
    ),
    90007: B2CEntry(
        error="invalid_request",
        text="The application associated with client id '{client_id}' has no registered redirect URIs.",
    ),
    90008: B2CEntry(error="invalid_request", text="The request does not contain a client id parameter."),
    90010: B2CEntry(error="invalid_request", text="The request does not contain a scope parameter."),
    90013: B2CEntry(
        error="unsupported_response_type",
        text="The requested response type '{response_type}' provided in the request is not supported.",
    ),
    90014: B2CEntry(
        error="invalid_request",
        text="The requested response mode '{response_mode}' provided in the request is not supported.",
    ),
    90017: B2CEntry(
        error="invalid_client", text="The client assertion provided in the request is invalid: it is not supported."
    ),
    90018: B2CEntry(
        error="unauthorized_client",
        text="The client id '{client_id}' specified in the request is not registered in tenant '{tenant}'.",
    ),
    90035: B2CEntry(
        error="temporarily_unavailable",
        text="The service is temporarily unavailable. Please retry after a few minutes.",
    ),
    90043: B2CEntry(
        error="invalid_request",
        text="The prompt included in the request contains invalid values. Expected 'none', 'login', 'consent' or "
        "'select_account'.",
    ),
    # A permanent failure; the second sentence is the practice tenant's own.
    90063: B2CEntry(error="server_error", text="There is a problem with the service. {sentence}"),
    90068: B2CEntry(
        error="unauthorized_client",
        text="The provided application with ID '{client_id}' is not valid against this service. Please use an "
        "application created via the B2C portal and try again.",
    ),
    90077: B2CEntry(
        error="interaction_required",
        text="User does not have an existing session and request prompt parameter has a value of '{prompt}'.",
    ),
    90079: B2CEntry(
        error="invalid_request", text="Clients must send a client_secret when redeeming a confidential grant."
    ),
    90080: B2CEntry(
        error="invalid_grant",
        text="The provided grant has expired. Please re-authenticate and try again. Current time: {now}, Grant issued "
        "time: {issued}, Grant expiration time: {expires}",
    ),
    90081: B2CEntry(
        error="invalid_client",
        text="The specified client_secret does not match the expected value for this client. Please correct the "
        "client_secret and try again.",
    ),
    90083: B2CEntry(error="invalid_request", text="The request is missing required parameter: {name}."),
    90084: B2CEntry(
        error="invalid_request",
        text="Public clients should not send a client_secret when redeeming a publicly acquired grant.",
    ),
    90086: B2CEntry(error="unsupported_grant_type", text="The supplied grant_type [{grant_type}] is not supported."),
    90088: B2CEntry(
        error="invalid_grant",
        text="The provided grant has not been issued for this endpoint. Actual Value : {actual} and Expected Value : "
        "{expected}",
    ),
    90090: B2CEntry(error="invalid_grant", text="The provided grant is not one that was issued here."),
    90115: B2CEntry(
        error="invalid_request",
        text="When requesting the 'code' response_type, the scope parameter must include a resource or client ID for "
        "access tokens, and 'openid' for ID tokens. Additionally include 'offline_access' for refresh tokens.",
    ),
    90117: B2CEntry(error="invalid_request", text="The scope '{scope}' provided in the request is not supported."),
    90122: B2CEntry(
        error="invalid_request",
        text="Input for '{name}' received in the request has failed HTTP request validation. Ensure that the input "
        "does not contain characters such as < or &.",
    ),
    90128: B2CEntry(
        error="invalid_grant",
        text="The account associated with this grant no longer exists. Please reauthenticate and try again.",
    ),
    90129: B2CEntry(
        error="invalid_grant", text="The provided grant has been revoked. Please reauthenticate and try again."
    ),
    90146: B2CEntry(
        error="invalid_request",
        text="The scope '{scope}' provided in request specifies more than one resource for an access token, which is "
        "not supported.",
    ),
    90182: B2CEntry(error="invalid_grant", text="The supplied code_verifier does not match associated code_challenge"),
    90183: B2CEntry(error="invalid_grant", text="The supplied code_verifier is invalid"),
    90184: B2CEntry(
        error="invalid_request",
        text="The supplied code_challenge_method is not supported. Supported values are plain or S256",
    ),
    90205: B2CEntry(
        error="unauthorized_client",
        text="This application does not have sufficient permissions against this web resource to perform the "
        "operation.",
    ),
    90244: B2CEntry(
        error="temporarily_unavailable",
        text="There are too many requests at this moment. Please wait for some time and try again.",
    ),
    90279: B2CEntry(
        error="invalid_grant",
        text="The provided client id '{client_id}' does not match the client id that issued the grant.",
    ),
    99005: B2CEntry(
        error="invalid_request",
        text="The request contains an invalid scope parameter which includes an illegal character '{character}'.",
    ),
}


class B2CError(Exception):
    """A refusal by Azure AD B2C.

    Args:
        code: the AADB2C code, a key of ``ENTRIES``.
        status: the HTTP status of the JSON answer.
        values: the values of the entry's ``{names}``; they may come from the request, and rendering cleans them.
    """

    def __init__(self, code: int, *, status: int = 400, **values: object):
        super().__init__(f"AADB2C{code}")
        self.code = code
        self.entry = ENTRIES[code]
        self.status = status
        self.values = values


def render(error: B2CError, now: float, headers: dict[str, str] | None = None) -> JsonAnswer:
    """The JSON answer for an error."""
    return JsonAnswer(report(error, now), error.status, headers=NO_STORE | (headers or {}))


def report(error: B2CError, now: float) -> dict[str, str]:
    """The JSON body of an error. Unlike Entra ID's, it has only these two members."""
    timestamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now))
    tail = f"\r\nCorrelation ID: {uuid.uuid4()}\r\nTimestamp: {timestamp}\r\n"
    return {"error": error.entry.error, "error_description": describe(error) + tail}


def describe(error: B2CError) -> str:
    """The sentence with its code, as a page shows it."""
    values = {name: clean(str(value)) for name, value in error.values.items()}
    return f"AADB2C{error.code}: {error.entry.text.format_map(values)}"
