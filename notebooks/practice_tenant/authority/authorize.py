"""Reading an authorization request: what can only be said on a page, and what may be sent back to the app.

RFC 6749 section 4.1.1; OpenID Connect Core section 3.1.2.1. Until client and redirect URI are known to belong together
nothing is sent anywhere (RFC 9700 section 4.11).
"""

import re
from dataclasses import dataclass

from ..directory import redirect_uri as redirect_uris
from ..directory.objects import Application, Tenant
from ..directory.store import Directory
from .claims_request import requested_contexts
from .client_authentication import find_client
from .errors import AuthorityError
from .pkce import check_challenge
from .scopes import split_scope

RESPONSE_MODES = ("query", "fragment", "form_post")
PROMPTS = ("none", "login", "consent", "select_account", "create")


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """A request whose client and redirect URI belong together.

    ``tenant`` is None at an audience.
    """

    client: Application
    tenant: Tenant | None
    tenant_name: str
    redirect_uri: str
    response_mode: str
    state: str | None
    parameters: dict[str, str]

    def content(self) -> dict:
        """As JSON can hold it."""
        return {
            "client_id": self.client.app_id,
            "tenant_name": self.tenant_name,
            "redirect_uri": self.redirect_uri,
            "parameters": self.parameters,
        }

    @property
    def prompts(self) -> set[str]:
        """The values of ``prompt``."""
        return set(self.parameters.get("prompt", "").split())


def read_request(directory: Directory, tenant_name: str, parameters: dict[str, str]) -> AuthorizationRequest:
    """Find out who asks, and where the answer may go.

    Args:
        parameters: from the query or the form; none of them empty.

    Raises:
        AuthorityError: to be shown on a page: 900144, 700016, 700038, 90002, 900023, 50194, 500113, 50011.
    """
    client_id = parameters.get("client_id")
    if client_id is None:
        raise AuthorityError(900144, name="client_id")
    client, _, tenant = find_client(directory, tenant_name, client_id, installed=False)
    redirect_uri = _redirect_uri(client, parameters.get("redirect_uri"))
    mode = parameters.get("response_mode", "query")
    return AuthorizationRequest(
        client=client,
        tenant=tenant,
        tenant_name=tenant_name,
        redirect_uri=redirect_uri,
        # An unknown mode is answered, as an error, in the default one.
        response_mode=mode if mode in RESPONSE_MODES else "query",
        state=parameters.get("state"),
        parameters=parameters,
    )


def check_request(request: AuthorizationRequest) -> None:
    """Check what the app may be told about by a redirect.

    Raises:
        AuthorityError: 900144, 700054, 9002313, 501491, 50058, 70011; its ``error`` is what the app is sent.
    """
    parameters = request.parameters
    for name in ("request", "request_uri"):
        if name in parameters:
            raise AuthorityError(9002313, error=f"{name}_not_supported")
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
        required=redirect_uris.is_one_of(request.client.spa_redirect_uris, request.redirect_uri),
    )
    _check_prompt(request)
    # Every sign-in here is a new one, so that none is older than any max_age; the ID token says when it was.
    if not re.fullmatch(r"[0-9]{1,10}", parameters.get("max_age", "0")):
        raise AuthorityError(9002313)
    requested_contexts(parameters.get("claims"))


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
        # Nobody stays signed in here: no cookie carries a session.
        raise AuthorityError(50058)
