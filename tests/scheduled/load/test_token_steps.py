"""What SQLite does for a token stays the same, however much the tenant holds: nothing is looked for without an index."""

from collections.abc import Callable
from pathlib import Path

import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.hosts import RUN_HEADER
from practice_tenant.state import State
from tests.scheduled.bench import scale
from tests.tenant.clients import Authority, InProcess

FEW, MANY = 12, 1_500
ASKED = 12
RUN_TOKEN = "only-this-run"


def steps(state: State, forms: list[dict]) -> int:
    """How many instructions SQLite's virtual machine takes for a token of each form, nothing being known from before."""
    app = PracticeTenant(state.directory, https_port=8443, http_port=8400, run_token=RUN_TOKEN)
    http = InProcess(app=app, base_url="https://login.microsoftonline.com", headers=((RUN_HEADER, RUN_TOKEN),))
    authority = Authority(http=http, tenant=state.seeded.tenant_id)
    taken = []
    state.directory.database._connection.set_progress_handler(lambda: taken.append(1), 1)
    for form in forms:
        answer = authority.token(form)
        assert answer.status_code == 200, answer.text
    state.directory.database._connection.set_progress_handler(None, 1)
    return len(taken)


@pytest.mark.parametrize("seed", scale.KINDS.values(), ids=list(scale.KINDS))
def test_a_token_takes_as_many_steps_among_many_as_among_few(seed, opened: Callable[[Path], State], tmp_path: Path):
    taken = []
    for count in (FEW, MANY):
        forms = seed(tmp_path / str(count), count)[-ASKED:]
        taken.append(steps(opened(tmp_path / str(count)), forms))
    few, many = taken
    assert few > ASKED * 20
    assert many == pytest.approx(few, rel=0.05)
