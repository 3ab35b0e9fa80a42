"""Apps that only those may use who were assigned to them: people at sign-in and whenever a token is due, apps at APIs."""

import pytest

from practice_tenant.directory.objects import DEFAULT_ACCESS, AppRoleAssignment
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clients import Authority, InProcess
from tests.tenant.person import Page, Person
from tests.tenant.relying_party import RelyingParty, sent_back

SENTENCE = (
    "AADSTS50105: Your administrator has configured the application {name} ('{client_id}') to block users unless they are "
    "specifically granted ('assigned') access to the application. The signed in user '{user}' is blocked because they are "
    "not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact "
    "your administrator to assign access to this application."
)


class Access:
    """What an administrator says about one app."""

    def __init__(self, directory: Directory, tenant_id: str, app_id: str):
        self.directory, self.tenant_id = directory, tenant_id
        self.principal = directory.service_principal(tenant_id, app_id=app_id)

    def required(self, value: bool = True) -> None:
        self.directory.require_assignment(self.principal.id, value)

    def assign(self, username: str) -> None:
        user = self.directory.user(self.tenant_id, username)
        self.directory.add_app_role_assignment(
            AppRoleAssignment(
                id=f"{user.id}-{self.principal.id}",
                principal_id=user.id,
                resource_id=self.principal.id,
                app_role_id=DEFAULT_ACCESS,
                created=0,
            )
        )


@pytest.fixture
def access(directory: Directory, seeded: SeededValues) -> Access:
    """To the desktop app."""
    return Access(directory, seeded.tenant_id, seeded.public_client_id)


@pytest.fixture
def access_to_api(directory: Directory, seeded: SeededValues) -> Access:
    """To the records API."""
    return Access(directory, seeded.tenant_id, seeded.api_client_id)


def alert(response) -> str:
    """The sentence of an error page."""
    lines = [line.strip() for line in Page(response.text).text.splitlines()]
    return next((line for line in lines if line.startswith("AADSTS")), "")


def test_who_is_not_assigned_reads_it_on_a_page_and_the_app_is_not_told(
    desktop: RelyingParty, learner: Person, access: Access
):
    access.required()
    answer = learner.log_in(learner.http.get(desktop.link()))
    assert answer.status_code == 400 and "Location" not in answer.headers
    assert alert(answer) == SENTENCE.format(
        name="Course desktop app", client_id=desktop.client_id, user="learner@practice.example"
    )
    assert desktop.redirect_uri not in answer.text


def test_who_is_assigned_signs_in(desktop: RelyingParty, learner: Person, access: Access, directory: Directory, seeded):
    access.required()
    access.assign(learner.username)
    consent_by_an_administrator(directory, seeded)
    assert desktop.redeem(sent_back(learner.sign_in(desktop.link()))["code"]).status_code == 200


def test_an_administrator_is_no_exception(
    desktop: RelyingParty, pages: InProcess, seeded: SeededValues, access: Access
):
    admin = Person(http=pages, username=f"admin@{seeded.tenant_domain}", password=seeded.user_password)
    access.required()
    assert alert(admin.log_in(pages.get(desktop.link()))).startswith("AADSTS50105: ")
    access.assign(admin.username)
    assert "code" in sent_back(admin.sign_in(desktop.link()))


def test_somebody_elses_assignment_does_not_count(desktop: RelyingParty, learner: Person, access: Access):
    access.required()
    access.assign("tester@practice.example")
    assert alert(learner.log_in(learner.http.get(desktop.link()))).startswith("AADSTS50105: ")


def test_the_password_is_asked_for_first(desktop: RelyingParty, learner: Person, access: Access):
    access.required()
    wrong = Person(http=learner.http, username=learner.username, password="wrong")
    assert "AADSTS50105" not in wrong.log_in(learner.http.get(desktop.link())).text


def consent_by_an_administrator(directory: Directory, seeded: SeededValues) -> None:
    """Everybody may be signed in by the desktop app, which reads their profile then."""
    from practice_tenant.directory.objects import PermissionGrant
    from practice_tenant.directory.permissions import GRAPH_APP_ID

    client, graph = (
        directory.service_principal(seeded.tenant_id, app_id=app_id)
        for app_id in (seeded.public_client_id, GRAPH_APP_ID)
    )
    directory.add_permission_grant(
        PermissionGrant(id="consent", principal_id=client.id, resource_id=graph.id, user_id=None, scopes=("User.Read",))
    )


def test_who_is_assigned_cannot_consent_for_themselves(desktop: RelyingParty, learner: Person, access: Access):
    access.required()
    access.assign(learner.username)
    asked = learner.log_in(learner.http.get(desktop.link()))
    assert "administrator" in asked.text
    assert sent_back(learner.submit(asked, decision="accept"))["error"] == "access_denied"


def test_a_code_that_was_given_before_is_not_redeemed(desktop: RelyingParty, learner: Person, access: Access):
    code = sent_back(learner.sign_in(desktop.link()))["code"]
    access.required()
    assert_refused(desktop.redeem(code), 400, "invalid_grant", 50105)


def test_a_refresh_token_ends_and_works_again_after_an_assignment(
    desktop: RelyingParty, learner: Person, access: Access
):
    tokens = desktop.redeem(sent_back(learner.sign_in(desktop.link()))["code"]).json()
    access.required()
    assert_refused(desktop.refresh(tokens["refresh_token"]), 400, "invalid_grant", 50105)
    access.assign(learner.username)
    assert desktop.refresh(tokens["refresh_token"]).status_code == 200


def test_a_password_is_not_enough(desktop: RelyingParty, learner: Person, access: Access):
    learner.sign_in(desktop.link())
    access.required()
    form = {"username": learner.username, "password": learner.password, "scope": "User.Read"}
    assert_refused(desktop.token(grant_type="password", **form), 400, "invalid_grant", 50105)


def test_at_a_device_somebody_else_may_go_on_with_the_code(desktop: RelyingParty, learner: Person, access: Access):
    access.required()
    device = desktop.ask_device_code().json()
    blocked = learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"])
    assert alert(learner.log_in(blocked)).startswith("AADSTS50105: ")
    assert desktop.poll(device).json()["error"] == "authorization_pending"
    access.required(False)
    learner.approve(device)


def test_an_api_that_wants_an_assignment_wants_the_persons(
    desktop: RelyingParty, learner: Person, access_to_api: Access, seeded: SeededValues
):
    access_to_api.required()
    link = desktop.link(scope=f"{seeded.api_uri}/Records.Read openid")
    assert "('" + seeded.api_client_id + "')" in alert(learner.log_in(learner.http.get(link)))
    access_to_api.assign(learner.username)
    assert "code" in sent_back(learner.sign_in(link))


def test_on_behalf_of_somebody_who_is_not_assigned_nothing_is_given(
    desktop: RelyingParty, learner: Person, authority: Authority, access_to_api: Access, seeded: SeededValues
):
    secret = {"client_secret": seeded.api_secret}
    api = RelyingParty(authority=authority, client_id=seeded.api_client_id, redirect_uri="", credential=secret)
    link = desktop.link(scope=f"{seeded.api_uri}/Records.Read openid")
    token = desktop.redeem(sent_back(learner.sign_in(link))["code"]).json()["access_token"]
    assert api.on_behalf_of(token).status_code == 200
    access_to_api.required()
    assert_refused(api.on_behalf_of(token), 400, "invalid_grant", 50105)


# Apps on their own behalf


def test_an_app_without_a_role_gets_no_token_for_an_api_that_wants_one(
    authority: Authority, form, access_to_api: Access, seeded: SeededValues
):
    other = {"client_id": seeded.administrator_client_id, "client_secret": seeded.administrator_secret}
    scope = {"scope": f"{seeded.api_uri}/.default"}
    assert authority.token(form | other | scope).status_code == 200
    access_to_api.required()
    answer = authority.token(form | other | scope)
    assert_refused(answer, 400, "invalid_grant", 501051)
    assert answer.json()["error_description"].startswith(
        f"AADSTS501051: Application '{seeded.administrator_client_id}'(Practice tenant administrator) is not assigned to a "
        f"role for the application '{seeded.api_uri}'(Course records API)"
    )
    assert authority.token(form | scope).status_code == 200


def test_whether_an_app_wants_people_assigned_is_nothing_to_its_own_tokens(
    authority: Authority, form, directory, seeded
):
    Access(directory, seeded.tenant_id, seeded.client_id).required()
    assert authority.token(form).status_code == 200
