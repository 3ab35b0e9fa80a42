"""MSAL's ``acquire_token_interactive`` with a real browser, which posts the answer to MSAL's own listener."""

import queue
import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import msal
import pytest
from playwright.sync_api import Page, expect

from practice_tenant import RunningTenant, start
from tests.tenant.session import session_of

SECONDS = 60


@pytest.fixture(scope="module")
def tenant() -> RunningTenant:
    """The tenant as a notebook starts it."""
    return start()


@pytest.fixture
def application(tenant: RunningTenant) -> msal.PublicClientApplication:
    return msal.PublicClientApplication(
        tenant.seeded.public_client_id,
        authority=f"https://login.microsoftonline.com/{tenant.seeded.tenant_id}",
        http_client=session_of(tenant),
    )


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[queue.Queue]:
    """The addresses that MSAL opens in the person's browser."""
    addresses = queue.Queue()

    def hand_over(address: str) -> bool:
        addresses.put(address)
        return True

    monkeypatch.setattr(webbrowser, "open", hand_over)
    return addresses


@pytest.fixture
def interactive(application: msal.PublicClientApplication) -> Iterator[Callable[..., Future]]:
    """Let MSAL wait in a thread of its own: this one has the browser."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda **options: thread.submit(
            application.acquire_token_interactive, ["User.Read"], timeout=SECONDS, **options
        )


def sign_in(page: Page, tenant: RunningTenant, label: str) -> None:
    page.get_by_role("button", name=f"{label}@{tenant.seeded.tenant_domain}").click()
    page.get_by_label("Password").fill(tenant.seeded.user_password)
    page.get_by_role("button", name="Sign in").click()


def test_the_token_comes_by_the_browser(
    page: Page,
    tenant: RunningTenant,
    application: msal.PublicClientApplication,
    opened: queue.Queue,
    interactive: Callable[..., Future],
):
    # Asked for each time: another test of this process may have signed the same person in.
    waiting = interactive(prompt="consent")
    page.goto(opened.get(timeout=SECONDS))
    sign_in(page, tenant, "learner")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Authentication complete.")).to_be_visible()
    result = waiting.result(SECONDS)
    assert result.get("error") is None
    assert result["id_token_claims"]["preferred_username"] == f"learner@{tenant.seeded.tenant_domain}"
    [account] = application.get_accounts()
    assert application.acquire_token_silent(["User.Read"], account=account)["token_source"] == "cache"


def test_a_declined_consent_is_msals_error(
    page: Page, tenant: RunningTenant, opened: queue.Queue, interactive: Callable[..., Future]
):
    waiting = interactive(prompt="select_account")
    page.goto(opened.get(timeout=SECONDS))
    sign_in(page, tenant, "analyst")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Authentication failed.")).to_be_visible()
    result = waiting.result(SECONDS)
    assert result["error"] == "access_denied"
    assert result["error_description"].startswith("AADSTS65004: ")


def test_the_link_to_the_portal_opens_it(page: Page, tenant: RunningTenant):
    page.goto(tenant.portal_url)
    expect(page.get_by_role("heading", level=1)).to_have_text("App registrations")
