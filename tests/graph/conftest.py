"""Tokens for the API."""

import pytest


@pytest.fixture
def administrator_token(practice) -> str:
    """An access token that may register apps and grant permissions."""
    return practice.administrator_token()


@pytest.fixture
def learner_token(practice) -> str:
    """An access token that may read users."""
    return practice.learner_token()
