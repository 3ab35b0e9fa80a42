"""Wrong attempts are counted for all processes that have the file, and forgotten when their time is over."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from practice_tenant.authority.attempts import Attempts
from practice_tenant.clouds import CLOUDS
from practice_tenant.state import reset
from tests.conformance.clock import Clock

NOW = 1_790_000_000


@pytest.fixture
def clock() -> Clock:
    """The computer's clock."""
    return Clock(NOW)


@pytest.fixture
def attempts(opened: Callable, tmp_path: Path, clock: Clock) -> Attempts:
    """Three a minute."""
    return Attempts(directory=opened(tmp_path).directory, clock=clock, allowed=3, seconds=60)


def test_each_counts_for_its_time(attempts: Attempts, clock: Clock):
    for _ in range(3):
        assert not attempts.too_many()
        attempts.add()
        clock.advance(10)
    assert attempts.too_many()
    clock.advance(29.5)
    assert attempts.too_many()
    clock.advance(0.5)
    assert not attempts.too_many()
    attempts.add()
    assert attempts.too_many()


def test_those_of_another_process_count_too(attempts: Attempts, opened: Callable, tmp_path: Path):
    other = replace(attempts, directory=opened(tmp_path).directory)
    attempts.add()
    other.add()
    attempts.add()
    assert attempts.too_many() and other.too_many()


def test_those_of_another_cloud_do_not(attempts: Attempts):
    here, elsewhere = (replace(attempts, directory=attempts.directory.in_cloud(cloud)) for cloud in CLOUDS[:2])
    for _ in range(3):
        here.add()
    assert here.too_many() and not elsewhere.too_many()


def test_of_a_time_that_lies_ahead_they_do_not_count(attempts: Attempts, clock: Clock):
    for _ in range(3):
        attempts.add()
    clock.advance(-3600)
    assert not attempts.too_many()


def test_the_file_keeps_none_that_do_not_count(attempts: Attempts, clock: Clock):
    for moved in (0, 60, -3600):
        clock.advance(moved)
        attempts.add()
        assert attempts.directory.wrong_attempts(after=0, until=2 * NOW) == 1


def test_a_reset_forgets_them(attempts: Attempts, opened: Callable, tmp_path: Path):
    for _ in range(3):
        attempts.add()
    reset(opened(tmp_path))
    assert not attempts.too_many()
