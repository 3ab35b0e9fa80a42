"""Values that the authority gives out: kept as hashes, redeemed once, taken back by family."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from practice_tenant.clouds import US_GOVERNMENT
from practice_tenant.directory.objects import Issued
from practice_tenant.state import open_state
from tests.tenant.practice import NOW

pytestmark = pytest.mark.usefixtures("ready_keys")

DAY = 24 * 3600
CONTENT = {"client_id": "an app", "scope": "User.Read é", "contexts": ["c1"], "nonce": None, "auth_time": NOW}


def test_a_value_stands_for_what_it_was_given_out_for(practice):
    directory = practice.directory
    value = directory.issue("code", CONTENT, expires=NOW + 600.9)
    found = directory.issued("code", value)
    assert found == Issued(kind="code", family=found.family, content=CONTENT, expires=NOW + 600, redeemed=None)
    assert len(value) == 43, "32 random bytes"
    assert directory.issue("code", CONTENT, expires=NOW + 600) != value


def test_another_value_or_another_kind_stands_for_nothing(practice):
    value = practice.directory.issue("code", CONTENT, expires=NOW + 600)
    for other in (value.swapcase(), value + " ", value[:-1], ""):
        assert practice.directory.issued("code", other) is None
    assert practice.directory.issued("refresh_token", value) is None
    assert not practice.directory.redeem("refresh_token", value, NOW)
    assert practice.directory.redeem("code", value, NOW)


def test_only_a_hash_of_a_value_is_in_the_file(opened, tmp_path):
    state = opened(tmp_path)
    values = [state.directory.issue("code", CONTENT, expires=NOW + 600), "BCDFGHJKL"]
    state.directory.issue("user_code", CONTENT, expires=NOW + 600, value=values[1])
    while_open = b"".join(path.read_bytes() for path in tmp_path.glob("tenant.sqlite3*"))
    state.directory.close()
    content = while_open + (tmp_path / "tenant.sqlite3").read_bytes()
    for kind, value in zip(("code", "user_code"), values, strict=True):
        assert value.encode() not in content
        assert hashlib.sha256(f"{kind}\0{value}".encode()).digest() in content


def test_a_value_that_people_type_is_found_as_it_was_given(practice):
    assert practice.directory.issue("user_code", CONTENT, expires=NOW, value="BCDFGHJKL") == "BCDFGHJKL"
    assert practice.directory.issued("user_code", "BCDFGHJKL").content == CONTENT


def test_a_value_is_redeemed_once_and_then_says_when(practice):
    value = practice.directory.issue("code", CONTENT, expires=NOW + 600)
    assert [practice.directory.redeem("code", value, NOW + seconds) for seconds in (5.9, 6, 7)] == [True, False, False]
    assert practice.directory.issued("code", value).redeemed == NOW + 5
    assert not practice.directory.redeem("code", "unknown", NOW)


def test_of_two_processes_and_many_threads_one_redeems(opened, tmp_path):
    directories = [opened(tmp_path).directory for _ in range(2)]
    for _ in range(10):
        value = directories[0].issue("code", CONTENT, expires=NOW + 600)
        together = Barrier(8)

        def redeem(number: int, value: str = value, together: Barrier = together) -> bool:
            together.wait(10)
            return directories[number % 2].redeem("code", value, NOW)

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(redeem, range(8))) == 1
        assert all(directory.issued("code", value).redeemed == NOW for directory in directories)


def test_a_family_is_taken_back_whole_and_alone(practice):
    directory = practice.directory
    code = directory.issue("code", CONTENT, expires=NOW + 600)
    family = directory.issued("code", code).family
    tokens = [directory.issue("refresh_token", CONTENT, expires=NOW + DAY, family=family) for _ in range(2)]
    other = directory.issue("refresh_token", CONTENT, expires=NOW + DAY)
    assert directory.issued("refresh_token", other).family != family
    directory.revoke_family(family)
    assert directory.issued("code", code) is None
    assert [directory.issued("refresh_token", token) for token in tokens] == [None, None]
    assert directory.issued("refresh_token", other) is not None


def test_a_value_can_stand_for_something_else_from_now_on(practice):
    value, other = (practice.directory.issue("device_code", {"status": "pending"}, expires=NOW) for _ in range(2))
    practice.directory.change_issued("device_code", value, {"status": "approved"})
    assert practice.directory.issued("device_code", value).content == {"status": "approved"}
    assert practice.directory.issued("device_code", other).content == {"status": "pending"}


def test_an_expired_value_is_remembered_for_a_while_and_forgotten_at_a_later_start(tmp_path):
    directory = open_state(tmp_path, clock=lambda: NOW).directory
    cloud = directory.in_cloud(US_GOVERNMENT)
    old = [view.issue("code", CONTENT, expires=NOW) for view in (directory, cloud)]
    for days, kept in ((100, True), (101, False)):
        open_state(tmp_path, clock=lambda days=days: NOW + days * DAY).directory.close()
        found = [view.issued("code", value) for view, value in zip((directory, cloud), old, strict=True)]
        assert [value is not None for value in found] == [kept] * 2
    directory.close()


def test_what_was_given_out_in_a_transaction_that_fails_was_never_given_out(practice):
    with pytest.raises(ZeroDivisionError), practice.directory.transaction():
        value = practice.directory.issue("code", CONTENT, expires=NOW)
        raise ZeroDivisionError
    assert practice.directory.issued("code", value) is None
