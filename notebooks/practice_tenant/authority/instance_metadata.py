"""The instance metadata service: programs on an Azure machine get tokens of its managed identity here.

``GET http://169.254.169.254/metadata/identity/oauth2/token``; in Azure this link-local address leads to the machine's own
host only. https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token. In the
practice tenant, the holder of this run's token is the machine.
"""

from collections.abc import Mapping

from starlette.requests import Request

from ..directory.objects import ServicePrincipal
from ..directory.store import Directory
from ..json_http import JsonAnswer
from .client_authentication import Client
from .errors import NO_STORE, AuthorityError, describe
from .scopes import find_resource
from .tokens import A_DAY, BACKDATED_SECONDS, Resource, app_only

# The parameters that select an identity, and the attributes they match.
_NAMES = {"client_id": "app_id", "object_id": "id", "msi_res_id": "resource_id", "mi_res_id": "resource_id"}


class MetadataError(Exception):
    """A refusal by the service: HTTP *status*, *error* and a sentence."""

    def __init__(self, error: str, description: str, *, status: int = 400):
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "error_description": description}


async def identity_token(request: Request) -> JsonAnswer:
    """``GET /metadata/identity/oauth2/token``: an access token of a managed identity; times are seconds, as texts"""
    authority, query = request.app.state.authority, request.query_params
    # The service's guard against forged requests: a tricked program sends no Metadata header, a proxy adds the other.
    if request.headers.get("metadata") != "true":
        raise MetadataError("bad_request_102", "Required metadata header not specified")
    if "x-forwarded-for" in request.headers:
        raise MetadataError("invalid_request", "A request that was forwarded is not answered")
    for name in ("api-version", "resource"):
        if not query.get(name):
            raise MetadataError("invalid_request", f"Required query variable '{name}' is missing")
    identity = _identity(authority.directory, query)
    client = Client(
        application=authority.directory.application(app_id=identity.app_id),
        tenant=authority.directory.tenant(identity.tenant_id),
        principal=identity,
        method="managed_identity",
    )
    now = authority.clock()
    try:
        application, principal = find_resource(authority.directory, client.tenant, query["resource"])
    except AuthorityError as error:
        raise MetadataError(error.error, describe(error)) from error
    roles = application.role_values(authority.directory.granted_role_ids(identity.id, principal.id))
    resource = Resource(application=application, identifier=query["resource"], roles=roles)
    key = authority.signing_keys.current()
    token = app_only(client, resource, A_DAY, face=request.state.face, key=key, now=now)
    body = {
        "access_token": token.signed(),
        "client_id": identity.app_id,
        "expires_in": str(A_DAY.seconds),
        "expires_on": str(int(now) + A_DAY.seconds + 1),
        "ext_expires_in": str(A_DAY.seconds),
        "not_before": str(int(now) - BACKDATED_SECONDS),
        "resource": query["resource"],
        "token_type": "Bearer",
    }
    return JsonAnswer(body, headers=NO_STORE)


async def refuse(request: Request, error: MetadataError) -> JsonAnswer:
    """The one renderer of the service's errors."""
    return JsonAnswer(error.body, error.status, headers=NO_STORE)


async def unavailable(request: Request, status: int, sentence: str, headers: dict[str, str]) -> JsonAnswer:
    """The answer where a handler raised; ``failures`` says why. Azure's own service answers 500 in each case."""
    said = "Failed to retrieve token. Try again." if status == 503 else sentence
    return await refuse(request, MetadataError("unknown", said, status=500))


async def not_found(request: Request, error: Exception) -> JsonAnswer:
    """A path or method that the practice tenant doesn't have."""
    return JsonAnswer({"error": "Not found"}, 404, headers=NO_STORE)


def _identity(directory: Directory, query: Mapping[str, str]) -> ServicePrincipal:
    """The machine's identity that a request names; without a name, the only one, as on an Azure machine."""
    found = directory.managed_identities()
    for name, attribute in _NAMES.items():
        if name in query:
            found = [item for item in found if getattr(item, attribute).lower() == query[name].lower()]
    if not found:
        raise MetadataError("invalid_request", "Identity not found")
    if len(found) > 1:
        sentence = "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity"
        raise MetadataError("invalid_request", f"{sentence} in the token request")
    return found[0]
