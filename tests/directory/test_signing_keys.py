"""The keys that sign tokens: rotated without a gap, loaded once, made anew for each cloud."""

from collections.abc import Iterator
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from practice_tenant.clouds import CHINA, US_GOVERNMENT
from practice_tenant.directory.signing_keys import SigningKeys, first_keys
from practice_tenant.directory.store import Directory
from tests.directory.opened_state import REGISTERED
from tests.tenant.clock import Clock

NOW = 1_790_000_000


@cache
def new_keys() -> list[dict]:
    """Two keys: making them takes longer than a test."""
    return first_keys(NOW)


@pytest.fixture
def directory() -> Iterator[Directory]:
    """A directory with the two keys of the first day."""
    made = Directory()
    for columns in new_keys():
        made.add_signing_key(**columns)
    yield made
    made.close()


@pytest.fixture
def keys(directory) -> SigningKeys:
    """The keys of that directory."""
    return SigningKeys(directory, Clock(NOW))


def test_the_key_that_signs_was_published_before_through_many_rotations(directory):
    clock = Clock(NOW)
    keys = SigningKeys(directory, clock)
    for _ in range(4):
        before = {key.kid for key in keys.published()}
        signing = keys.current().kid
        clock.advance(1)
        assert keys.rotate() in before - {signing}
        assert keys.current().kid in before
        assert before < {key.kid for key in keys.published()}


def test_rotating_twice_in_one_second_signs_with_the_newest(directory):
    keys = SigningKeys(directory, Clock(NOW))
    keys.rotate()
    assert keys.rotate() == keys.current().kid


def test_keys_are_imported_once_and_not_again_when_something_changes(keys, directory, monkeypatch):
    held = keys.published()
    imported = []
    load = serialization.load_pem_private_key
    monkeypatch.setattr(
        serialization, "load_pem_private_key", lambda *pem, **more: imported.append(1) or load(*pem, **more)
    )
    directory.add_application(REGISTERED)
    assert [key.private_key for key in keys.published()] == [key.private_key for key in held]
    assert len(imported) == 0
    keys.rotate()
    assert keys.current().private_key is held[1].private_key
    assert len(imported) == 1


def test_a_clock_that_jumps_back_still_has_a_key_that_signs(directory):
    clock = Clock(NOW)
    keys = SigningKeys(directory, clock)
    first = keys.current().kid
    keys.rotate()
    clock.advance(-10 * 365 * 24 * 3600)
    assert keys.current().kid == first


def test_a_key_whose_time_comes_while_nothing_changes_signs_then(directory):
    clock = Clock(NOW)
    keys = SigningKeys(directory, clock)
    waiting = keys.published()[1].kid
    directory.activate_signing_key(waiting, NOW + 60)
    assert keys.current().kid != waiting
    clock.advance(60)
    assert keys.current().kid == waiting


def test_a_key_that_is_kept_is_one_that_openssl_accepts(directory):
    for row in directory.signing_keys():
        assert isinstance(serialization.load_pem_private_key(row["private_key"], password=None), rsa.RSAPrivateKey)


def test_another_cloud_has_keys_of_its_own_made_once_at_its_first_use(opened, tmp_path):
    one, other = (opened(tmp_path).directory for _ in range(2))
    here = [SigningKeys(directory.in_cloud(US_GOVERNMENT), Clock(NOW)) for directory in (one, other)]
    kids = [{key.kid for key in keys.published()} for keys in here]
    assert kids[0] == kids[1] and len(kids[0]) == 2
    worldwide = SigningKeys(one, Clock(NOW))
    assert kids[0].isdisjoint(key.kid for key in worldwide.published())
    assert kids[0].isdisjoint(key.kid for key in SigningKeys(one.in_cloud(CHINA), Clock(NOW)).published())
    before = worldwide.current().kid
    assert here[0].rotate() == here[1].current().kid
    assert worldwide.current().kid == before
