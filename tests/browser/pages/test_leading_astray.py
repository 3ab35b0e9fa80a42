"""What an attacker writes into a link, in a real browser: nobody is led away by it, and none of it runs or is told on."""

from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from practice_tenant.directory.objects import Application, ServicePrincipal
from tests.browser.pages.attacker import EVIL, Attacker
from tests.browser.pages.person import Person
from tests.browser.pages.screens import SCREENS

APP_ID = "2f8d6b1e-47a3-4c95-9e0b-d36a5f1c7e82"
REGISTERED = "http://localhost/app"


def near_misses(port: int) -> list[str]:
    """Redirect URIs that are not the registered one, and that lead a browser to the attacker's port, or run there."""
    evil, own = f"{EVIL}:{port}", f"localhost:{port}"
    return [
        f"http://{evil}/app",
        f"http://localhost@{evil}/app",
        f"http://localhost%2F@{evil}/app",
        f"http://localhost\\@{evil}/app",
        f"http:\\\\{evil}/app",
        f"//{evil}/app",
        f"http://localhost.{EVIL}:{port}/app",
        f"http://{own}/",
        f"http://{own}/app/",
        f"http://{own}/app/../other",
        f"http://{own}/app?next=//{evil}",
        f"http://{own}/app#{evil}",
        f"http://127.0.0.1:{port}/app",
        f"https://{own}/app",
        f" http://{evil}/app",
        f"http://{own}/app\r\nLocation: http://{evil}/",
        f"javascript:location='http://{evil}/'",
        f"data:text/html,<script>location='http://{evil}/'</script>",
    ]


@pytest.fixture
def registered(person: Person) -> Application:
    """An app of the tenant with one redirect URI."""
    app = Application(
        id="b7c1e93a-5d02-4f86-8a4e-10f9d2c6b573",
        app_id=APP_ID,
        tenant_id=person.pages.seeded.tenant_id,
        display_name="Course app",
        public_client=True,
        public_redirect_uris=(REGISTERED,),
    )
    person.pages.directory.add_application(app)
    principal = ServicePrincipal(
        id="e04d7a26-83f1-4b59-a6c8-7d1b2e9f5034", tenant_id=app.tenant_id, app_id=APP_ID, display_name="Course app"
    )
    person.pages.directory.add_service_principal(principal)
    return app


def test_no_other_redirect_uri_leads_away(person: Person, attacker: Attacker, registered: Application):
    # The answer is an error that is there at once, so nobody had to sign in.
    request = {"client_id": APP_ID, "prompt": "none"}
    for uri in near_misses(attacker.port):
        person.start(**request, redirect_uri=uri)
        assert person.page.url.startswith(person.pages.origin), uri
        assert "AADSTS50011" in person.page.content(), uri
    assert attacker.requests == []
    person.start(**request, redirect_uri=f"http://localhost:{attacker.port}/app")
    assert urlsplit(person.page.url).port == attacker.port, "the registered one does, on any port"


def test_signing_out_leads_to_no_other_address(person: Person, attacker: Attacker, registered: Application):
    path = f"/{person.pages.seeded.tenant_id}/oauth2/v2.0/logout"
    for uri in near_misses(attacker.port):
        person.open(path, client_id=APP_ID, post_logout_redirect_uri=uri, state=f"//{EVIL}")
        assert person.page.url.startswith(person.pages.origin), uri
        assert "You signed out of your account" in person.page.content(), uri
    assert attacker.requests == []


def test_the_app_is_not_told_where_the_page_was(person: Person, attacker: Attacker):
    """Its address has the run's key in it."""
    for mode in ("query", "fragment", "form_post"):
        person.start(redirect_uri=attacker.origin(), response_mode=mode, prompt="consent")
        person.sign_in()
        person.page.get_by_role("button", name="Accept").click()
        expect(person.heading("You won")).to_be_visible()
        assert person.page.evaluate("document.referrer") == "", mode
    assert attacker.requests
    # Their own page's, which a browser tells when it looks for an icon, are no matter.
    assert [told for told in attacker.referrers if person.pages.key in told or str(person.pages.port) in told] == []


def markup(attacker: Attacker) -> str:
    """Text that would run a script, and load something from the attacker, in several places of a page."""
    there = attacker.origin(EVIL)
    run = f"fetch('{there}/ran')"
    return (
        f"\"'></title></style></p><img src={there}/loaded onerror={run}><script>{run}</script>"
        f'<svg onload={run}></svg><meta http-equiv=refresh content="0;url={there}/led">'
    )


@pytest.mark.parametrize("bypass_csp", [True, False], ids=["escaping alone", "with the policy"])
def test_no_text_of_a_request_runs(browser: Browser, person: Person, attacker: Attacker, bypass_csp: bool):
    context = browser.new_context(bypass_csp=bypass_csp)
    person = Person(page=context.new_page(), pages=person.pages, app=person.app)
    hostile = markup(attacker)
    for name in ("client_id", "redirect_uri", "login_hint", "state", "scope", "nonce", "claims", "prompt"):
        person.start(**({"response_mode": "form_post"} | {name: hostile}))
        _assert_inert(person.page, attacker)
    person.open("/devicelogin", otc=hostile)
    _assert_inert(person.page, attacker)
    person.page.goto(person.url(f"/nothing?{urlencode({'x': hostile})}"))
    _assert_inert(person.page, attacker)
    context.close()


@pytest.mark.parametrize("bypass_csp", [True, False], ids=["escaping alone", "with the policy"])
def test_no_apps_name_runs(browser: Browser, person: Person, attacker: Attacker, bypass_csp: bool):
    context = browser.new_context(bypass_csp=bypass_csp)
    person = Person(page=context.new_page(), pages=person.pages, app=person.app)
    name = markup(attacker)
    client_id = person.pages.seeded.public_client_id
    person.pages.directory.database.change("UPDATE application SET display_name = ? WHERE app_id = ?", name, client_id)
    for screen in ("accounts", "password", "consent", "portal"):
        SCREENS[screen](person)
        expect(person.page.get_by_role("main")).to_contain_text("</title>")
        _assert_inert(person.page, attacker)
    person.open(f"/portal/{client_id}")
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("</title>")
    _assert_inert(person.page, attacker)
    context.close()


def _assert_inert(page: Page, attacker: Attacker) -> None:
    """Nothing of the text became an element, and nothing was sent to the attacker."""
    assert page.locator("img, svg, meta[http-equiv]").count() == 0, page.url
    assert attacker.requests == [], page.url
