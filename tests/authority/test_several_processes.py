"""Several processes on one state file, in memory of their own each: every request goes to another one than the last."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.authority.grants import authorization_code
from practice_tenant.directory import credentials
from practice_tenant.directory.permissions import GRAPH_APP_ID
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.signing_keys import SigningKeys
from practice_tenant.directory.store import Directory
from practice_tenant.state import DATABASE
from tests.tenant.answers import assert_refused
from tests.tenant.b2c import code_for
from tests.tenant.clients import Authority, Graph
from tests.tenant.clock import Clock
from tests.tenant.person import Person
from tests.tenant.practice import new_app
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of


class InTurn:
    """An ASGI application: one of several answers each request, in turn. All else is the first one's."""

    def __init__(self, apps: list[PracticeTenant]):
        self._apps = apps
        self._turns = itertools.count()

    def __getattr__(self, name: str) -> object:
        return getattr(self._apps[0], name)

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer one request."""
        await self._apps[next(self._turns) % len(self._apps)](scope, receive, send)


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    """Where the processes meet."""
    return tmp_path / DATABASE


@pytest.fixture
def tenant(directory: Directory, clock: Clock) -> Iterator[InTurn]:
    """Two of them; each keeps in memory what it keeps there, and neither made the change that a test makes."""
    directories = [Directory(directory.path) for _ in range(2)]
    yield InTurn([new_app(own, clock) for own in directories])
    for own in directories:
        own.close()


def kids(authority: Authority, form: dict) -> list[str]:
    """Which key signs at each of them."""
    tokens = [authority.token(form).json()["access_token"] for _ in range(2)]
    return [parts_of(token)[0]["kid"] for token in tokens]


@pytest.mark.statement(107)
def test_a_sign_in_goes_on_at_another_and_its_code_counts_once(desktop: RelyingParty, learner: Person):
    code = sent_back(learner.sign_in(desktop.link()))["code"]
    tokens = desktop.redeem(code)
    assert tokens.status_code == 200, tokens.text
    assert_refused(desktop.redeem(code), 400, "invalid_grant", 54005)
    assert desktop.refresh(tokens.json()["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.statement(46)
def test_reuse_in_the_middle_of_the_first_use_ends_its_tokens_too(desktop: RelyingParty, learner: Person, monkeypatch):
    code = sent_back(learner.sign_in(desktop.link()))["code"]
    answer, reuse = authorization_code.token_response, Thread(target=desktop.redeem, args=[code])

    def interrupted(*arguments: object, **services: object) -> dict:
        reuse.start()
        # It has to wait for the first use, so it isn't over yet.
        reuse.join(0.3)
        return answer(*arguments, **services)

    monkeypatch.setattr(authorization_code, "token_response", interrupted)
    token = desktop.redeem(code).json()["refresh_token"]
    reuse.join()
    assert_refused(desktop.refresh(token), 400, "invalid_grant", 9002313)


@pytest.mark.statement(107)
def test_a_refresh_token_of_one_counts_at_the_other(desktop: RelyingParty, learner: Person, graph: Graph):
    answer = desktop.redeem(sent_back(learner.sign_in(desktop.link()))["code"])
    for _ in range(4):
        answer = desktop.refresh(answer.json()["refresh_token"])
        assert answer.status_code == 200, answer.text
        assert [graph.get("/me", token=answer.json()["access_token"]).status_code for _ in range(2)] == [200] * 2


@pytest.mark.statement(107)
def test_a_step_of_a_sign_in_is_done_once_at_all_of_them(desktop: RelyingParty, learner: Person):
    shown = learner.submit(learner.http.get(desktop.link()), username=learner.username)
    answers = [
        learner.submit(shown, username=learner.username, password=learner.password, decision="sign-in")
        for _ in range(3)
    ]
    assert [answer.status_code < 400 for answer in answers] == [True, False, False]


@pytest.mark.statement(107)
def test_a_device_code_is_approved_at_one_and_polled_at_another(desktop: RelyingParty, learner: Person, clock: Clock):
    device = desktop.ask_device_code().json()
    assert [desktop.poll(device).json()["error"] for _ in range(2)] == ["authorization_pending", "slow_down"]
    learner.approve(device)
    clock.advance(60)
    assert desktop.poll(device).status_code == 200
    assert [desktop.poll(device).json()["error_codes"] for _ in range(2)] == [[70019]] * 2


@pytest.mark.statement(107)
def test_consent_that_was_given_at_one_is_not_asked_for_at_another(desktop: RelyingParty, learner: Person):
    learner.sign_in(desktop.link())
    for _ in range(2):
        assert "code" in sent_back(learner.log_in(learner.http.get(desktop.link())))


@pytest.mark.statement(107)
def test_a_code_of_azure_ad_b2c_counts_once_too(customer_app: RelyingParty, learner: Person):
    code = code_for(customer_app, learner)
    assert [customer_app.redeem(code).status_code for _ in range(3)] == [200, 400, 400]


@pytest.mark.statement(73)
def test_wrong_codes_count_at_all_of_them(desktop: RelyingParty, learner: Person, clock: Clock):
    device, page = desktop.ask_device_code().json(), learner.http.get("/devicelogin")
    for _ in range(20):
        page = learner.submit(page, user_code="BBBBBBBBB")
        assert page.status_code == 200
    for _ in range(2):
        page = learner.submit(page, user_code=device["user_code"])
        assert page.status_code == 429
    clock.advance(60)
    assert "Pick an account" in learner.submit(page, user_code=device["user_code"]).text


@pytest.mark.statement(108)
def test_a_secret_that_is_removed_is_refused_by_all(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues
):
    assert [authority.token(form).status_code for _ in range(4)] == [200] * 4
    for item in directory.passwords(seeded.client_id):
        directory.remove_password(seeded.client_id, item.key_id)
    for _ in range(2):
        assert_refused(authority.token(form), 401, "invalid_client", 7000215)


@pytest.mark.statement(108)
def test_a_permission_that_is_revoked_is_in_no_token(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues
):
    def roles() -> list[list[str]]:
        tokens = [authority.token(form).json()["access_token"] for _ in range(4)]
        return [parts_of(token)[1].get("roles", []) for token in tokens]

    assert all(roles())
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.client_id)
    graph = directory.service_principal(seeded.tenant_id, app_id=GRAPH_APP_ID)
    for item in directory.app_role_assignments(principal.id):
        if item.resource_id == graph.id:
            directory.remove_app_role_assignment(principal.id, item.id)
    assert roles() == [[]] * 4


@pytest.mark.statement(108)
def test_a_key_that_signs_now_signs_at_all_and_every_api_takes_it(
    authority: Authority, graph: Graph, form: dict, directory: Directory, clock: Clock
):
    first = authority.token(form).json()["access_token"]
    assert [graph.get(token=first).status_code for _ in range(2)] == [200] * 2
    before = kids(authority, form)
    new = SigningKeys(directory, clock).rotate()
    assert kids(authority, form) == [new] * 2 != before
    published = [authority.http.get("/common/discovery/v2.0/keys").json()["keys"] for _ in range(2)]
    assert published[0] == published[1] and {new, before[0]} < {key["kid"] for key in published[0]}
    second = authority.token(form).json()["access_token"]
    assert [graph.get(token=token).status_code for token in (first, second) for _ in range(2)] == [200] * 4


@pytest.mark.statement(108)
def test_an_old_password_opens_no_page(desktop: RelyingParty, learner: Person, directory: Directory):
    def signs_in(password: str) -> list[bool]:
        person = Person(http=learner.http, username=learner.username, password=password)
        return ["code" in person.sign_in(desktop.link()).headers.get("Location", "") for _ in range(2)]

    assert signs_in(learner.password) == [True] * 2
    directory.set_passwords_of_users(credentials.password_hash("another-one"))
    assert (signs_in(learner.password), signs_in("another-one")) == ([False] * 2, [True] * 2)


@pytest.mark.statement(108)
def test_who_is_gone_gets_no_more_tokens(
    desktop: RelyingParty, learner: Person, directory: Directory, seeded: SeededValues
):
    answer = desktop.redeem(sent_back(learner.sign_in(desktop.link()))["code"])
    directory.database.change("DELETE FROM user WHERE user_principal_name = ?", learner.username)
    for _ in range(2):
        refused = desktop.refresh(answer.json()["refresh_token"])
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
