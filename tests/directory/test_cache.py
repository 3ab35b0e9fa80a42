"""The cache of what the directory read: a second look is quick, and no answer is stale."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from practice_tenant.clouds import US_GOVERNMENT
from practice_tenant.directory import credentials, database
from practice_tenant.directory.objects import AppRoleAssignment
from practice_tenant.directory.permissions import GRAPH_APP_ID, GRAPH_APP_ROLES
from practice_tenant.directory.store import Directory
from practice_tenant.state import DATABASE, State
from tests.children import run
from tests.directory.opened_state import REGISTERED
from tests.tenant.practice import Practice

pytestmark = pytest.mark.usefixtures("ready_keys")

NOW = 1_790_000_000

# What another process runs: the state file, and the app it is about.
IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from practice_tenant.directory.store import Directory

directory, app_id = Directory(Path(sys.argv[1])), sys.argv[2]
{change}
directory.close()
"""


@contextmanager
def statements(directory: Directory) -> Iterator[list[str]]:
    """The SQL that is run meanwhile."""
    said: list[str] = []
    directory.database._connection.set_trace_callback(said.append)
    yield said
    directory.database._connection.set_trace_callback(None)


def change_elsewhere(folder: Path, app_id: str, change: str) -> None:
    """Let another process change the state in a folder."""
    run(IN_ANOTHER_PROCESS.format(change=change), folder, str(folder / DATABASE), app_id)


@pytest.fixture
def state(opened: Callable[[Path], State], tmp_path: Path) -> State:
    """A tenant in a file, with an app that has a secret and a role, all of it looked up before."""
    state = opened(tmp_path)
    directory, tenant_id = state.directory, state.seeded.tenant_id
    principal = directory.service_principal(tenant_id, app_id=state.seeded.client_id)
    graph = directory.service_principal(tenant_id, app_id=GRAPH_APP_ID)
    assert directory.application(app_id=state.seeded.client_id)
    assert directory.passwords(state.seeded.client_id)
    assert directory.granted_role_ids(principal.id, graph.id)
    return state


def test_the_second_token_reads_no_table_and_looks_once_whether_anything_changed(practice: Practice):
    assert practice.learner_token()
    with statements(practice.directory) as said:
        assert practice.learner_token()
    assert said == ["PRAGMA data_version"]


def test_one_revision_ends_with_its_block_however_that_ends(state: State, tmp_path: Path):
    app_id = state.seeded.client_id
    with pytest.raises(ZeroDivisionError), state.directory.one_revision(), state.directory.one_revision():
        raise ZeroDivisionError
    change_elsewhere(
        tmp_path, app_id, "[directory.remove_password(app_id, item.key_id) for item in directory.passwords(app_id)]"
    )
    assert state.directory.passwords(app_id) == []


def test_within_one_revision_everything_is_of_one_moment_but_for_changes_of_its_own(state: State, tmp_path: Path):
    directory, app_id = state.directory, state.seeded.client_id
    with directory.one_revision():
        before = directory.passwords(app_id)
        change_elsewhere(
            tmp_path, app_id, "[directory.remove_password(app_id, item.key_id) for item in directory.passwords(app_id)]"
        )
        assert directory.passwords(app_id) == before
    with directory.one_revision():
        directory.add_password(app_id, credentials.new_password_credential("a new one", now=NOW))
        assert len(directory.passwords(app_id)) == 1


def test_a_secret_that_another_process_removes_is_gone_at_once(state: State, tmp_path: Path):
    app_id = state.seeded.client_id
    change_elsewhere(
        tmp_path, app_id, "[directory.remove_password(app_id, item.key_id) for item in directory.passwords(app_id)]"
    )
    assert state.directory.passwords(app_id) == []


def test_consent_that_another_process_takes_back_is_gone_at_once(state: State, tmp_path: Path):
    directory = state.directory
    tenant_id = state.seeded.tenant_id
    principal = directory.service_principal(tenant_id, app_id=state.seeded.client_id)
    graph = directory.service_principal(tenant_id, app_id=GRAPH_APP_ID)
    change = (
        "[directory.remove_app_role_assignment(app_id, item.id) for item in directory.app_role_assignments(app_id)]"
    )
    change_elsewhere(tmp_path, principal.id, change)
    assert directory.granted_role_ids(principal.id, graph.id) == frozenset()


def test_what_another_process_adds_or_changes_is_there_at_once(state: State, tmp_path: Path):
    before = state.directory.application(app_id=state.seeded.client_id)
    change = "import dataclasses; app = directory.application(app_id=app_id)\n"
    change += "directory.change_application(dataclasses.replace(app, display_name='Renamed elsewhere'))"
    change_elsewhere(tmp_path, before.app_id, change)
    assert state.directory.application(app_id=before.app_id) == replace(before, display_name="Renamed elsewhere")


def test_a_token_has_the_roles_of_this_moment_and_no_others(practice: Practice):
    directory, tenant_id = practice.directory, practice.seeded.tenant_id
    principal = directory.service_principal(tenant_id, app_id=practice.seeded.client_id)
    graph = directory.service_principal(tenant_id, app_id=GRAPH_APP_ID)
    before = directory.granted_role_ids(principal.id, graph.id)
    role = next(role.id for role in GRAPH_APP_ROLES if role.id not in before)
    given = {"principal_id": principal.id, "resource_id": graph.id, "app_role_id": role}
    directory.add_app_role_assignment(AppRoleAssignment(id="an assignment", created=NOW, **given))
    assert directory.granted_role_ids(principal.id, graph.id) == before | {role}
    assert directory.remove_app_role_assignment(principal.id, "an assignment")
    assert directory.granted_role_ids(principal.id, graph.id) == before


def test_what_a_transaction_read_is_not_known_after_it_was_taken_back(practice: Practice):
    directory = practice.directory
    directory.add_application(REGISTERED)
    assert directory.passwords(REGISTERED.app_id) == []
    with pytest.raises(ZeroDivisionError), directory.transaction():
        directory.add_password(REGISTERED.app_id, credentials.new_password_credential("never committed", now=NOW))
        assert directory.passwords(REGISTERED.app_id)
        raise ZeroDivisionError
    assert directory.passwords(REGISTERED.app_id) == []


def test_a_caller_that_changes_its_list_changes_nobody_elses(state: State):
    app_id = state.seeded.client_id
    state.directory.passwords(app_id).clear()
    assert state.directory.passwords(app_id)


def test_another_cloud_has_its_own_names(practice: Practice):
    graph = practice.directory.cloud.graph_url
    assert practice.directory.application_by_identifier(graph).app_id == GRAPH_APP_ID
    assert practice.directory.in_cloud(US_GOVERNMENT).application_by_identifier(graph) is None


def test_texts_that_name_nothing_are_not_collected(practice: Practice):
    directory = practice.directory
    for number in range(10):
        assert directory.tenant(f"{number}.example") is None
        assert directory.application(app_id=f"unknown {number}") is None
    with statements(directory) as said:
        assert directory.tenant("1.example") is None
    assert [sql for sql in said if sql.startswith("SELECT * FROM tenant")], "it was looked for again"


def test_a_full_cache_is_emptied(practice: Practice, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "_MOST_CACHED", 2)
    names = [tenant.id for tenant in practice.directory.tenants()]
    for name in (*names, GRAPH_APP_ID):
        assert practice.directory.tenant(name) or practice.directory.application(app_id=name)
    assert len(practice.directory.database._cache) == 1
