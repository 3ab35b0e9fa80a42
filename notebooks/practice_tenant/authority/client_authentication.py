"""Who is asking: finding the client, and checking the credential it brought.

RFC 6749 section 2.3: one method at a time, and a public client brings none.
"""

import base64
import binascii
from dataclasses import dataclass, field

from ..directory import secrets
from ..directory.objects import Application, ServicePrincipal, Tenant
from ..directory.store import Directory
from .errors import AuthorityError
from .form import decode
from .tenants import AUDIENCES, CONSUMERS_TENANT_ID, find_tenant

NIL_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True)
class Credential:
    """What a client presented. ``method`` is ``none``, ``client_secret_post``, ``client_secret_basic`` or
    ``private_key_jwt`` (OpenID Connect Core section 9)."""

    client_id: str | None
    method: str = "none"
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Client:
    """An authenticated client in one tenant. ``method`` says how it proved itself."""

    application: Application
    principal: ServicePrincipal
    tenant: Tenant
    method: str


def presented(form: dict[str, str], authorizations: list[str]) -> Credential:
    """The credential of a request, from its form and its ``Authorization`` headers.

    Raises:
        AuthorityError: 9002313 for two methods at once, two different client IDs, or a Basic header that
            can't be read.
    """
    methods = [name for name in ("client_secret", "client_assertion") if name in form]
    if not authorizations:
        if len(methods) > 1:
            raise AuthorityError(9002313)
        method = {"client_secret": "client_secret_post", "client_assertion": "private_key_jwt"}
        name = methods[0] if methods else None
        return Credential(
            client_id=form.get("client_id"), method=method.get(name, "none"), secret=form.get("client_secret")
        )
    if methods or len(authorizations) > 1:
        raise AuthorityError(9002313)
    client_id, secret = _basic(authorizations[0])
    if form.get("client_id", client_id) != client_id:
        raise AuthorityError(9002313)
    return Credential(client_id=client_id, method="client_secret_basic", secret=secret)


def find_client(directory: Directory, tenant_name: str, client_id: str) -> tuple[Application, ServicePrincipal, Tenant]:
    """The app behind a client ID, as the tenant in the request's path sees it.

    Raises:
        AuthorityError: 700038 or 700016 for an unknown client, 50194 or 50059 for an audience that names no tenant,
            7000229 for an app without a service principal, 90002/900023 for an unknown tenant.
    """
    application = directory.application(app_id=client_id)
    audience = tenant_name.lower()
    if audience in AUDIENCES:
        _refuse_audience(audience, application, client_id)
    tenant = find_tenant(directory, tenant_name)
    _require_known(application, client_id, tenant.display_name)
    principal = directory.service_principal(tenant.id, app_id=client_id)
    if principal is None and application.tenant_id == tenant.id:
        raise AuthorityError(7000229, client_id=client_id, tenant_id=tenant.id)
    if principal is None:
        raise AuthorityError(700016, client_id=client_id, tenant_name=tenant.display_name)
    return application, principal, tenant


def authenticate(
    directory: Directory, tenant_name: str, credential: Credential, *, grant_type: str, now: float
) -> Client:
    """Find the client and check its credential.

    Raises:
        AuthorityError: as ``find_client``; 700025, 7000215, 7000216, 7000218, 7000222 or 700027 for the credential.
    """
    if not credential.client_id:
        raise AuthorityError(900144, name="client_id")
    application, principal, tenant = find_client(directory, tenant_name, credential.client_id)
    client = Client(application=application, principal=principal, tenant=tenant, method=credential.method)
    if credential.method == "none":
        if grant_type == "client_credentials":
            raise AuthorityError(7000216)
        if not application.public_client:
            raise AuthorityError(7000218)
        return client
    headers = (
        {"WWW-Authenticate": 'Basic realm="practice tenant"'} if credential.method == "client_secret_basic" else {}
    )
    if application.public_client:
        raise AuthorityError(700025, headers=headers)
    if credential.method == "private_key_jwt":
        # No certificate can be registered here yet, so no assertion has a key that was found.
        raise AuthorityError(700027, client_id=application.app_id)
    _check_secret(directory, application, credential.secret or "", now, headers)
    return client


def _check_secret(directory: Directory, application: Application, value: str, now: float, headers: dict) -> None:
    found = secrets.find(value, directory.passwords(application.app_id))
    if found is None or now < found.start:
        raise AuthorityError(7000215, client_id=application.app_id, headers=headers)
    if now >= found.end:
        raise AuthorityError(7000222, client_id=application.app_id, headers=headers)


def _refuse_audience(audience: str, application: Application | None, client_id: str) -> None:
    # The client credentials flow needs one tenant; no user is there to tell which.
    if audience == "consumers":
        raise AuthorityError(700016, client_id=client_id, tenant_name=CONSUMERS_TENANT_ID)
    _require_known(application, client_id, audience)
    if not application.multi_tenant:
        raise AuthorityError(50194, client_id=client_id, app_name=application.display_name)
    raise AuthorityError(50059)


def _require_known(application: Application | None, client_id: str, tenant_name: str) -> None:
    if client_id == NIL_GUID:
        raise AuthorityError(700038, client_id=client_id)
    if application is None:
        raise AuthorityError(700016, client_id=client_id, tenant_name=tenant_name)


def _basic(authorization: str) -> tuple[str, str]:
    # RFC 6749 section 2.3.1: both halves are form-encoded before they are joined and base64-encoded.
    scheme, _, value = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(value.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError) as error:
        raise AuthorityError(9002313) from error
    if scheme.lower() != "basic" or not colon:
        raise AuthorityError(9002313)
    return decode(client_id), decode(secret)
