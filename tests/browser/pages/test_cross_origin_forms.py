"""An attacker's page posts forms to every step of a sign-in in a real browser: nothing changes, and nothing is read.

The attacker knows the run's key and the form's one-time value, and so has everything that the person's own page has.
"""

import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.pages.attacker import EVIL, WAYS, Attacker
from tests.browser.pages.client_app import ClientApp
from tests.browser.pages.conftest import HUB
from tests.browser.pages.person import Person
from tests.browser.pages.served import ServedPages
from tests.browser.pages.steps import STEPS, Step

SECONDS = 20


def next_answers(pages: ServedPages, page: Page, seen: int) -> list[tuple[int, str]]:
    """What the pages answered after the first *seen* answers: status and path."""
    until = time.monotonic() + SECONDS
    while len(pages.answered) == seen and time.monotonic() < until:
        page.wait_for_timeout(5)
    return pages.answered[seen:]


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_form_of_another_page_changes_nothing(person: Person, attacker: Attacker, app: ClientApp, step: Step):
    _attack(person.at(person.pages.origin), attacker, app, step)


def test_nor_does_it_at_a_hub_without_tls(person: Person, attacker: Attacker, app: ClientApp):
    """There, browsers don't say which site a form comes from."""
    _attack(person.at(f"http://{HUB}:{person.pages.port}"), attacker, app, STEPS["consent"])


def _attack(visitor: Person, attacker: Attacker, app: ClientApp, step: Step) -> None:
    step.come(visitor)
    action, fields = step.form(visitor)
    before = visitor.pages.directory.revision()
    theirs = visitor.page.context.new_page()
    for host, ways in ((EVIL, ("a form",)), (urlsplit(visitor.address).hostname, WAYS)):
        attacker.open(theirs, host)
        for way in ways:
            seen = len(visitor.pages.answered)
            assert attacker.post(theirs, way, action, fields) == "", f"{way} on {host}"
            [(status, path)] = next_answers(visitor.pages, theirs, seen)
            assert (status, path) == (403, urlsplit(action).path), f"{way} on {host}"
            assert visitor.pages.directory.revision() == before, f"{way} on {host}"
    assert app.answers == []
    # It was not the form that was wrong: the page's own goes on.
    step.go_on(visitor)
    assert visitor.pages.directory.revision() != before
