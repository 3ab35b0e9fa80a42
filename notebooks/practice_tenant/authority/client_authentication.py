"""Client authentication: find the client, and check its credential.

RFC 6749 section 2.3: one method at a time, and none for a public client.
"""

import base64
import binascii
from dataclasses import dataclass, field

from .. import jose
from ..directory import credentials
from ..directory.objects import PERSONAL, Application, ServicePrincipal, Tenant
from ..directory.redirect_uri import WEB
from ..directory.signing_keys import SigningKeys
from ..directory.store import Directory
from ..hosts import Face
from . import client_assertion, federated_assertion
from .client_assertion import ASSERTION_TYPE
from .errors import AuthorityError
from .form import decode
from .tenants import AUDIENCES, CONSUMERS_TENANT_ID, find_tenant

NIL_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True)
class Credential:
    """What a client presented. ``method`` is ``none``, ``client_secret_post``, ``client_secret_basic`` or
    ``private_key_jwt`` (OpenID Connect Core section 9). ``assertion`` is parsed, not verified."""

    client_id: str | None
    method: str = "none"
    secret: str | None = field(default=None, repr=False)
    assertion: jose.Jws | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client that takes part in a request. ``method`` says how it proves itself.

    ``tenant`` and ``principal`` are None for a request to an audience such as ``organizations``. The signed-in person's
    account then determines the tenant.
    """

    application: Application
    tenant: Tenant | None
    principal: ServicePrincipal | None
    method: str


def presented(form: dict[str, str], authorizations: list[str]) -> Credential:
    """The credential of a request, from its form and its ``Authorization`` headers.

    Raises:
        AuthorityError: 9002313 for two methods at once, two different client IDs, or an unreadable Basic header; 50027
            for an assertion without its type, or a malformed one.
    """
    methods = [name for name in ("client_secret", "client_assertion") if name in form]
    if not authorizations:
        if len(methods) > 1:
            raise AuthorityError(9002313)
        if "client_assertion" in methods:
            if form.get("client_assertion_type") != ASSERTION_TYPE:
                raise AuthorityError(50027)
            assertion = client_assertion.parse(form["client_assertion"])
            # RFC 7521 section 4.2: without client_id, the assertion's subject names the client.
            client_id = form.get("client_id") or assertion.claims.get("sub")
            return Credential(
                client_id=client_id if isinstance(client_id, str) else None,
                method="private_key_jwt",
                assertion=assertion,
            )
        method = "client_secret_post" if methods else "none"
        return Credential(client_id=form.get("client_id"), method=method, secret=form.get("client_secret"))
    if methods or len(authorizations) > 1:
        raise AuthorityError(9002313)
    client_id, secret = _basic(authorizations[0])
    if form.get("client_id", client_id) != client_id:
        raise AuthorityError(9002313)
    return Credential(client_id=client_id, method="client_secret_basic", secret=secret)


def find_client(
    directory: Directory, tenant_name: str, client_id: str, *, installed: bool = True
) -> tuple[Application, ServicePrincipal | None, Tenant | None]:
    """Find the app with a client ID, as the tenant or audience in the request's path sees it.

    Args:
        installed: whether the app needs a service principal in the tenant; the first sign-in to a multi-tenant app
            creates one.

    Raises:
        AuthorityError: 700038 or 700016 for an unknown client, 9002331 for one of personal accounts, 50194 for a single-tenant app at an audience, 7000229
            for an app without a service principal at home, 90002/900023 for an unknown tenant.
    """
    application = directory.application(app_id=client_id)
    audience = tenant_name.lower()
    if audience in AUDIENCES:
        return _at_audience(audience, application, client_id), None, None
    tenant = find_tenant(directory, tenant_name)
    _require_known(application, client_id, tenant.display_name)
    principal = directory.service_principal(tenant.id, app_id=client_id)
    if principal is None and application.tenant_id == tenant.id:
        raise AuthorityError(7000229, client_id=client_id, tenant_id=tenant.id)
    if principal is None and (installed or not application.multi_tenant):
        raise AuthorityError(700016, client_id=client_id, tenant_name=tenant.display_name)
    return application, principal, tenant


def identify(directory: Directory, tenant_name: str, credential: Credential, *, grant_type: str) -> Client:
    """Find the client that presents a credential, which is not checked yet.

    Raises:
        AuthorityError: as ``find_client``; 900144 without a client ID, 50059 for an app's own token at an audience.
    """
    if not credential.client_id:
        raise AuthorityError(900144, name="client_id")
    application, principal, tenant = find_client(
        directory, tenant_name, credential.client_id, installed=grant_type == "client_credentials"
    )
    if tenant is None and grant_type == "client_credentials":
        # No user takes part whose account could determine the tenant.
        raise AuthorityError(50059)
    return Client(application=application, principal=principal, tenant=tenant, method=credential.method)


def is_public(application: Application, platform: str | None) -> bool:
    """Whether a client is public: the platform of its redirect URI decides.

    *Allow public client flows* (``isFallbackPublicClient``) decides where no redirect URI takes part.
    https://learn.microsoft.com/graph/api/resources/application
    """
    return application.public_client if platform is None else platform != WEB


def authenticate(
    directory: Directory,
    tenant_name: str,
    client: Client,
    credential: Credential,
    *,
    grant_type: str,
    platform: str | None,
    face: Face,
    signing_keys: SigningKeys,
    now: float,
) -> None:
    """Check the credential of a client, or that it needs none.

    Args:
        platform: the platform of the redirect URI by which the client came; None without one.
        face: determines the valid ``aud`` of an assertion, and the issuer of Entra's own tokens.
        signing_keys: the keys that sign Entra's own tokens.
        now: seconds since the epoch.

    Raises:
        AuthorityError: 700025, 7000215, 7000216, 7000218 or 7000222 for the credential, and as
            ``client_assertion.verify`` or ``federated_assertion.verify``.
    """
    application, tenant = client.application, client.tenant
    public = is_public(application, platform)
    if credential.method == "none":
        if grant_type == "client_credentials":
            raise AuthorityError(7000216)
        if not public:
            raise AuthorityError(7000218)
        return
    headers = (
        {"WWW-Authenticate": 'Basic realm="practice tenant"'} if credential.method == "client_secret_basic" else {}
    )
    if public:
        raise AuthorityError(700025, headers=headers)
    if credential.method == "private_key_jwt":
        if federated_assertion.is_federated(credential.assertion):
            services = {"directory": directory, "signing_keys": signing_keys, "face": face}
            federated_assertion.verify(credential.assertion, application, **services, now=now)
        else:
            keys = directory.keys(application.app_id)
            names = (tenant.id, tenant.default_domain, tenant.initial_domain) if tenant else (tenant_name.lower(),)
            audiences = face.assertion_audiences(names)
            client_assertion.verify(credential.assertion, application, keys, audiences=audiences, now=now)
        return
    _check_secret(directory, application, credential.secret or "", now, headers)


def _check_secret(directory: Directory, application: Application, value: str, now: float, headers: dict) -> None:
    found = credentials.find_secret(value, directory.passwords(application.app_id))
    if found is None or now < found.start:
        raise AuthorityError(7000215, client_id=application.app_id, headers=headers)
    if now >= found.end:
        raise AuthorityError(7000222, client_id=application.app_id, headers=headers)


def _at_audience(audience: str, application: Application | None, client_id: str) -> Application:
    if audience == "consumers":
        raise AuthorityError(700016, client_id=client_id, tenant_name=CONSUMERS_TENANT_ID)
    _require_known(application, client_id, audience)
    if not application.multi_tenant:
        raise AuthorityError(50194, client_id=client_id, app_name=application.display_name)
    return application


def _require_known(application: Application | None, client_id: str, tenant_name: str) -> None:
    if client_id == NIL_GUID:
        raise AuthorityError(700038, client_id=client_id)
    if application is None:
        raise AuthorityError(700016, client_id=client_id, tenant_name=tenant_name)
    if application.sign_in_audience == PERSONAL:
        raise AuthorityError(9002331, client_id=client_id, app_name=application.display_name)


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
