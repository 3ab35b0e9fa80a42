"""App registrations made for a test: an app with its service principal, as a client of the tenant."""

import uuid
from dataclasses import replace

from practice_tenant.directory.credentials import new_password_credential
from practice_tenant.directory.objects import Application, ServicePrincipal
from practice_tenant.directory.store import Directory

from .clock import START
from .relying_party import RelyingParty

SECRET = "App~canary-canary-canary-canary-canary-0"
HAS_SECRET = {"client_secret": SECRET}


def register(directory: Directory, like: RelyingParty, **values: object) -> RelyingParty:
    """Register an app in the tenant of another client; it has a secret, and presents it only if told to."""
    tenant_id, app_id = like.authority.tenant, str(uuid.uuid4())
    names = {"tenant_id": tenant_id, "app_id": app_id, "display_name": "App"}
    application = Application(id=str(uuid.uuid4()), **names | values)
    directory.add_application(application)
    directory.add_service_principal(ServicePrincipal(id=str(uuid.uuid4()), **names))
    directory.add_password(app_id, new_password_credential(SECRET, now=START, display_name="app"))
    uris = application.redirect_uris
    return replace(like, client_id=app_id, credential={}, redirect_uri=uris[0] if uris else "http://localhost")


def with_secret(client: RelyingParty) -> RelyingParty:
    """The same client, which presents its secret."""
    return replace(client, credential=HAS_SECRET)
