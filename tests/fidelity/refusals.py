"""How each error comes about that a client gets without anybody signing in."""

import sqlite3
import uuid
from collections.abc import Callable

import httpx

from practice_tenant.directory import secrets
from practice_tenant.directory.objects import Application
from tests.conformance.certificate import as_form, assertion_claims

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
    value = secrets.new_value()
    credential = secrets.new_credential(value, now=NOW, start=NOW - 2, end=NOW - 1)
    tenant.directory.add_password(tenant.seeded.client_id, credential)
    return tenant.authority.token(tenant.form(client_secret=value))


def _while_the_file_is_locked(tenant: Tenant) -> httpx.Response:
    def locked(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    tenant.directory.application = locked
    try:
        return tenant.authority.token(tenant.form())
    finally:
        del tenant.directory.application


def _without_a_principal(tenant: Tenant) -> httpx.Response:
    names = {"id": str(uuid.uuid4()), "app_id": str(uuid.uuid4()), "tenant_id": tenant.seeded.tenant_id}
    app = Application(**names, display_name="New")
    tenant.directory.add_application(app)
    return tenant.authority.token(tenant.form(client_id=app.app_id))


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
    90002: lambda tenant: tenant.authority.http.get(f"/{UNKNOWN}/v2.0/.well-known/openid-configuration"),
    700021: lambda tenant: _asserted(tenant, iss=UNKNOWN),
    700023: lambda tenant: _asserted(tenant, aud="https://login.example.com/"),
    700024: lambda tenant: _asserted(tenant, iat=NOW - 3600, exp=NOW - 1800),
    700025: lambda tenant: tenant.authority.token(tenant.form(client_id=tenant.seeded.public_client_id)),
    700027: lambda tenant: _asserted(tenant, {"x5t": "A" * 27}),
    900023: lambda tenant: tenant.authority.token(tenant.form(), tenant="not-a-tenant"),
    900561: lambda tenant: tenant.authority.http.get(f"/{tenant.seeded.tenant_id}/oauth2/v2.0/token"),
    500210: lambda tenant: tenant.own_host.get("/common/v2.0/.well-known/openid-configuration"),
    5002723: lambda tenant: _asserted(tenant, {}),
    5002738: _with_another_algorithm,
    7000222: _with_an_expired_secret,
    90033: _while_the_file_is_locked,
    7000229: _without_a_principal,
}
