"""Signing in to an app in a real browser, from its first page to the answer that the app gets."""

from urllib.parse import parse_qsl, urlsplit

import jwt
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages.client_app import Answer, ClientApp
from tests.browser.pages.person import STATE, Person
from tests.browser.pages.screens import WRONG_PASSWORD
from tests.browser.pages.served import ServedPages


def signed_in_as(person: Person, fields: dict[str, str]) -> str:
    """Who the app learns it was, from the code that came back to it."""
    assert fields["state"] == STATE
    answer = person.redeem(fields["code"])
    return jwt.decode(answer["id_token"], options={"verify_signature": False})["preferred_username"]


def only_answer(app: ClientApp, method: str) -> dict[str, str]:
    [answer] = app.answers
    assert answer == Answer(method=method, fields=answer.fields)
    return answer.fields


def test_an_answer_in_the_query(person: Person, page: Page, app: ClientApp):
    person.start()
    user = person.sign_in()
    person.press("Accept")
    person.come_back()
    assert signed_in_as(person, only_answer(app, "GET")) == user.user_principal_name


def test_an_answer_in_the_fragment(person: Person, page: Page, app: ClientApp):
    person.start(response_mode="fragment")
    user = person.sign_in()
    person.press("Accept")
    person.come_back()
    assert only_answer(app, "GET") == {}
    assert signed_in_as(person, dict(parse_qsl(urlsplit(page.url).fragment))) == user.user_principal_name


def test_an_answer_in_a_form_that_posts_itself(person: Person, page: Page, app: ClientApp):
    person.start(response_mode="form_post")
    user = person.sign_in()
    # The app's page comes by itself, after the one with the form.
    page.get_by_role("button", name="Accept").click()
    person.come_back()
    assert signed_in_as(person, only_answer(app, "POST")) == user.user_principal_name


def test_the_form_is_posted_by_a_button_where_scripts_do_not_run(browser: Browser, pages: ServedPages, app: ClientApp):
    context = browser.new_context(java_script_enabled=False)
    person = Person(page=context.new_page(), pages=pages, app=app)
    person.start(response_mode="form_post")
    user = person.sign_in()
    person.press("Accept")
    expect(person.heading("Back to the app")).to_be_visible()
    person.press("Continue")
    assert signed_in_as(person, only_answer(app, "POST")) == user.user_principal_name
    context.close()


def test_the_policy_lets_a_form_lead_to_the_app_and_nowhere_else(person: Person, page: Page, app: ClientApp):
    with page.expect_response("**/authorize?*") as answered:
        person.start()
    policy = answered.value.header_value("content-security-policy")
    assert f"form-action 'self' {app.redirect_uri};" in policy
    assert "frame-ancestors 'none'" in policy


def test_consent_is_asked_for_once(person: Person, app: ClientApp):
    person.start()
    person.sign_in()
    person.press("Accept")
    person.start()
    person.sign_in()
    person.come_back()
    assert len(app.answers) == 2


def test_an_administrator_consents_for_everyone(person: Person):
    person.start()
    person.sign_in("admin")
    person.page.get_by_label("Consent on behalf of your organization").check()
    person.press("Accept")
    person.come_back()
    person.start()
    person.sign_in("learner")
    person.come_back()


def test_a_wrong_password_can_be_put_right(person: Person, page: Page, app: ClientApp):
    person.start()
    user = person.pick()
    person.enter_password(WRONG_PASSWORD)
    expect(page).to_have_title("Error: Enter password - practice tenant")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    person.enter_password()
    person.press("Accept")
    assert signed_in_as(person, only_answer(app, "GET")) == user.user_principal_name


def test_another_account_can_be_chosen(person: Person, app: ClientApp):
    person.start()
    person.pick("learner")
    person.press("Other account")
    user = person.sign_in("tester")
    person.press("Accept")
    assert signed_in_as(person, only_answer(app, "GET")) == user.user_principal_name


def test_an_account_can_be_typed(person: Person, page: Page, app: ClientApp):
    user = person.pages.user("reviewer")
    person.start()
    page.get_by_label("Use another account").fill(user.user_principal_name.upper())
    person.press("Next")
    person.enter_password()
    person.press("Accept")
    assert signed_in_as(person, only_answer(app, "GET")) == user.user_principal_name


def test_a_login_hint_leads_to_the_password(person: Person):
    person.start(login_hint=person.pages.user("learner").user_principal_name)
    expect(person.heading("Enter password")).to_be_visible()


def test_the_app_is_told_of_a_declined_consent(person: Person, app: ClientApp):
    person.start()
    person.sign_in()
    person.press("Cancel")
    person.come_back()
    fields = only_answer(app, "GET")
    assert fields["error"] == "access_denied"
    assert fields["error_description"].startswith("AADSTS65004: ")
    assert fields["state"] == STATE


def test_what_only_an_administrator_grants_an_administrator_can_be_fetched_for(person: Person, page: Page):
    person.start(scope="openid profile Directory.Read.All")
    person.sign_in("learner")
    expect(person.heading("Need admin approval")).to_be_visible()
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    person.press("Other account")
    person.sign_in("admin")
    expect(page.get_by_role("listitem")).to_contain_text("Directory.Read.All")
    person.press("Accept")
    person.come_back()


def test_without_approval_the_way_back_is_cancel(person: Person, app: ClientApp):
    person.start(scope="Directory.Read.All")
    person.sign_in("learner")
    person.press("Cancel")
    person.come_back()
    assert only_answer(app, "GET")["error"] == "access_denied"


def test_signing_out_leads_back_to_the_app(person: Person, app: ClientApp):
    person.open(
        f"/{person.pages.seeded.tenant_id}/oauth2/v2.0/logout",
        client_id=person.pages.seeded.public_client_id,
        post_logout_redirect_uri=app.redirect_uri,
        state=STATE,
    )
    person.come_back()
    assert only_answer(app, "GET") == {"state": STATE}
