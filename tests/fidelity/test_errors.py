"""The authority's errors beside recorded ones: every AADSTS code of the practice tenant's table."""

import re
import uuid

import httpx
import pytest

from practice_tenant.authority.errors import ENTRIES
from practice_tenant.directory import secrets
from practice_tenant.directory.objects import Application

from .comparison import assert_answers_as
from .conftest import NOW, Tenant
from .records import no_record, of_errors

UNKNOWN = "11112222-bbbb-3333-cccc-4444dddd5555"

# Changes to a token request that is granted, and the tenant in its path; each is refused with the code.
TOKEN_REQUESTS: dict[int, dict[str, str | None]] = {
    70003: {"grant_type": "urn:example:grant"},
    70011: {"scope": "user.read/.default"},
    90014: {"scope": None},
    500011: {"scope": "api://not-a-registered-resource/.default"},
    700016: {"client_id": UNKNOWN},
    700027: {"client_secret": None, "client_assertion": "e30.e30.e30"},
    700038: {"client_id": "00000000-0000-0000-0000-000000000000"},
    900144: {"grant_type": None},
    1002012: {"scope": "user.read"},
    7000215: {"client_secret": "not-the-secret"},
    7000216: {"client_secret": None},
    7000218: {"client_secret": None, "grant_type": "password"},
    9002313: {"client_assertion": "e30.e30.e30"},
}


def refusal(tenant: Tenant, code: int) -> httpx.Response:
    """Provoke an error."""
    if code in TOKEN_REQUESTS:
        return tenant.authority.token(tenant.form(**TOKEN_REQUESTS[code]))
    return {
        50049: lambda: tenant.authority.http.get(
            "/common/discovery/instance?authorization_endpoint=https://login.example.com/common/oauth2/v2.0/authorize"
        ),
        50059: lambda: tenant.authority.token(
            tenant.form(client_id=tenant.seeded.multi_tenant_client_id), tenant="common"
        ),
        50194: lambda: tenant.authority.token(tenant.form(), tenant="common"),
        90002: lambda: tenant.authority.http.get(f"/{UNKNOWN}/v2.0/.well-known/openid-configuration"),
        700025: lambda: tenant.authority.token(tenant.form(client_id=tenant.seeded.public_client_id)),
        900023: lambda: tenant.authority.token(tenant.form(), tenant="not-a-tenant"),
        900561: lambda: tenant.authority.http.get(f"/{tenant.seeded.tenant_id}/oauth2/v2.0/token"),
        7000222: lambda: tenant.authority.token(tenant.form(client_secret=expired_secret(tenant))),
        7000229: lambda: tenant.authority.token(tenant.form(client_id=without_principal(tenant))),
    }[code]()


def expired_secret(tenant: Tenant) -> str:
    """A secret of the seeded app whose time is over."""
    value = secrets.new_value()
    credential = secrets.new_credential(value, now=NOW, start=NOW - 2, end=NOW - 1)
    tenant.directory.add_password(tenant.seeded.client_id, credential)
    return value


def without_principal(tenant: Tenant) -> str:
    """The client ID of an app that is registered and nothing more."""
    names = {"id": str(uuid.uuid4()), "app_id": str(uuid.uuid4()), "tenant_id": tenant.seeded.tenant_id}
    app = Application(**names, display_name="New")
    tenant.directory.add_application(app)
    return app.app_id


@pytest.mark.parametrize("code", of_errors())
def test_an_error_is_the_recorded_one(tenant, code):
    response = refusal(tenant, code)
    assert response.json()["error_codes"] == [code]
    assert_answers_as(of_errors()[code], response)


@pytest.mark.parametrize("code", ENTRIES)
def test_a_description_is_laid_out_as_entra_has_done_since_late_2023(tenant, code):
    body = refusal(tenant, code).json()
    tail = "Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}".format_map(body)
    assert re.fullmatch(rf"AADSTS{code}: [^\r\n]+ {re.escape(tail)}", body["error_description"])


def test_every_entry_of_the_table_is_compared_or_listed_as_without_a_record():
    assert set(ENTRIES) == set(of_errors()) | {int(code) for code in no_record()}


def test_who_says_that_there_is_no_record_says_where_the_entry_comes_from():
    assert all(source.startswith("https://") for source in no_record().values())
