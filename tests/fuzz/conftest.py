"""A tenant for each round of inputs."""

from collections.abc import Iterator

import pytest

from tests.fuzz.inputs import ROUNDS
from tests.unit.practice import Practice, in_memory


@pytest.fixture(autouse=True, params=range(ROUNDS), ids="round {}".format)
def number(request: pytest.FixtureRequest) -> int:
    """Which round of inputs this is."""
    return request.param


@pytest.fixture
def practice(number: int) -> Iterator[Practice]:
    """A practice tenant in memory."""
    with in_memory() as tenant:
        yield tenant
