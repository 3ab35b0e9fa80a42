"""A state folder that a test opens, and a tenant in memory that it asks; both are closed after the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from practice_tenant.state import State, open_state
from tests.unit.practice import Practice, in_memory


@pytest.fixture
def opened() -> Iterator[Callable[[Path], State]]:
    """Opens the state in a folder."""
    with ExitStack() as kept:

        def open_folder(folder: Path) -> State:
            state = open_state(folder)
            kept.callback(state.directory.close)
            return state

        yield open_folder


@pytest.fixture
def practice() -> Iterator[Practice]:
    """A practice tenant in memory, with a clock of the test's."""
    with in_memory() as tenant:
        yield tenant
