"""Files that were cut off or overwritten while the course was closed, as a learner's next day finds them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from practice_tenant.state import DATABASE, SECRETS, open_state
from tests.children import running, tenant_folder
from tests.directory.opened_state import holds_its_secrets, set_aside
from tests.environment import hermetic
from tests.faults.learner import LEARNT, learn

# Registers apps one by one, so that they stand in the write-ahead log when it is killed.
WRITES = """
import uuid
from practice_tenant.directory.objects import Application
from practice_tenant.state import open_state
directory = open_state().directory
tenant_id = directory.tenants()[0].id
for number in range(40):
    name = f"written {number:02}"
    directory.add_application(
        Application(id=str(uuid.uuid4()), app_id=str(uuid.uuid4()), tenant_id=tenant_id, display_name=name)
    )
print("ready", flush=True)
input()
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A state folder whose last changes stand in the write-ahead log: the process was killed."""
    with running("-c", WRITES, folder=tmp_path) as process:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        process.kill()
    folder = tenant_folder(tmp_path)
    assert (folder / f"{DATABASE}-wal").stat().st_size > 40 * 4096
    return folder


# What happens to the log: nothing of the file itself may suffer.
DAMAGE = {
    "untouched": lambda log: log,
    "the first half": lambda log: log[: len(log) // 2],
    "but the last bytes": lambda log: log[:-100],
    "less than its header": lambda log: log[:20],
    "empty": lambda log: b"",
    "noise in the middle": lambda log: log[: len(log) // 2] + b"\xa5" * 500 + log[len(log) // 2 + 500 :],
    "noise": lambda log: b"\xa5" * len(log),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_log_that_was_cut_off_costs_the_last_changes_and_nothing_before_them(damage, killed: Path):
    log, secrets = killed / f"{DATABASE}-wal", (killed / SECRETS).read_bytes()
    log.write_bytes(damage(log.read_bytes()))
    state = open_state(killed)
    with closing(state.directory) as directory:
        names = [app.display_name for app in directory.applications(directory.tenants()[0].id)]
        assert holds_its_secrets(state)
    written = sorted(name for name in names if name.startswith("written"))
    assert written == [f"written {number:02}" for number in range(len(written))], "the first ones, without a gap"
    assert (killed / SECRETS).read_bytes() == secrets, "the seed is the same one"
    assert state.notices == ()


def test_what_was_registered_needs_no_log_once_another_kernel_has_started(killed: Path, tmp_path: Path):
    without_log = tmp_path / "without the log"
    without_log.mkdir()
    with closing(open_state(killed).directory):
        for name in (DATABASE, SECRETS):
            shutil.copy(killed / name, without_log)
    with closing(open_state(without_log).directory) as directory:
        names = [app.display_name for app in directory.applications(directory.tenants()[0].id)]
    assert {f"written {number:02}" for number in range(40)} <= set(names)


def test_a_learner_gets_through_with_every_file_cut_off(tmp_path: Path):
    environment = hermetic(tmp_path)
    learn(environment)
    (tmp_path / ".env").unlink()
    database, progress = tenant_folder(tmp_path) / DATABASE, tmp_path / "course" / "progress.json"
    secrets = tenant_folder(tmp_path) / SECRETS
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    cut_off = {path: path.read_bytes()[: path.stat().st_size // 2] for path in (database, progress, secrets)}
    for path, content in cut_off.items():
        path.write_bytes(content)
    found = learn(environment)
    assert found.answers == LEARNT
    named, noted = found.said
    [kept] = set_aside(tenant_folder(tmp_path))
    assert kept.name in named and "is damaged" in named
    assert kept.read_bytes() == cut_off[database]
    aside = progress.with_name("progress.unreadable-1.json")
    assert str(aside) in noted
    assert aside.read_bytes() == cut_off[progress]


def test_a_learner_is_told_of_an_env_file_in_utf_16_before_anything_is_sent(tmp_path: Path):
    """As PowerShell's > writes it. The values in it are neither used nor shown, and the file stays."""
    environment = hermetic(tmp_path)
    content = "COURSE_MODE=live\nCLIENT_SECRET=canary\n".encode("utf-16")
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(AssertionError) as stopped:
        learn(environment)
    said = str(stopped.value)
    assert "Set-Content -Encoding utf8 .env" in said
    assert "UTF-16" in said
    assert "canary" not in said
    assert (tmp_path / ".env").read_bytes() == content
