"""How each error comes about that a client gets without anybody signing in."""

import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import replace

import httpx

from practice_tenant.directory import credentials
from practice_tenant.directory.objects import PERSONAL, Application, ServicePrincipal
from practice_tenant.directory.seeded_applications import OTHER_TENANT_ID, TENANT_ID
from practice_tenant.faults import Throttled
from tests.tenant.certificate import as_form, assertion_claims
from tests.tenant.clients import answered

from .conftest import NOW, Tenant

UNKNOWN = "11112222-bbbb-3333-cccc-4444dddd5555"

# Changes to a token request that is granted; each is refused with the code.
TOKEN_REQUESTS: dict[int, dict[str, str | None]] = {
    50027: {"client_secret": None, **as_form("garbage")},
    70003: {"grant_type": "urn:example:grant"},
    70011: {"scope": "user.read/.default"},
    90014: {"scope": None},
    500011: {"scope": "api://not-a-registered-resource/.default"},
    700016: {"client_id": UNKNOWN},
    700038: {"client_id": "00000000-0000-0000-0000-000000000000"},
    900144: {"grant_type": None},
    1002012: {"scope": "user.read"},
    7000215: {"client_secret": "not-the-secret"},
    7000216: {"client_secret": None},
    7000218: {"client_secret": None, "grant_type": "password"},
    9002313: {"client_assertion": "e30.e30.e30"},
    90100: {"token_type": "pop"},
    901002: {"resource": "https://graph.microsoft.com"},
}


def _asserted(tenant: Tenant, header: dict | None = None, *, algorithm: str = "PS256", **changes) -> httpx.Response:
    """A token request with an assertion, whose header and claims are changed."""
    audience = f"https://login.microsoftonline.com/{tenant.seeded.tenant_id}/oauth2/v2.0/token"
    claims = assertion_claims(tenant.seeded.client_id, audience, NOW) | changes
    assertion = tenant.certificate.sign(claims, header, algorithm=algorithm)
    return tenant.authority.token(tenant.form(client_secret=None, **as_form(assertion)))


def _with_another_algorithm(tenant: Tenant) -> httpx.Response:
    # {"alg":"HS256","typ":"JWT"}: what it is signed with is never looked at.
    assertion = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".e30.e30"
    return tenant.authority.token(tenant.form(client_secret=None, **as_form(assertion)))


def _with_an_expired_secret(tenant: Tenant) -> httpx.Response:
    value = credentials.new_secret()
    credential = credentials.new_password_credential(value, now=NOW, start=NOW - 2, end=NOW - 1)
    tenant.directory.add_password(tenant.seeded.client_id, credential)
    return tenant.authority.token(tenant.form(client_secret=value))


def _while_the_file_is_locked(tenant: Tenant) -> httpx.Response:
    return _without_the_file(tenant, sqlite3.OperationalError("database is locked"))


def _on_a_bug(tenant: Tenant) -> httpx.Response:
    http = replace(tenant.authority.http, app=answered(tenant.authority.http.app))
    return _without_the_file(replace(tenant, authority=replace(tenant.authority, http=http)), ZeroDivisionError())


def _without_the_file(tenant: Tenant, error: Exception) -> httpx.Response:
    def fails(*_: object, **__: object) -> None:
        raise error

    tenant.directory.application = fails
    try:
        return tenant.authority.token(tenant.form())
    finally:
        del tenant.directory.application


def _while_throttled(tenant: Tenant) -> httpx.Response:
    tenant.faults.add(Throttled(endpoint="token", retry_after=10))
    return tenant.authority.token(tenant.form())


def _without_a_principal(tenant: Tenant) -> httpx.Response:
    names = {"id": str(uuid.uuid4()), "app_id": str(uuid.uuid4()), "tenant_id": tenant.seeded.tenant_id}
    app = Application(**names, display_name="New")
    tenant.directory.add_application(app)
    return tenant.authority.token(tenant.form(client_id=app.app_id))


def _for_personal_accounts_alone(tenant: Tenant) -> httpx.Response:
    names = {"id": str(uuid.uuid4()), "app_id": str(uuid.uuid4()), "tenant_id": tenant.seeded.tenant_id}
    app = Application(**names, display_name="Personal", sign_in_audience=PERSONAL)
    tenant.directory.add_application(app)
    return tenant.authority.token(tenant.form(client_id=app.app_id))


def _federated(tenant: Tenant, *, trusted: dict | None = None, header: dict | None = None, **changes) -> httpx.Response:
    """A token request of a new app with a managed identity's token, whose claims are changed.

    *trusted* changes what the app's federated credential says; without *trusted* it has none.
    """
    names = {"tenant_id": tenant.seeded.tenant_id, "app_id": str(uuid.uuid4()), "display_name": "Federated"}
    tenant.directory.add_application(Application(id=str(uuid.uuid4()), **names))
    tenant.directory.add_service_principal(ServicePrincipal(id=str(uuid.uuid4()), **names))
    if trusted is not None:
        tenant.machine.trusted_by(names["app_id"], **trusted)
    token = tenant.machine.sign(tenant.machine.claims() | changes, header=header)
    return tenant.authority.token(tenant.form(client_secret=None, client_id=names["app_id"], **as_form(token)))


def _with_another_issuers(issuer: str) -> Callable[[Tenant], httpx.Response]:
    return lambda tenant: _federated(tenant, trusted={"issuer": issuer}, iss=issuer)


def _with_another_apps(tenant: Tenant) -> httpx.Response:
    principal = tenant.directory.service_principal(tenant.seeded.tenant_id, app_id=tenant.seeded.client_id)
    return _federated(tenant, trusted={"subject": principal.id}, sub=principal.id, oid=principal.id)


def _without_a_role(tenant: Tenant) -> httpx.Response:
    api = tenant.directory.service_principal(tenant.seeded.tenant_id, app_id=tenant.seeded.api_client_id)
    tenant.directory.require_assignment(api.id, True)
    try:
        return tenant.authority.token(
            tenant.form(
                client_id=tenant.seeded.administrator_client_id,
                client_secret=tenant.seeded.administrator_secret,
                scope=f"{tenant.seeded.api_uri}/.default",
            )
        )
    finally:
        tenant.directory.require_assignment(api.id, False)


def _changed(changes: dict[str, str | None]) -> Callable[[Tenant], httpx.Response]:
    return lambda tenant: tenant.authority.token(tenant.form(**changes))


REFUSALS: dict[int, Callable[[Tenant], httpx.Response]] = {
    **{code: _changed(changes) for code, changes in TOKEN_REQUESTS.items()},
    50049: lambda tenant: tenant.authority.http.get(
        "/common/discovery/instance?authorization_endpoint=https://login.example.com/common/oauth2/v2.0/authorize"
    ),
    50059: lambda tenant: tenant.authority.token(
        tenant.form(client_id=tenant.seeded.multi_tenant_client_id), tenant="common"
    ),
    50194: lambda tenant: tenant.authority.token(tenant.form(), tenant="common"),
    9001023: lambda tenant: tenant.authority.token(tenant.form(grant_type="password"), tenant="common"),
    90002: lambda tenant: tenant.authority.http.get(f"/{UNKNOWN}/v2.0/.well-known/openid-configuration"),
    70025: _federated,
    501051: _without_a_role,
    501661: _with_another_issuers("https://token.actions.githubusercontent.com"),
    700021: lambda tenant: _asserted(tenant, iss=UNKNOWN),
    700023: lambda tenant: _asserted(tenant, aud="https://login.example.com/"),
    700024: lambda tenant: _asserted(tenant, iat=NOW - 3600, exp=NOW - 1800),
    700025: lambda tenant: tenant.authority.token(
        tenant.form(client_id=tenant.seeded.public_client_id, grant_type="password")
    ),
    700027: lambda tenant: _asserted(tenant, {"x5t": "A" * 27}),
    700211: lambda tenant: _federated(tenant, trusted={"issuer": "https://example.com"}),
    700212: lambda tenant: _federated(tenant, trusted={"audience": "api://another"}),
    700213: lambda tenant: _federated(tenant, trusted={"subject": "another"}),
    700222: _with_another_issuers(f"https://sts.windows.net/{TENANT_ID}/"),
    700226: _with_another_apps,
    700229: lambda tenant: _federated(tenant, trusted={}, scp="user_impersonation"),
    700236: _with_another_issuers(f"https://login.microsoftonline.com/{OTHER_TENANT_ID}/v2.0"),
    900023: lambda tenant: tenant.authority.token(tenant.form(), tenant="not-a-tenant"),
    900561: lambda tenant: tenant.authority.http.get(f"/{tenant.seeded.tenant_id}/oauth2/v2.0/token"),
    500210: lambda tenant: tenant.own_host.get("/common/v2.0/.well-known/openid-configuration"),
    5002723: lambda tenant: _asserted(tenant, {}),
    5002738: _with_another_algorithm,
    7000222: _with_an_expired_secret,
    7000272: lambda tenant: _federated(tenant, trusted={}, header={"kid": "unknown"}),
    7002138: lambda tenant: _federated(tenant, trusted={"subject": tenant.seeded.managed_identity_object_id.upper()}),
    90033: _while_the_file_is_locked,
    90036: _on_a_bug,
    90055: _while_throttled,
    7000229: _without_a_principal,
    9002331: _for_personal_accounts_alone,
}
