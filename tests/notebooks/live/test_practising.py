"""A notebook that practises in live mode: what it does to the practice tenant is told apart from what it does live."""

from pathlib import Path

import nbformat
import pytest

from tests.environment import hermetic
from tests.notebooks.live.proxy import ConnectProxy
from tests.notebooks.live.served import ServedTenant
from tests.notebooks.live.test_notebooks import LIVE_SESSION, NOTEBOOKS, PRACTISE_TOO, Run, live_environment, recorded

pytestmark = pytest.mark.slow

CELLS = (
    "import requests\nfrom course import Registration, Tenant\nregistration = Registration.load()",
    "requests.get(registration.authority + '/v2.0/.well-known/openid-configuration').status_code",
    "practice = Registration.practice()\ntenant = Tenant.of(practice)",
    "tenant.throttle(endpoint='discovery')",
    "requests.get(practice.authority + '/v2.0/.well-known/openid-configuration').status_code",
    "tenant.clear()",
)


def run(folder: Path, environment: dict[str, str]) -> Run:
    """Those cells, run as a notebook."""
    path = folder / "practises.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS]), path)
    return recorded(path, environment)


def test_what_is_practised_is_told_apart_and_nothing_of_it_reaches_the_proxy(
    tmp_path: Path, tenant: ServedTenant, connect_proxy: ConnectProxy
):
    connect_proxy.carried.clear()
    live = run(tmp_path, live_environment(tmp_path / "live", tenant, connect_proxy))
    discovery = f"login.microsoftonline.com/{tenant.seeded.tenant_id}/v2.0/.well-known/openid-configuration"
    assert [note["answers"] for note in live.notes] == [
        [],
        [f"GET {discovery} 200"],
        [],
        [],
        [f"GET {discovery} 429 AADSTS90055"],
        [],
    ], "the control API is no business of the recorder"
    assert live.practised == live.notes[4]["answers"]
    assert [carried.status for carried in connect_proxy.carried] == [200]
    assert live.session == LIVE_SESSION | {"started_a_tenant": True}
    assert live.practises


def test_in_practice_everything_is_practised(tmp_path: Path):
    practice = run(tmp_path, hermetic(tmp_path / "practice"))
    assert practice.practised == practice.answers
    assert len(practice.answers) == 2


def test_who_may_practise_is_a_notebook_and_says_why():
    assert PRACTISE_TOO.keys() <= set(NOTEBOOKS)
    assert all(reason.endswith(".") for reason in PRACTISE_TOO.values())
