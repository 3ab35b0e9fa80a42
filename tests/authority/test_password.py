"""The password grant: where a name and a password count, and where no name and no password does."""

from dataclasses import replace

import pytest

from practice_tenant import SeededValues
from tests.tenant.answers import assert_refused
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty


@pytest.fixture
def app(desktop: RelyingParty, learner: Person, seeded: SeededValues) -> RelyingParty:
    """A multi-tenant public client that the learner consented to."""
    app = replace(desktop, client_id=seeded.multi_tenant_desktop_client_id)
    learner.sign_in(app.link())
    return app


def asked(app: RelyingParty, name: str, person: Person, **changes: str):
    """The answer to the person's name and password, at a tenant or an audience."""
    form = {"client_id": app.client_id, "grant_type": "password", "scope": "User.Read"}
    typed = {"username": person.username, "password": person.password}
    return app.authority.token(form | typed | changes, tenant=name)


@pytest.mark.statement(127)
@pytest.mark.parametrize("name", [SeededValues.tenant_id, SeededValues.tenant_domain, "organizations"])
def test_a_password_counts_at_a_tenant_and_for_organizations(app: RelyingParty, learner: Person, name: str):
    response = asked(app, name, learner)
    assert response.status_code == 200, response.text
    assert_refused(asked(app, name, learner, password="wrong"), 400, "invalid_grant", 50126)


@pytest.mark.statement(127)
@pytest.mark.parametrize("name", ["common", "consumers", "Common"])
@pytest.mark.parametrize("changes", [{}, {"password": "wrong"}, {"client_id": "unknown"}], ids=str)
def test_personal_accounts_have_no_passwords_for_apps(app: RelyingParty, learner: Person, name: str, changes: dict):
    assert_refused(asked(app, name, learner, **changes), 400, "invalid_request", 9001023)
