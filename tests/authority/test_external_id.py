"""A tenant for customers: at its own host names it answers for itself alone, and the issuer names its ID."""

import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.directory.seed import SeededValues
from practice_tenant.hosts import RUN_HEADER
from tests.tenant.answers import assert_refused
from tests.tenant.clients import Authority, InProcess
from tests.tenant.practice import RUN_TOKEN
from tests.tenant.relying_party import RelyingParty

HOST = "practice.ciamlogin.com"


@pytest.fixture
def own(tenant: PracticeTenant) -> InProcess:
    """Requests under the tenant's own host name."""
    return InProcess(app=tenant, base_url=f"https://{HOST}", headers=((RUN_HEADER, RUN_TOKEN),))


def configuration(http: InProcess, tenant: str) -> str:
    return f"{http.base_url}/{tenant}/v2.0/.well-known/openid-configuration"


@pytest.mark.statement(101)
@pytest.mark.parametrize("name", ["practice.onmicrosoft.com", "PRACTICE.example", SeededValues.tenant_id])
def test_every_name_of_the_tenant_gives_endpoints_here_and_the_issuer_with_its_id(own: InProcess, name: str):
    document = own.get(configuration(own, name)).json()
    base = f"https://{HOST}/{SeededValues.tenant_id}"
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert document["jwks_uri"] == f"{base}/discovery/v2.0/keys"
    assert document["authorization_endpoint"].startswith(f"http://localhost:8400/{HOST}/{SeededValues.tenant_id}/")
    issuer = f"https://{SeededValues.tenant_id}.ciamlogin.com/{SeededValues.tenant_id}/v2.0"
    assert document["issuer"] == issuer
    assert {key["issuer"] for key in own.get(document["jwks_uri"]).json()["keys"]} == {issuer}


@pytest.mark.statement(101)
def test_the_issuers_own_metadata_is_there(tenant: PracticeTenant, seeded: SeededValues):
    host = f"{seeded.tenant_id}.ciamlogin.com"
    http = InProcess(app=tenant, base_url=f"https://{host}", headers=((RUN_HEADER, RUN_TOKEN),))
    document = http.get(configuration(http, seeded.tenant_id)).json()
    assert document["issuer"] == f"https://{host}/{seeded.tenant_id}/v2.0"
    assert document["token_endpoint"].startswith(f"https://{host}/")


@pytest.mark.statement(101)
@pytest.mark.parametrize("name", ["common", "organizations", "consumers", "contoso.com", SeededValues.other_tenant_id])
def test_another_tenant_or_an_audience_is_not_served_there(
    own: InProcess, pages: InProcess, desktop: RelyingParty, form: dict, name: str
):
    assert_refused(own.get(configuration(own, name)), 400, "invalid_request", 500210)
    assert_refused(own.get(f"/{name}/discovery/v2.0/keys"), 400, "invalid_request", 500210)
    assert_refused(Authority(http=own, tenant=name).token(form), 400, "invalid_request", 500210)
    party = RelyingParty(authority=Authority(http=own, tenant=name), client_id="any", redirect_uri="http://localhost")
    assert_refused(party.ask_device_code(), 400, "invalid_request", 500210)
    began = pages.get(f"/{HOST}{desktop.link(tenant=name)}")
    assert (began.status_code, "AADSTS500210" in began.text) == (400, True)


@pytest.mark.statement(101)
def test_a_tenant_that_is_nowhere_is_not_found_there_either(own: InProcess):
    assert_refused(own.get(configuration(own, "nowhere.example")), 400, "invalid_tenant", 90002)


@pytest.mark.statement(101)
@pytest.mark.parametrize("host", ["contoso.ciamlogin.com", "ciamlogin.com", "x.practice.ciamlogin.com"])
def test_no_other_name_at_ciamlogin_is_answered(tenant: PracticeTenant, host: str):
    http = InProcess(app=tenant, base_url=f"https://{host}", headers=((RUN_HEADER, RUN_TOKEN),))
    assert http.get(configuration(http, SeededValues.tenant_id)).status_code == 421
