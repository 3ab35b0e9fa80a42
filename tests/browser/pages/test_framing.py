"""An attacker's page puts the tenant's pages into a frame, in a real browser: the frame stays empty (clickjacking)."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from practice_tenant.authority import form_token
from tests.browser.pages.attacker import EVIL, Attacker
from tests.browser.pages.person import Person
from tests.browser.pages.steps import STEPS

# Done once the browser knows whether it shows the other page.
FRAME = """([tag, attribute, url]) => new Promise(done => {
    const frame = document.createElement(tag);
    frame.onload = frame.onerror = done;
    frame[attribute] = url;
    document.body.append(frame);
})"""
WAYS = (("iframe", "src"), ("object", "data"), ("embed", "src"))
SECONDS = 20


def addresses(person: Person) -> list[str]:
    """Every page that is shown without a form before it."""
    seeded = person.pages.seeded
    oauth = f"/{seeded.tenant_id}/oauth2/v2.0"
    request = {
        "client_id": seeded.public_client_id,
        "redirect_uri": person.app.redirect_uri,
        "response_type": "code",
        "scope": "openid",
    }
    variants = (
        {},
        {"login_hint": person.pages.user("learner").user_principal_name},
        {"redirect_uri": "https://elsewhere.example"},
        {"prompt": "create"},
    )
    sign_ins = [f"{oauth}/authorize?{urlencode(request | more)}" for more in variants]
    others = ("/", "/devicelogin", "/portal", f"/portal/{seeded.client_id}", "/nothing", f"{oauth}/logout")
    return [person.url(path) for path in (*sign_ins, *others)]


def shown(page: Page) -> list[str]:
    """The addresses that a page's frames show; in place of one that it may not show, the browser has its own page."""
    return [frame.url for frame in page.frames[1:] if frame.url and not frame.url.startswith("chrome-error:")]


def test_no_page_is_shown_in_a_frame(person: Person, attacker: Attacker):
    page = person.page.context.new_page()
    attacker.open(page)
    own = [f"{attacker.origin(EVIL)}/{tag}" for tag, _ in WAYS]
    for way, url in zip(WAYS, own, strict=True):
        page.evaluate(FRAME, [*way, url])
    assert shown(page) == own
    for url in addresses(person):
        for way in WAYS:
            page.evaluate(FRAME, [*way, url])
            assert shown(page) == own, f"{url} in {way}"
    assert len(person.pages.answered) >= len(addresses(person)) * len(WAYS)
    assert {status for status, _ in person.pages.answered} == {200, 400, 404}


@pytest.mark.parametrize("step", ["password", "code", "device confirmation", "admin consent"])
def test_no_page_behind_a_form_is_shown_in_a_frame(
    person: Person, attacker: Attacker, monkeypatch: pytest.MonkeyPatch, step: str
):
    """Such forms are refused anyhow; let through here, they still lead to nothing that a person could be made to click."""
    STEPS[step].come(person)
    action, fields = STEPS[step].form(person)
    monkeypatch.setattr(form_token, "require_own_origin", lambda *_: None)
    theirs = person.page.context.new_page()
    attacker.open(theirs)
    seen = len(person.pages.answered)
    attacker.post(theirs, "a form in a frame", action, fields)
    for _ in range(SECONDS * 100):
        shown = len(theirs.frames) == 2 and theirs.frames[1].url not in ("", "about:blank")
        if shown and len(person.pages.answered) > seen:
            break
        theirs.wait_for_timeout(10)
    assert [status for status, _ in person.pages.answered[seen:]] == [200]
    assert [frame.url for frame in theirs.frames[1:]] == ["chrome-error://chromewebdata/"]
