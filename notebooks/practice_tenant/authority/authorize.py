"""Authorization requests: read them, check them with their PKCE challenge, and answer the app.

RFC 6749 section 4.1, RFC 7636, OpenID Connect Core section 3.1.2.1. Until client and redirect URI match, errors go to a
page, never to a redirect (RFC 9700 section 4.11).
"""

import hashlib
import hmac
import re
from dataclasses import asdict, dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.responses import Response

from ..directory import redirect_uri as redirect_uris
from ..directory.base64url import base64url
from ..directory.objects import Application
from ..directory.store import Directory
from ..pages.page import page
from .claims_request import requested_contexts
from .client_authentication import find_client
from .errors import AuthorityError
from .parameters import require_served_parameters
from .scopes import split_scope

RESPONSE_MODES = ("query", "fragment", "form_post")
PROMPTS = ("none", "login", "consent", "select_account", "create")
METHODS = ("S256", "plain")

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, kw_only=True)
class ReturnAddress:
    """The registered redirect URI of a request, and how the answer travels there."""

    redirect_uri: str
    response_mode: str
    state: str | None


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """A request whose client and redirect URI match."""

    client: Application
    tenant_name: str
    address: ReturnAddress
    parameters: dict[str, str]

    @property
    def prompts(self) -> set[str]:
        """The values of ``prompt``."""
        return set(self.parameters.get("prompt", "").split())

    @property
    def platform(self) -> str | None:
        """The platform of its redirect URI."""
        return redirect_uris.platform_of(self.client, self.address.redirect_uri)

    def content(self) -> dict:
        """A checked request as JSON, for the later steps of the sign-in."""
        parameters = self.parameters
        return {
            "client_id": self.client.app_id,
            "tenant_name": self.tenant_name,
            "address": asdict(self.address),
            "scope": parameters["scope"],
            "nonce": parameters.get("nonce"),
            "contexts": requested_contexts(parameters.get("claims")),
            "platform": self.platform,
            "tells_auth_time": "max_age" in parameters,
            "asks_consent": "consent" in self.prompts,
            "domain_hint": parameters.get("domain_hint"),
            "code_challenge": parameters.get("code_challenge"),
            "code_challenge_method": parameters.get("code_challenge_method"),
            # Redemption compares the redirect URI only if the request named it (RFC 6749 section 4.1.3).
            "redirect_uri": parameters.get("redirect_uri"),
        }


def read_request(directory: Directory, tenant_name: str, parameters: dict[str, str]) -> AuthorizationRequest:
    """Find the client of a request, and the address for the answer.

    Args:
        parameters: from the query or the form; none of them empty.

    Raises:
        AuthorityError: to be shown on a page: 900144, 700016, 700038, 90002, 900023, 50194, 500113, 50011.
    """
    client_id = parameters.get("client_id")
    if client_id is None:
        raise AuthorityError(900144, name="client_id")
    client, _, _ = find_client(directory, tenant_name, client_id, installed=False)
    address = return_address(_redirect_uri(client, parameters.get("redirect_uri")), parameters)
    return AuthorizationRequest(client=client, tenant_name=tenant_name, address=address, parameters=parameters)


def return_address(redirect_uri: str, parameters: dict[str, str]) -> ReturnAddress:
    """The address for the answer to a request with these parameters."""
    mode = parameters.get("response_mode", "query")
    # An unknown mode is answered, as an error, in the default one.
    known = mode if mode in RESPONSE_MODES else "query"
    return ReturnAddress(redirect_uri=redirect_uri, response_mode=known, state=parameters.get("state"))


def check_request(request: AuthorizationRequest) -> None:
    """Check the parameters whose errors the app learns by a redirect.

    Raises:
        AuthorityError: 900144, 700054, 9002313, 501491, 50058, 70011, and as ``require_served_parameters``; its
            ``error`` is sent to the app.
    """
    parameters = request.parameters
    for name in ("request", "request_uri"):
        if name in parameters:
            raise AuthorityError(9002313, error=f"{name}_not_supported")
    require_served_parameters(parameters)
    response_type = parameters.get("response_type")
    if response_type is None:
        raise AuthorityError(900144, name="response_type")
    if response_type != "code":
        raise AuthorityError(700054, response_type=response_type)
    if parameters.get("response_mode", "query") not in RESPONSE_MODES:
        raise AuthorityError(9002313)
    split_scope(parameters.get("scope"))
    check_challenge(
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
        required=request.platform == redirect_uris.SPA,
    )
    _check_prompt(request)
    # Every sign-in here is new, so it never exceeds max_age; the ID token has its time.
    if not re.fullmatch(r"[0-9]{1,10}", parameters.get("max_age", "0")):
        raise AuthorityError(9002313)
    requested_contexts(parameters.get("claims"))


def check_challenge(challenge: str | None, method: str | None, *, required: bool) -> None:
    """Check the PKCE challenge of a request (RFC 7636 section 4.3).

    Raises:
        AuthorityError: 501491 if it is malformed, of an unknown method, or missing but required.
    """
    if challenge is None:
        if required or method is not None:
            raise AuthorityError(501491)
        return
    if not _CHALLENGE.fullmatch(challenge) or (method or "plain") not in METHODS:
        raise AuthorityError(501491)


def check_verifier(content: dict, verifier: str | None) -> None:
    """Compare the verifier of a redemption with the code's challenge (RFC 7636 section 4.6).

    Raises:
        AuthorityError: 501481 if they don't match, or if only one of the two is present.
    """
    challenge = content.get("code_challenge")
    if challenge is None and verifier is None:
        return
    if challenge is None or verifier is None or not _CHALLENGE.fullmatch(verifier):
        raise AuthorityError(501481)
    sent = verifier
    if content.get("code_challenge_method") == "S256":
        sent = base64url(hashlib.sha256(verifier.encode()).digest())
    if not hmac.compare_digest(sent, challenge):
        raise AuthorityError(501481)


def answer(address: ReturnAddress, parameters: dict[str, str]) -> Response:
    """Send the browser back to the app with *parameters*, and the request's ``state`` unchanged.

    OAuth 2.0 Multiple Response Type Encoding Practices; OAuth 2.0 Form Post Response Mode section 2.
    """
    if address.state is not None:
        parameters = parameters | {"state": address.state}
    if address.response_mode == "form_post":
        return page("form_post", action=address.redirect_uri, answer_to=address.redirect_uri, fields=parameters.items())
    parts = urlsplit(address.redirect_uri)
    encoded = urlencode(parameters)
    if address.response_mode == "fragment":
        location = urlunsplit(parts._replace(fragment=encoded))
    else:
        location = urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, encoded)))))
    # 303: after a posted form the browser must come with a GET, without the form (RFC 9700 section 4.12).
    return Response(status_code=303, headers=_HEADERS | {"Location": location})


def _redirect_uri(client: Application, requested: str | None) -> str:
    if not client.redirect_uris:
        raise AuthorityError(500113)
    if requested is None:
        if len(client.redirect_uris) != 1:
            raise AuthorityError(900144, name="redirect_uri")
        requested = client.redirect_uris[0]
    if not redirect_uris.is_one_of(client.redirect_uris, requested):
        raise AuthorityError(50011, redirect_uri=requested, client_id=client.app_id)
    return requested


def _check_prompt(request: AuthorizationRequest) -> None:
    if request.prompts - set(PROMPTS) or ("none" in request.prompts and len(request.prompts) > 1):
        raise AuthorityError(9002313)
    if "none" in request.prompts:
        # No person stays signed in here: no cookie carries a session.
        raise AuthorityError(50058)
