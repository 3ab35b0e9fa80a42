"""The table of errors: for each AADSTS code the OAuth 2.0 error, the HTTP status, Entra's sentence, and its source.

RFC 6749 section 5.2 has the OAuth errors; ``errors`` renders them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_ISSUES = "https://github.com/"
_LEARN = "https://learn.microsoft.com/entra/identity-platform/"
_CODES = _LEARN + "reference-error-codes"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row: Entra's answer for an AADSTS code. The request fills the ``{names}`` in ``text``."""

    error: str
    status: int
    text: str
    seen: str
    error_uri: bool = True
    suberror: str | None = None


ENTRIES: Mapping[int, Entry] = {
    28000: Entry(
        error="invalid_request",
        status=400,
        text="Provided value for the input parameter scope is not valid because it contains more than one "
        "resource. Scope {scope} is not valid.",
        seen=_ISSUES + "Earlybyte/aad_oauth/issues/328",
    ),
    28003: Entry(
        error="invalid_request",
        status=400,
        text="Provided value for the input parameter scope cannot be empty when requesting an access token using the "
        "provided authorization code. Please specify a valid scope.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-python/issues/125",
    ),
    50011: Entry(
        error="invalid_client",
        status=400,
        text="The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs "
        "configured for the application '{client_id}'. Make sure the redirect URI sent in the request "
        "matches one added to your application in the Azure portal. Navigate to "
        "https://aka.ms/redirectUriMismatchError to learn more about how to fix this.",
        seen=_ISSUES + "alexandrtovmach/react-microsoft-login/issues/121",
    ),
    50013: Entry(
        error="invalid_grant",
        status=400,
        text="Assertion failed signature validation. [Reason - {reason}]",
        seen=_ISSUES + "microsoftgraph/msgraph-sdk-php/issues/1585",
    ),
    50027: Entry(
        error="invalid_client",
        status=400,
        text="JWT token is invalid or malformed.",
        seen="https://docs.gitlab.com/ci/cloud_services/azure/#troubleshooting",
    ),
    50034: Entry(
        error="invalid_grant",
        status=400,
        text="The user account {user} does not exist in the {tenant_name} directory. To sign into this "
        "application, the account must be added to the directory.",
        seen=_ISSUES + "Microsoft365DSC/Microsoft365DSC/pull/801",
    ),
    50049: Entry(
        error="invalid_instance",
        status=400,
        text="Unknown or invalid instance.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-go/issues/438",
    ),
    50058: Entry(
        error="login_required",
        status=400,
        text="A silent sign-in request was sent but no user is signed in.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-js/issues/5148",
    ),
    50059: Entry(
        error="invalid_request",
        status=400,
        text="No tenant-identifying information found in either the request or implied by any provided credentials.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-python/issues/154",
        error_uri=False,
    ),
    50076: Entry(
        error="invalid_grant",
        status=400,
        text="Due to a configuration change made by your administrator, or because you moved to a new location, you "
        "must use multi-factor authentication to access '{resource}'.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-go/issues/398",
        suberror="basic_action",
    ),
    50105: Entry(
        error="invalid_grant",
        status=400,
        text="Your administrator has configured the application {app_name} ('{client_id}') to block users unless they are "
        "specifically granted ('assigned') access to the application. The signed in user '{user}' is blocked because "
        "they are not a direct member of a group with access, nor had access directly assigned by an administrator. "
        "Please contact your administrator to assign access to this application.",
        seen="https://docs.nais.io/security/auth/azure-ad/faq-troubleshooting/",
    ),
    50126: Entry(
        error="invalid_grant",
        status=400,
        text="Error validating credentials due to invalid username or password.",
        seen=_ISSUES + "Azure/azure-cli/issues/18647",
    ),
    50194: Entry(
        error="invalid_request",
        status=400,
        text="Application '{client_id}'({app_name}) is not configured as a multi-tenant application. Usage of the "
        "/common endpoint is not supported for such applications created after '10/15/2018'. Use a tenant-specific "
        "endpoint or configure the application to be multi-tenant.",
        seen=_ISSUES + "microsoftgraph/aspnetcore-connect-sample/issues/65",
    ),
    54005: Entry(
        error="invalid_grant",
        status=400,
        text="OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an "
        "existing refresh token.",
        seen=_ISSUES + "AzureAD/microsoft-identity-web/pull/2489",
    ),
    65001: Entry(
        error="invalid_grant",
        status=400,
        text="The user or administrator has not consented to use the application with ID '{client_id}' named "
        "'{app_name}'. Send an interactive authorization request for this user and resource.",
        seen=_ISSUES + "Azure-Samples/ms-identity-javascript-react-tutorial/issues/17",
        suberror="consent_required",
    ),
    65004: Entry(
        error="access_denied",
        status=400,
        text="User declined to consent to access the app.",
        seen=_ISSUES + "MicrosoftDocs/azure-docs/issues/114009",
    ),
    70000: Entry(
        error="invalid_grant",
        status=400,
        text="The provided value for the '{name}' parameter is not valid. {what}",
        seen=_ISSUES + "spencerwooo/onedrive-cf-index/issues/25",
    ),
    70003: Entry(
        error="unsupported_grant_type",
        status=400,
        text="The app requested an unsupported grant type '{grant_type}'.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet/pull/3023",
        error_uri=False,
    ),
    70008: Entry(
        error="invalid_grant",
        status=400,
        text="The provided authorization code or refresh token has expired due to inactivity. Send a new "
        "interactive authorization request for this user and resource.",
        seen=_ISSUES + "Azure/azure-sdk-for-java/issues/33235",
    ),
    70011: Entry(
        error="invalid_scope",
        status=400,
        text="The provided request must include a 'scope' input parameter. The provided value for the input parameter "
        "'scope' is not valid. The scope {scope} is not valid.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
        error_uri=False,
    ),
    70013: Entry(
        error="slow_down",
        status=400,
        text="OAuth 2.0 device flow error. The client polls too often. Wait longer between two requests.",
        seen="https://www.rfc-editor.org/rfc/rfc8628#section-3.5",
    ),
    70016: Entry(
        error="authorization_pending",
        status=400,
        text="OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        seen=_ISSUES + "secureworks/squarephish/issues/3",
    ),
    70018: Entry(
        error="authorization_declined",
        status=400,
        text="The end user has denied the authorization request.",
        seen=_LEARN + "v2-oauth2-device-code",
    ),
    70019: Entry(
        error="bad_verification_code",
        status=400,
        text="The provided value for the input parameter 'device_code' is not valid. The verification code has "
        "expired or was already used.",
        seen=_LEARN + "v2-oauth2-device-code",
    ),
    70020: Entry(
        error="expired_token",
        status=400,
        text="The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
        seen=_ISSUES + "Azure/azure-cli/issues/22251",
    ),
    70025: Entry(
        error="invalid_client",
        status=401,
        text="The client '{app_name}' has no configured federated identity credentials.",
        seen=_ISSUES + "365Evergreen/AIBusinessBrisbane",
    ),
    90002: Entry(
        error="invalid_tenant",
        status=400,
        text="Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
        seen=_ISSUES + "microsoftgraph/windowsupdates-webapplication-sample/issues/6",
    ),
    90009: Entry(
        error="invalid_request",
        status=400,
        text="Application '{client_id}'({app_name}) is requesting a token for itself. This scenario is supported only if "
        "resource is specified using the GUID based App Identifier.",
        seen=_ISSUES + "Azure-Samples/ms-identity-msal-java-samples/issues/43",
    ),
    90014: Entry(
        error="invalid_request",
        status=400,
        text="The required field '{name}' is missing from the credential. Ensure that you have all the necessary "
        "parameters for the login request.",
        seen=_ISSUES + "mullerpeter/databricks-grafana/issues/99",
    ),
    90033: Entry(
        error="temporarily_unavailable",
        status=503,
        text="A transient error has occurred. Please try again.",
        seen=_ISSUES + "Azure/azure-sdk-for-python/issues/14241",
        error_uri=False,
    ),
    # A failure that asking again doesn't cure; the second sentence is the practice tenant's own.
    90036: Entry(
        error="server_error",
        status=500,
        text="Directory Proxy Client encountered an internal error. {sentence}",
        seen=_ISSUES + "AzureAD/azure-activedirectory-library-for-python/issues/18",
        error_uri=False,
    ),
    90055: Entry(
        error="temporarily_unavailable",
        status=429,
        text="There are too many incoming requests.",
        seen=_CODES,
        error_uri=False,
    ),
    # The second sentence is the practice tenant's own.
    90100: Entry(
        error="invalid_request",
        status=400,
        text="The '{name}' request parameter is not supported. The practice tenant has no {what}.",
        seen=_ISSUES + "Azure-Samples/active-directory-aspnetcore-webapp-openidconnect-v2/issues/14",
    ),
    500011: Entry(
        error="invalid_resource",
        status=400,
        text="The resource principal named {resource} was not found in the tenant named {tenant_id}. This can happen "
        "if the application has not been installed by the administrator of the tenant or consented to by any user in "
        "the tenant. You might have sent your authentication request to the wrong tenant.",
        seen=_ISSUES + "calvinchengx/entra-emulator (fixtures, captured 2026-08-13)",
    ),
    500112: Entry(
        error="invalid_grant",
        status=400,
        text="The reply address does not match the reply address provided when requesting Authorization code.",
        seen=_CODES,
    ),
    500113: Entry(
        error="invalid_request",
        status=400,
        text="No reply address is registered for the application.",
        seen=_ISSUES + "microsoftgraph/msgraph-sdk-python-core/issues/50",
    ),
    500131: Entry(
        error="invalid_grant",
        status=400,
        text="Assertion audience does not match the Client app presenting the assertion. The audience in the assertion "
        "was '{audience}' and the expected audience is '{client_id}' or one of the Application Uris of this "
        "application with App ID '{client_id}'({app_name}). The downstream client must request a token for the "
        "expected audience (the application that made the OBO request) and this application should use that token as "
        "the assertion.",
        seen=_ISSUES + "OfficeDev/microsoft-teams-apps-company-communicator/issues/214",
    ),
    500133: Entry(
        error="invalid_grant",
        status=400,
        text="Assertion is not within its valid time range. Ensure that the access token is not expired before "
        "using it for user assertion, or request a new token. Current time: {now}, expiry time of assertion {end}.",
        seen=_ISSUES + "microsoftgraph/msgraph-sdk-dotnet/issues/2551",
    ),
    500210: Entry(
        error="invalid_request",
        status=400,
        text="Domain name does not match with the tenant identifier",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-android/issues/2310",
    ),
    501051: Entry(
        error="invalid_grant",
        status=400,
        text="Application '{client_id}'({app_name}) is not assigned to a role for the application "
        "'{resource}'({resource_name})",
        seen="https://docs.nais.io/security/auth/azure-ad/faq-troubleshooting/",
    ),
    501481: Entry(
        error="invalid_grant",
        status=400,
        text="The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-js/issues/2694",
    ),
    501491: Entry(
        error="invalid_request",
        status=400,
        text="Invalid size or method of Code_Challenge parameter.",
        seen=_ISSUES + "ifitzpat/org-outlook/issues/6",
    ),
    501661: Entry(
        error="invalid_client",
        status=401,
        text="Request to External OIDC endpoint failed.",
        seen="https://docs.gitlab.com/ci/cloud_services/azure/#troubleshooting",
    ),
    650053: Entry(
        error="invalid_client",
        status=400,
        text="The application '{app_name}' asked for scope '{scope}' that doesn't exist on the resource "
        "'{resource}'. Contact the app vendor.",
        seen=_ISSUES + "seanfisher/passport-microsoft/issues/28",
        error_uri=False,
    ),
    650056: Entry(
        error="invalid_client",
        status=400,
        text="Misconfigured application. This could be due to one of the following: The client has not listed any "
        "permissions for '{name}' in the requested permissions in the client's application registration. Or, The admin "
        "has not consented in the tenant. Or, Check the application identifier in the request to ensure it matches the "
        "configured client application identifier. Please contact your admin to fix the configuration or consent on "
        "behalf of the tenant. Client app ID: {client_id}.",
        seen=_ISSUES + "Azure-Samples/active-directory-dotnet-deviceprofile/issues/8",
        error_uri=False,
    ),
    650057: Entry(
        error="invalid_client",
        status=400,
        text="Invalid resource. The client has requested access to a resource which is not listed in the requested "
        "permissions in the client's application registration. Client app ID: {client_id}({app_name}). Resource value "
        "from request: {resource}. Resource app ID: {resource_id}. List of valid resources from app registration: "
        "{listed}.",
        seen=_ISSUES + "Azure/azure-cli/issues/33887",
        error_uri=False,
    ),
    700016: Entry(
        error="unauthorized_client",
        status=400,
        text="Application with identifier '{client_id}' was not found in the directory '{tenant_name}'. This can "
        "happen if the application has not been installed by the administrator of the tenant or consented to by any "
        "user in the tenant. You may have sent your authentication request to the wrong tenant.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
    ),
    700021: Entry(
        error="invalid_client",
        status=401,
        text="Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at "
        "https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
    ),
    700023: Entry(
        error="invalid_client",
        status=401,
        text="Client assertion audience claim does not match Realm issuer. Review the documentation at "
        "https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet/issues/2746",
    ),
    700024: Entry(
        error="invalid_client",
        status=401,
        text="Client assertion is not within its valid time range. Current time: {now}, assertion valid from {start}, "
        "expiry time of assertion {end}. Review the documentation at "
        "https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-java/issues/984",
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
        text="Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: "
        "'{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys "
        "for app Id '{client_id}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to "
        "determine the corresponding service endpoint and "
        "https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query "
        "request URL, such as 'https://graph.microsoft.com/beta/applications/{client_id}']",
        seen=_ISSUES + "Azure/azure-sdk-for-net/issues/22000",
    ),
    700038: Entry(
        error="unauthorized_client",
        status=400,
        text="{client_id} is not a valid application identifier.",
        seen=_ISSUES + "calvinchengx/entra-emulator (fixtures, captured 2026-08-13)",
        error_uri=False,
    ),
    700054: Entry(
        error="unsupported_response_type",
        status=400,
        text="response_type '{response_type}' is not enabled for the application.",
        seen=_ISSUES + "syncweek-react-aad/react-aad/issues/158",
    ),
    700082: Entry(
        error="invalid_grant",
        status=400,
        text="The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for "
        "90.00:00:00.",
        seen=_ISSUES + "microsoft/foundry-dev-tools/issues/707",
        suberror="bad_token",
    ),
    700084: Entry(
        error="invalid_grant",
        status=400,
        text="The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of "
        "1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to "
        "the sign in page. The token was issued on {issued}.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-js/issues/7033",
        suberror="bad_token",
    ),
    700211: Entry(
        error="invalid_client",
        status=401,
        text="No matching federated identity record found for presented assertion issuer '{issuer}'. Please check your "
        "federated identity credential Subject, Audience and Issuer against the presented assertion. "
        "https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
        seen=_ISSUES + "Azure/azure-workload-identity/issues/1200",
        error_uri=False,
    ),
    700212: Entry(
        error="invalid_client",
        status=401,
        text="No matching federated identity record found for presented assertion audience '{audience}'. Please check "
        "your federated identity credential Subject, Audience and Issuer against the presented assertion. "
        "https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
        seen=_ISSUES + "AthenZ/athenz (AzureAccessTokenProviderTest.java)",
        error_uri=False,
    ),
    700213: Entry(
        error="invalid_client",
        status=401,
        text="No matching federated identity record found for presented assertion subject '{subject}'. Check your "
        "federated identity credential Subject, Audience and Issuer against the presented assertion. "
        "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
        seen=_ISSUES + "Azure/azure-workload-identity/issues/1200",
        error_uri=False,
    ),
    700222: Entry(
        error="invalid_client",
        status=401,
        text="AAD-issued tokens may not be used for federated identity flows.",
        seen=_ISSUES + "MicrosoftDocs/azure-docs/issues/90276",
    ),
    700226: Entry(
        error="invalid_client",
        status=401,
        text="Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.",
        seen=_ISSUES + "arsenvlad/entra-cross-tenant-app-fic-managed-identity",
    ),
    700229: Entry(
        error="invalid_client",
        status=401,
        text="Forbidden token type. Only app-only tokens may be used as Federated Identity Credentials for AAD issuer.",
        seen=_ISSUES + "MicrosoftDocs/azure-docs/issues/109083",
    ),
    700236: Entry(
        error="invalid_client",
        status=401,
        text="Entra ID tokens issued by issuer '{issuer}' may not be used for federated identity credential flows for "
        "applications or managed identities registered in this tenant.",
        seen="https://learn.microsoft.com/answers/questions/2139753",
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
    901002: Entry(
        error="invalid_request",
        status=400,
        text="The 'resource' request parameter is not supported.",
        seen=_ISSUES + "MicrosoftDocs/azure-docs/issues/33853",
    ),
    1002012: Entry(
        error="invalid_scope",
        status=400,
        text="The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
        error_uri=False,
    ),
    5002723: Entry(
        error="invalid_client",
        status=401,
        text="Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified "
        "in token header.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
    ),
    5002738: Entry(
        error="invalid_client",
        status=401,
        text="Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms "
        "are: '{supported}'",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet (MockHelpers.cs)",
    ),
    7000114: Entry(
        error="unauthorized_client",
        status=400,
        text="Application '{client_id}' is not allowed to make application on-behalf-of calls.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-dotnet/issues/2130",
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
    7000272: Entry(
        error="invalid_client",
        status=401,
        text="The certificate with identifier {key} used to sign the federated credential could not be found in the "
        "metadata of identity provider {issuer}. Please validate that your Identity Provider's metadata exposes the key "
        "used to sign the incoming token.",
        seen=_ISSUES + "Azure/azure-workload-identity/issues/1232",
    ),
    7002138: Entry(
        error="invalid_client",
        status=401,
        text="No matching federated identity record found for presented assertion subject '{subject}'. The subject "
        "matches with case-insensitive comparison, but not with case-sensitive comparison. Check your federated "
        "identity credential Subject, Audience and Issuer against the presented assertion. See documentation at: "
        "https://learn.microsoft.com/entra/workload-id/workload-identity-federation. See breaking change notification "
        "and remediation at: https://learn.microsoft.com/en-us/entra/identity-platform/"
        "reference-breaking-changes#august-2024.",
        seen=_ISSUES + "Azure/login/issues/515",
        error_uri=False,
    ),
    9001023: Entry(
        error="invalid_request",
        status=400,
        text="The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations "
        "or tenant-specific endpoint.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-java/issues/382",
    ),
    9002313: Entry(
        error="invalid_request",
        status=400,
        text="Invalid request. Request is malformed or invalid.",
        seen=_ISSUES + "Azure-Samples/ms-identity-dotnet-webapi-azurefunctions/issues/3",
    ),
    9002331: Entry(
        error="invalid_request",
        status=400,
        text="Application '{client_id}'({app_name}) is configured for use by Microsoft Account users only. Please use the "
        "/consumers endpoint to serve this request.",
        seen=_ISSUES + "Azure/azure-sdk-for-js (sdk/identity/identity/TROUBLESHOOTING)",
    ),
    9002327: Entry(
        error="invalid_request",
        status=400,
        text="Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin "
        "requests.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-js/issues/2482",
    ),
    9002326: Entry(
        error="invalid_request",
        status=400,
        text="Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request "
        "origin: '{origin}'.",
        seen=_ISSUES + "AzureAD/microsoft-authentication-library-for-js/issues/5196",
    ),
}
