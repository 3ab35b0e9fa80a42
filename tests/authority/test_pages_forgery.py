"""A step of a sign-in comes from a page of the tenant's own, once: whatever else posts a form grants nothing."""

from collections.abc import Callable

import httpx
import pytest

from practice_tenant.directory.permissions import GRAPH_APP_ID
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clock import Clock
from tests.tenant.person import OWN_PAGE, Page, Person
from tests.tenant.relying_party import RelyingParty

OWN = "http://localhost:8400"

FOREIGN = {
    "another port": [("Origin", "http://localhost:8401")],
    "no port": [("Origin", "http://localhost")],
    "a longer port": [("Origin", "http://localhost:84000")],
    "another host": [("Origin", "https://evil.example")],
    "a longer host": [("Origin", f"{OWN}.evil.example")],
    "a sandboxed frame": [("Origin", "null")],
    "same site": [("Sec-Fetch-Site", "same-site")],
    "cross site": [("Sec-Fetch-Site", "cross-site")],
    "cross site, own origin": [("Sec-Fetch-Site", "cross-site"), ("Origin", OWN)],
    "unknown site": [("Sec-Fetch-Site", "")],
}

Step = Callable[[], tuple[str, dict]]
STEPS = ("login", "consent", "device code", "device confirmation")


def fields_of(response: httpx.Response, **typed: str) -> dict[str, str]:
    return Page(response.text).fields | typed


@pytest.fixture
def device(desktop: RelyingParty) -> dict:
    """A device that waits for somebody to approve."""
    return desktop.ask_device_code().json()


@pytest.fixture
def steps(learner: Person, desktop: RelyingParty, device: dict) -> dict[str, Callable[[], tuple[str, dict]]]:
    """For each step that grants something: how to come to it; gives its path and its form."""
    base = desktop.path().removesuffix("authorize")
    typed = {"username": learner.username, "password": learner.password, "decision": "sign-in"}

    def confirm() -> tuple[str, dict]:
        page = learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"])
        return "/consent", fields_of(learner.consent(learner.log_in(page)), decision="accept")

    def consent() -> tuple[str, dict]:
        page = learner.log_in(learner.http.get(desktop.link(prompt="consent")))
        return base + "consent", fields_of(page, decision="accept")

    return {
        "login": lambda: (base + "login", fields_of(learner.http.get(desktop.link()), **typed)),
        "consent": consent,
        "device code": lambda: (
            "/devicelogin",
            fields_of(learner.http.get("/devicelogin"), user_code=device["user_code"]),
        ),
        "device confirmation": confirm,
    }


@pytest.fixture
def assert_nothing_granted(directory: Directory, desktop: RelyingParty, device: dict, seeded: SeededValues):
    """Checks a refused step: no code, no consent, no device let in, no next step."""
    app = directory.service_principal(seeded.tenant_id, app_id=desktop.client_id)
    graph = directory.service_principal(seeded.tenant_id, app_id=GRAPH_APP_ID)
    learner = directory.user(seeded.tenant_id, f"learner@{seeded.tenant_domain}")

    def check(response: httpx.Response, *, consented: tuple[str, ...]) -> None:
        assert response.status_code == 403, response.text
        assert "Location" not in response.headers and Page(response.text).action is None
        assert directory.consented_scopes(app.id, graph.id, learner.id) == consented
        assert directory.database.row("SELECT count(*) FROM issued WHERE kind = 'code'")[0] == 0
        assert_refused(desktop.poll(device), 400, "authorization_pending", 70016)

    return check


@pytest.mark.statement(56)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_form_that_another_page_posts_is_refused(
    learner: Person, steps: dict[str, Step], assert_nothing_granted, step: str, headers: list
):
    path, fields = steps[step]()
    consented = ("User.Read",) if step == "device confirmation" else ()
    assert_nothing_granted(learner.post(path, fields, headers=headers), consented=consented)


@pytest.mark.statement(56)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("headers", [OWN_PAGE, [("Origin", OWN)], [("Sec-Fetch-Site", "none")], []], ids=str)
def test_the_pages_own_form_goes_on(learner: Person, steps: dict[str, Step], step: str, headers: list):
    path, fields = steps[step]()
    assert learner.post(path, fields, headers=headers).status_code in (200, 303)


@pytest.mark.statement(56)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("ctx", ["", "guessed", "x" * 10_000])
def test_a_form_without_its_one_time_value_is_refused(
    learner: Person, steps: dict[str, Step], assert_nothing_granted, step: str, ctx: str
):
    path, fields = steps[step]()
    consented = ("User.Read",) if step == "device confirmation" else ()
    assert_nothing_granted(learner.post(path, fields | {"ctx": ctx}), consented=consented)


@pytest.mark.statement(56)
@pytest.mark.parametrize("step", STEPS)
def test_a_one_time_value_is_good_once(learner: Person, steps: dict[str, Step], step: str):
    path, fields = steps[step]()
    assert learner.post(path, fields).status_code in (200, 303)
    assert learner.post(path, fields).status_code == 403


@pytest.mark.statement(56)
@pytest.mark.parametrize("step", STEPS)
def test_a_one_time_value_is_good_for_a_quarter_of_an_hour(
    learner: Person, steps: dict[str, Step], step: str, clock: Clock
):
    path, fields = steps[step]()
    clock.advance(900)
    assert learner.post(path, fields).status_code == 403


@pytest.mark.statement(56)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("other", STEPS)
def test_a_one_time_value_opens_no_other_step(learner: Person, steps: dict[str, Step], step: str, other: str):
    path, _ = steps[step]()
    _, fields = steps[other]()
    response = learner.post(path, fields | {"username": learner.username, "password": learner.password})
    same_step = path == steps[other]()[0] or {step, other} <= {"consent", "device confirmation"}
    assert response.status_code == 403 or same_step


@pytest.mark.statement(56)
def test_a_sign_in_without_the_right_password_gets_no_further(learner: Person, desktop: RelyingParty):
    page = learner.http.get(desktop.link(login_hint=learner.username))
    for typed in ({}, {"password": "wrong"}, {"password": learner.password.upper()}, {"password": " "}):
        page = learner.submit(page, decision="sign-in", **typed)
        assert page.status_code == 200 and "Enter password" in page.text
    ctx = Page(page.text).fields["ctx"]
    consent = desktop.path().removesuffix("authorize") + "consent"
    assert learner.post(consent, {"ctx": ctx, "decision": "accept"}).status_code == 403


@pytest.mark.statement(56)
@pytest.mark.parametrize("table", ["user", "application"])
def test_a_sign_in_whose_person_or_app_is_deleted_meanwhile_gets_no_further(
    learner: Person, desktop: RelyingParty, directory: Directory, table: str
):
    page = learner.log_in(learner.http.get(desktop.link(prompt="consent")))
    column, value = {
        "user": ("user_principal_name", learner.username),
        "application": ("app_id", desktop.client_id),
    }[table]
    directory.database.change(f"DELETE FROM {table} WHERE {column} = ?", value)
    response = learner.submit(page, decision="accept")
    assert response.status_code == 403
    assert "Location" not in response.headers and Page(response.text).action is None
