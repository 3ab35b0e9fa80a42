"""A practice tenant in memory, as the conformance suite makes it, and tokens for its API."""

import pytest

from tests.conformance.conftest import *
from tests.unit.practice import Practice


@pytest.fixture
def practice(tenant, authority, pages, localhost, graph, directory, seeded, clock) -> Practice:
    """A practice tenant with a clock of the test's."""
    return Practice(
        app=tenant,
        authority=authority,
        pages=pages,
        localhost=localhost,
        api=graph,
        directory=directory,
        seeded=seeded,
        clock=clock,
    )


@pytest.fixture
def administrator(practice) -> str:
    """An access token that may register apps and grant permissions."""
    return practice.administrator_token()


@pytest.fixture
def learner(practice) -> str:
    """An access token that may read users."""
    return practice.learner_token()
