"""The one table of errors, and the one renderer of them.

Each entry gives the AADSTS code, the OAuth 2.0 error (RFC 6749 section 5.2), the HTTP status, Entra's sentence, and
where it was seen. ``error_codes`` is taken from the same entry as the text, so the two always agree.
"""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ..json_answer import JsonAnswer

_ISSUES = "https://github.com/"
_LEARN = "https://learn.microsoft.com/entra/identity-platform/"
_CODES = _LEARN + "reference-error-codes"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row: what Entra answers for an AADSTS code. ``{names}`` in ``text`` are filled from the request."""

    error: str
    status: int
    text: str
    seen: str
    error_uri: bool = True


ENTRIES: Mapping[int, Entry] = {
    50049: Entry(
        error="invalid_instance",
        status=400,
        text="Unknown or invalid instance.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-go/issues/438",
    ),
    50059: Entry(
        error="invalid_request",
        status=400,
        text="No tenant-identifying information found in either the request or implied by any provided credentials.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-python/issues/154",
        error_uri=False,
    ),
    50194: Entry(
        error="invalid_request",
        status=400,
        text="Application '{client_id}'({app_name}) is not configured as a multi-tenant application. Usage of the "
        "/common endpoint is not supported for such applications created after '10/15/2018'. Use a tenant-specific "
        "endpoint or configure the application to be multi-tenant.",
        seen=_ISSUES + "microsoftgraph/aspnetcore-connect-sample/issues/65",
    ),
    70003: Entry(
        error="unsupported_grant_type",
        status=400,
        text="The app requested an unsupported grant type '{grant_type}'.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet/pull/3023",
        error_uri=False,
    ),
    70011: Entry(
        error="invalid_scope",
        status=400,
        text="The provided request must include a 'scope' input parameter. The provided value for the input parameter "
        "'scope' is not valid. The scope {scope} is not valid.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
        error_uri=False,
    ),
    90002: Entry(
        error="invalid_tenant",
        status=400,
        text="Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
        seen=_ISSUES + "microsoftgraph/windowsupdates-webapplication-sample/issues/6",
    ),
    90014: Entry(
        error="invalid_request",
        status=400,
        text="The required field '{name}' is missing from the credential. Ensure that you have all the necessary "
        "parameters for the login request.",
        seen=_ISSUES + "mullerpeter/databricks-grafana/issues/99",
    ),
    500011: Entry(
        error="invalid_resource",
        status=400,
        text="The resource principal named {resource} was not found in the tenant named {tenant_id}. This can happen "
        "if the application has not been installed by the administrator of the tenant or consented to by any user in "
        "the tenant. You might have sent your authentication request to the wrong tenant.",
        seen=_ISSUES + "calvinchengx/entra-emulator (fixtures, captured 2026-08-13)",
    ),
    700016: Entry(
        error="unauthorized_client",
        status=400,
        text="Application with identifier '{client_id}' was not found in the directory '{tenant_name}'. This can "
        "happen if the application has not been installed by the administrator of the tenant or consented to by any "
        "user in the tenant. You may have sent your authentication request to the wrong tenant.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
    ),
    700025: Entry(
        error="invalid_client",
        status=401,
        text="Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        seen=_ISSUES + "MicrosoftDocs/azure-docs/issues/96567",
        error_uri=False,
    ),
    700027: Entry(
        error="invalid_client",
        status=401,
        text="Client assertion contains an invalid signature. [Reason - The key was not found., Please visit the Azure "
        "Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client_id}'.]",
        seen=_ISSUES + "Azure/azure-sdk-for-net/issues/22000",
    ),
    700038: Entry(
        error="unauthorized_client",
        status=400,
        text="{client_id} is not a valid application identifier.",
        seen=_ISSUES + "calvinchengx/entra-emulator (fixtures, captured 2026-08-13)",
        error_uri=False,
    ),
    900023: Entry(
        error="invalid_request",
        status=400,
        text="Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
        seen=_ISSUES + "Azure/azure-cli/issues/24376",
    ),
    900144: Entry(
        error="invalid_request",
        status=400,
        text="The request body must contain the following parameter: '{name}'.",
        seen=_ISSUES + "MicrosoftDocs/azure-docs/issues/43780",
    ),
    900561: Entry(
        error="invalid_request",
        status=405,
        text="The endpoint only accepts POST requests. Received a {method} request.",
        seen=_CODES,
    ),
    1002012: Entry(
        error="invalid_scope",
        status=400,
        text="The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
        error_uri=False,
    ),
    7000215: Entry(
        error="invalid_client",
        status=401,
        text="Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
        "not the client secret ID, for a secret added to app '{client_id}'.",
        seen=_ISSUES + "OfficeDev/microsoft-365-agents-toolkit/issues/8621",
    ),
    7000216: Entry(
        error="invalid_client",
        status=401,
        text="'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        seen=_ISSUES + "MicrosoftDocs/azure-docs/issues/30777",
    ),
    7000218: Entry(
        error="invalid_client",
        status=401,
        text="The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-python/issues/96",
    ),
    7000222: Entry(
        error="invalid_client",
        status=401,
        text="The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new "
        "keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added "
        "security: https://aka.ms/certCreds.",
        seen=_ISSUES + "liprec/vsts-release-aas/issues/119",
    ),
    7000229: Entry(
        error="invalid_client",
        status=401,
        text="The client application {client_id} is missing service principal in the tenant {tenant_id}. See "
        "instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
        seen=_CODES,
    ),
    9002313: Entry(
        error="invalid_request",
        status=400,
        text="Invalid request. Request is malformed or invalid.",
        seen=_ISSUES + "Azure-Samples/ms-identity-dotnet-webapi-azurefunctions/issues/3",
    ),
}


class AuthorityError(Exception):
    """A refusal by the authority.

    Args:
        code: the AADSTS code, a key of ``ENTRIES``.
        status: an HTTP status other than the entry's, where HTTP itself asks for one (413).
        headers: HTTP headers the refusal carries.
        values: what fills the entry's ``{names}``; they may come from the request and are cleaned when rendered.
    """

    def __init__(self, code: int, *, status: int | None = None, headers: dict | None = None, **values: str):
        super().__init__(f"AADSTS{code}")
        self.code = code
        self.entry = ENTRIES[code]
        self.status = status or self.entry.status
        self.headers = headers or {}
        self.values = values


# RFC 6749 section 5.2: error_description has %x20-21 / %x23-5B / %x5D-7E only.
_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_LONGEST_VALUE = 500
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

NO_STORE = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache", "Expires": "-1"}


def render(error: AuthorityError, *, login: str, now: float, correlation_id: str | None = None) -> JsonAnswer:
    """The JSON answer for an error, in the layout Entra has used since late 2023 (one line, single spaces).

    Args:
        error: what went wrong.
        login: base URL of the authorization server, for ``error_uri``.
        now: seconds since the epoch.
        correlation_id: the request's ``client-request-id``; used if it is a GUID, as Entra does.
    """
    if not (correlation_id and _GUID.fullmatch(correlation_id)):
        correlation_id = str(uuid.uuid4())
    trace_id = str(uuid.uuid4())
    timestamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now))
    values = {name: clean(value) for name, value in error.values.items()}
    body = {
        "error": error.entry.error,
        "error_description": f"AADSTS{error.code}: {error.entry.text.format_map(values)} "
        f"Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}",
        "error_codes": [error.code],
        "timestamp": timestamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
    }
    if error.entry.error_uri:
        body["error_uri"] = f"{login}/error?code={error.code}"
    return JsonAnswer(body, error.status, headers=NO_STORE | error.headers)


def clean(value: str) -> str:
    """A value from a request as a description may quote it: allowed characters only, and not too many."""
    return _NOT_ALLOWED.sub("?", value[:_LONGEST_VALUE])
