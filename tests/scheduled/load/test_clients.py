"""200 clients at once, each a real MSAL, against a tenant that is served by a process of its own: no error."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.environment import hermetic
from tests.notebooks.live.served import ServedTenant, served
from tests.scheduled.bench.together import CLIENTS, INSTANTIATE, SIGN_IN, TOKEN, WITH_DEVICE_CODE, at_once


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedTenant]:
    """A tenant in a process of its own."""
    folder: Path = tmp_path_factory.mktemp("load")
    with served(hermetic(folder)) as running:
        yield running


def test_200_clients_at_once_meet_no_error(tenant: ServedTenant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COURSE_PERSON_PASSWORD", "")
    outcomes = at_once(tenant)
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    for step, count in ((INSTANTIATE, CLIENTS), (SIGN_IN, WITH_DEVICE_CODE), (TOKEN, CLIENTS - WITH_DEVICE_CODE)):
        assert sum(step in outcome.milliseconds for outcome in outcomes) == count


def test_a_client_that_is_refused_is_noticed(tenant: ServedTenant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COURSE_PERSON_PASSWORD", "")
    wrong = replace(tenant, seeded=replace(tenant.seeded, client_secret="not the secret"))
    [outcome] = at_once(wrong, 1, 0)
    assert "AADSTS7000215" in outcome.error
