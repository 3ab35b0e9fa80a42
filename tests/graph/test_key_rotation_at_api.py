"""The keys at the API: fetched again when a new one appears, seldom, and forgotten once they are withdrawn."""

import asyncio
from collections.abc import Callable

import pytest

from practice_tenant import cloud_apps
from practice_tenant.app import PracticeTenant
from practice_tenant.directory.signing_keys import new_key
from practice_tenant.directory.store import Directory
from practice_tenant.graph.bearer import PublishedKeys
from tests.tenant.answers import assert_unauthorized
from tests.tenant.clients import Authority, Graph
from tests.tenant.clock import Clock
from tests.tenant.tokens import Mint, parts_of

MINUTE, HOUR = 60, 3600
DAY = 24 * HOUR


class Fetches:
    """Counts the API's requests for the key set, and lets them fail."""

    def __init__(self, fetch: Callable):
        self._fetch = fetch
        self.count = 0
        self.failing = False

    async def __call__(self, *arguments: object) -> dict:
        self.count += 1
        if self.failing:
            raise OSError("no answer")
        return await self._fetch(*arguments)


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> Fetches:
    """The API's requests for the key set."""
    fetches = Fetches(cloud_apps._get_json)
    monkeypatch.setattr(cloud_apps, "_get_json", fetches)
    return fetches


@pytest.fixture
def long_lived(mint: Mint, clock: Clock) -> str:
    """A token that outlives every time in these tests."""
    return mint(exp=clock() + 10 * DAY)


def forged(mint: Mint, number: int) -> str:
    return mint(header={"kid": f"unknown-{number}", "x5t": f"unknown-{number}"})


@pytest.mark.statement(86)
def test_a_hundred_unknown_keys_bring_one_fetch_in_five_minutes(graph: Graph, mint: Mint, fetches, clock: Clock):
    for number in range(100):
        assert_unauthorized(graph.get(token=forged(mint, number)))
        clock.advance(2.9)
    assert fetches.count == 1
    clock.advance(5 * MINUTE)
    for number in range(100):
        assert_unauthorized(graph.get(token=forged(mint, number)))
    assert fetches.count == 2


@pytest.mark.statement(86)
def test_good_tokens_are_served_meanwhile_without_a_fetch(graph: Graph, mint: Mint, fetches: Fetches, clock: Clock):
    for number in range(20):
        assert graph.get(token=mint()).status_code == 200
        assert_unauthorized(graph.get(token=forged(mint, number)))
        clock.advance(10)
    assert fetches.count == 1


@pytest.mark.statement(86)
def test_failing_fetches_back_off_too(graph: Graph, mint: Mint, fetches: Fetches, clock: Clock):
    fetches.failing = True
    for _ in range(100):
        assert_unauthorized(graph.get(token=mint()))
    assert fetches.count == 1
    fetches.failing = False
    clock.advance(5 * MINUTE)
    assert graph.get(token=mint()).status_code == 200
    assert fetches.count == 2


@pytest.mark.statement(86)
@pytest.mark.parametrize("kid", [None, "", 5, [], {}, True, "☃", "x" * 10_000], ids=lambda kid: repr(kid)[:20])
def test_any_key_id_is_unauthorized(graph: Graph, mint: Mint, fetches: Fetches, kid: object):
    assert_unauthorized(graph.get(token=mint(header={"kid": kid})))
    assert fetches.count <= 1


@pytest.mark.statement(87)
def test_the_first_token_of_a_new_key_works(
    tenant: PracticeTenant, authority: Authority, graph: Graph, form: dict, fetches: Fetches
):
    kids = set()
    for _ in range(2):
        token = authority.token(form).json()["access_token"]
        kids.add(parts_of(token)[0]["kid"])
        assert graph.get(token=token).status_code == 200
        tenant.signing_keys.rotate()
    assert len(kids) == 2
    assert fetches.count == 1, "the new key was published before it signed"


@pytest.mark.statement(87)
def test_a_key_that_the_api_never_saw_is_fetched(
    tenant: PracticeTenant, authority: Authority, graph: Graph, form: dict, fetches: Fetches, clock: Clock
):
    assert graph.get(token=authority.token(form).json()["access_token"]).status_code == 200
    for _ in range(2):
        tenant.signing_keys.rotate()
    clock.advance(5 * MINUTE)
    assert graph.get(token=authority.token(form).json()["access_token"]).status_code == 200
    assert fetches.count == 2


@pytest.mark.statement(87)
def test_a_withdrawn_key_stops_within_a_day(
    tenant: PracticeTenant, graph: Graph, long_lived: str, directory: Directory, clock: Clock
):
    assert graph.get(token=long_lived).status_code == 200
    tenant.signing_keys.rotate()
    directory.database.change("DELETE FROM signing_key WHERE kid = ?", parts_of(long_lived)[0]["kid"])
    clock.advance(DAY - 1)
    assert graph.get(token=long_lived).status_code == 200
    clock.advance(1)
    assert_unauthorized(graph.get(token=long_lived))


@pytest.mark.statement(87)
def test_an_unknown_key_brings_the_withdrawal_forward(
    tenant: PracticeTenant, graph: Graph, mint: Mint, long_lived: str, directory: Directory, clock: Clock
):
    assert graph.get(token=long_lived).status_code == 200
    tenant.signing_keys.rotate()
    directory.database.change("DELETE FROM signing_key WHERE kid = ?", parts_of(long_lived)[0]["kid"])
    clock.advance(5 * MINUTE)
    assert_unauthorized(graph.get(token=forged(mint, 1)))
    assert_unauthorized(graph.get(token=long_lived))


@pytest.mark.statement(87)
def test_the_last_known_keys_serve_for_an_hour_when_fetching_fails(
    graph: Graph, long_lived: str, fetches: Fetches, clock: Clock
):
    assert graph.get(token=long_lived).status_code == 200
    fetches.failing = True
    clock.advance(DAY + HOUR - 1)
    assert graph.get(token=long_lived).status_code == 200
    clock.advance(5 * MINUTE)
    assert_unauthorized(graph.get(token=long_lived))


@pytest.mark.statement(87)
@pytest.mark.parametrize("document", [{}, {"keys": [{"kty": "RSA"}]}, {"keys": []}], ids=str)
def test_a_key_set_that_cannot_be_read_is_no_key(clock: Clock, document: dict):
    async def fetch() -> dict:
        return document

    assert asyncio.run(PublishedKeys(fetch, clock).get("any")) is None


@pytest.mark.statement(87)
def test_a_new_key_that_signs_at_once_is_what_rotation_avoids(
    graph: Graph, mint: Mint, directory: Directory, clock: Clock, tenant: PracticeTenant, fetches: Fetches
):
    """Published and used in one moment: the API refuses until it may fetch again, five minutes after the last time."""
    assert graph.get(token=mint()).status_code == 200
    columns = new_key(int(clock()), active_from=int(clock()))
    directory.add_signing_key(**columns)
    key = tenant.signing_keys.current()
    token = mint(header={"kid": key.kid, "x5t": key.kid}, key=key.private_key)
    assert_unauthorized(graph.get(token=token))
    clock.advance(5 * MINUTE)
    assert graph.get(token=token).status_code == 200
