"""The app that asks: whether user flows serve it, where its answers go, and the secret it proves itself with.

https://learn.microsoft.com/azure/active-directory-b2c/tutorial-register-applications
"""

from ..authority.client_authentication import Credential
from ..directory import redirect_uri as redirect_uris
from ..directory import secrets
from ..directory.objects import AND_PERSONAL, Application, Tenant
from ..directory.store import Directory
from .errors import B2CError


def find_client(directory: Directory, tenant: Tenant, client_id: str) -> Application:
    """The app behind a client ID.

    Raises:
        B2CError: 90018 for one that isn't registered in the tenant, 90068 for one whose users are an organisation's:
            user flows serve apps for *accounts in any identity provider or organizational directory* alone.
    """
    client = directory.application(app_id=client_id)
    if client is None or client.tenant_id != tenant.id:
        raise B2CError(90018, client_id=client_id, tenant=tenant.initial_domain)
    if client.sign_in_audience != AND_PERSONAL:
        raise B2CError(90068, client_id=client_id)
    return client


def find_redirect_uri(client: Application, requested: str | None) -> str:
    """Where the answer to a sign-in goes.

    Raises:
        B2CError: 90007, 90083 or 90006; a page tells it, no redirect.
    """
    # Single-page apps redeem their codes in a browser, which isn't served here.
    registered = client.web_redirect_uris + client.public_redirect_uris
    if not registered:
        raise B2CError(90007, client_id=client.app_id)
    if requested is None:
        raise B2CError(90083, name="redirect_uri")
    if not redirect_uris.is_one_of(registered, requested):
        raise B2CError(90006, redirect_uri=requested, client_id=client.app_id)
    return requested


def is_confidential(client: Application, redirect_uri: str) -> bool:
    """Whether what is sent to this URI is for a client with a secret: the platform it is registered under decides."""
    return redirect_uris.is_one_of(client.web_redirect_uris, redirect_uri)


def check_secret(
    directory: Directory, client: Application, credential: Credential, *, confidential: bool, now: float
) -> None:
    """Check the secret that comes with a grant, or that none does.

    Raises:
        B2CError: 90079, 90081 or 90084.
    """
    if credential.secret is None:
        if confidential:
            raise B2CError(90079)
        return
    if not confidential:
        raise B2CError(90084)
    found = secrets.find(credential.secret, directory.passwords(client.app_id))
    if found is None or not found.start <= now < found.end:
        raise B2CError(90081)
