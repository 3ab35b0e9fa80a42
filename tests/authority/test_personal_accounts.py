"""Apps for personal Microsoft accounts alone: no tenant and no audience of organisations serves them."""

import pytest

from practice_tenant.directory.objects import AND_PERSONAL, PERSONAL
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.apps import register, with_secret
from tests.tenant.clients import InProcess
from tests.tenant.relying_party import RelyingParty

from .test_authorize import assert_page
from .test_unserved_parameters import GRANTS

CODE = 9002331


@pytest.fixture
def app(directory: Directory, desktop: RelyingParty) -> RelyingParty:
    """An app for personal accounts alone."""
    uris = ("http://localhost",)
    return register(directory, desktop, sign_in_audience=PERSONAL, public_client=True, public_redirect_uris=uris)


@pytest.mark.statement(138)
@pytest.mark.parametrize("name", [None, "practice.example", "organizations", "common"])
@pytest.mark.parametrize("grant_type", GRANTS)
def test_no_grant_serves_one_at_a_tenant(app: RelyingParty, grant_type: str, name: str | None):
    code = 9001023 if (grant_type, name) == ("password", "common") else CODE
    for client in (app, with_secret(app)):
        response = client.token(tenant=name, grant_type=grant_type, **GRANTS[grant_type])
        assert_refused(response, 400, "invalid_request", code)


@pytest.mark.statement(138)
@pytest.mark.parametrize("name", [None, "practice.example", "organizations", "common"])
def test_nobody_signs_in_to_one_at_a_tenant(app: RelyingParty, pages: InProcess, name: str | None):
    assert_page(pages.get(app.link(tenant=name)), CODE)
    assert_refused(app.ask_device_code(tenant=name), 400, "invalid_request", CODE)


@pytest.mark.statement(138)
def test_an_app_for_organisations_too_is_served(directory: Directory, desktop: RelyingParty):
    app = register(directory, desktop, sign_in_audience=AND_PERSONAL, public_redirect_uris=("http://localhost",))
    assert app.ask_device_code().status_code == 200
