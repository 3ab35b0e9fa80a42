"""Wrong user codes are counted for all processes that have the file, and forgotten when their time is over."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from practice_tenant.authority.device_flow import WRONG_CODES_ALLOWED, note_wrong_code, too_many_wrong_codes
from practice_tenant.authority.service import Authority
from practice_tenant.clouds import CLOUDS
from practice_tenant.directory.signing_keys import SigningKeys
from practice_tenant.state import reset
from tests.tenant.clock import Clock

NOW = 1_790_000_000


@pytest.fixture
def clock() -> Clock:
    """The computer's clock."""
    return Clock(NOW)


@pytest.fixture
def authority(opened: Callable, tmp_path: Path, clock: Clock) -> Authority:
    """An authorization server on a state file."""
    directory = opened(tmp_path).directory
    return Authority(directory=directory, signing_keys=SigningKeys(directory, clock), clock=clock, computer=clock)


def all_but_one(authority: Authority) -> None:
    for _ in range(WRONG_CODES_ALLOWED - 1):
        note_wrong_code(authority)


def test_each_counts_for_its_time(authority: Authority, clock: Clock):
    note_wrong_code(authority)
    clock.advance(30)
    all_but_one(authority)
    assert too_many_wrong_codes(authority)
    clock.advance(29.5)
    assert too_many_wrong_codes(authority)
    clock.advance(0.5)
    assert not too_many_wrong_codes(authority)
    note_wrong_code(authority)
    assert too_many_wrong_codes(authority)


def test_those_of_another_process_count_too(authority: Authority, opened: Callable, tmp_path: Path):
    other = replace(authority, directory=opened(tmp_path).directory)
    all_but_one(authority)
    assert not too_many_wrong_codes(other)
    note_wrong_code(other)
    assert too_many_wrong_codes(authority) and too_many_wrong_codes(other)


def test_those_of_another_cloud_do_not(authority: Authority):
    here, elsewhere = (replace(authority, directory=authority.directory.in_cloud(cloud)) for cloud in CLOUDS[:2])
    all_but_one(here)
    note_wrong_code(here)
    assert too_many_wrong_codes(here) and not too_many_wrong_codes(elsewhere)


def test_of_a_time_that_lies_ahead_they_do_not_count(authority: Authority, clock: Clock):
    all_but_one(authority)
    note_wrong_code(authority)
    clock.advance(-3600)
    assert not too_many_wrong_codes(authority)


def test_the_file_keeps_none_that_do_not_count(authority: Authority, clock: Clock):
    for moved in (0, 60, -3600):
        clock.advance(moved)
        note_wrong_code(authority)
        assert authority.directory.wrong_attempts(after=0, until=2 * NOW) == 1


def test_a_reset_forgets_them(authority: Authority, opened: Callable, tmp_path: Path):
    all_but_one(authority)
    note_wrong_code(authority)
    reset(opened(tmp_path))
    assert not too_many_wrong_codes(authority)
