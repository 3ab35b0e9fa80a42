"""The first start in a folder: by several processes at once, and killed while it seeds."""

import json
import subprocess
from contextlib import ExitStack, suppress

import pytest

from practice_tenant.state import DATABASE
from tests.children import running, tenant_folder
from tests.directory.opened_state import holds_its_secrets, set_aside

# Opens the state once its standard input says so, and tells what it found.
OPENS = """
import json, sys
from practice_tenant.state import open_state
print("ready", flush=True)
sys.stdin.readline()
state = open_state()
found = [state.seeded.client_secret, state.seeded.administrator_secret, len(state.directory.tenants())]
print(json.dumps([found, list(state.notices), state.folder is not None]), flush=True)
"""


@pytest.mark.parametrize("content", [None, b"", b"not a database " * 1000], ids=["no file", "empty", "damaged"])
def test_processes_that_start_at_once_share_one_seed(content, tmp_path):
    folder = tenant_folder(tmp_path)
    if content is not None:
        folder.mkdir()
        (folder / DATABASE).write_bytes(content)
    with ExitStack() as kept:
        processes = [kept.enter_context(running("-c", OPENS, folder=tmp_path)) for _ in range(6)]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        told = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert all(kept_on_disk for _, _, kept_on_disk in told)
    assert [found for found, _, _ in told] == [told[0][0]] * 6
    notices = [notice for _, notices, _ in told for notice in notices]
    aside = set_aside(folder)
    assert len(notices) == len(aside) == (1 if content else 0)
    assert all(path.read_bytes() == content for path in aside)


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_a_process_that_is_killed_while_it_seeds_leaves_a_folder_that_opens(seconds, opened, tmp_path):
    with running("-c", OPENS, folder=tmp_path) as process:
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
    state = opened(tenant_folder(tmp_path))
    assert state.notices == ()
    assert len(state.directory.tenants()) == 2
    assert len(state.directory.signing_keys()) == 2
    assert holds_its_secrets(state)
