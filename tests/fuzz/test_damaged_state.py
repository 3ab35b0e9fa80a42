"""Bytes changed anywhere in a state file and its log: whoever asks then is answered, or told that the file is damaged."""

import shutil
import tempfile
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from hypothesis import given

from practice_tenant import state
from practice_tenant.directory.signing_keys import first_keys
from practice_tenant.state import DATABASE, SECRETS, open_state
from tests.faults.on_disk import OnDisk, on_disk
from tests.fuzz.inputs import Damage, damages, share
from tests.unit.opened_state import REGISTERED, holds_its_secrets, set_aside

KEYS = first_keys(int(time.time()))
LOG = f"{DATABASE}-wal"
FILES = (DATABASE, LOG, SECRETS)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a tenant, in two folders: while it ``runs``, what came after the seed is in the log; then it ``ended``."""
    folder, copied = tmp_path_factory.mktemp("good"), tmp_path_factory.mktemp("copied")
    runs, ended = copied / "runs", copied / "ended"
    runs.mkdir()
    with closing(open_state(folder).directory) as directory:
        directory.add_application(REGISTERED)
        directory.issue("refresh_token", {"client_id": REGISTERED.app_id}, expires=time.time() + 600)
        for name in FILES:
            shutil.copy(folder / name, runs)
    assert (runs / LOG).stat().st_size > 4096
    shutil.copytree(folder, ended)
    assert not (ended / LOG).exists()
    return copied


def asked(tenant: OnDisk) -> list[httpx.Response]:
    """What a token, the API and the pages say."""
    token = tenant.token()
    access_token = token.json().get("access_token", "no token")
    answers = [tenant.api(path, access_token) for path in ("/applications", "/organization", "/servicePrincipals")]
    return [
        token,
        *answers,
        tenant.sign_in_page(),
        tenant.portal(),
        tenant.metadata(),
        tenant.b2c_sign_in_page(),
        tenant.counted(),
    ]


def assert_answered(answers: list[httpx.Response]) -> None:
    """Whatever else is wrong, an error of the server says that the file is damaged."""
    for answer in answers:
        # An exception that nobody caught would have reached the test.
        assert answer.status_code < 500 or "state file is damaged" in answer.text, answer.text


def damaged(good: Path, folder: str, damage: Damage, name: str) -> Path:
    """The files of a folder in another one, one of them damaged."""
    shutil.copytree(good, folder, dirs_exist_ok=True)
    path = Path(folder, name)
    path.write_bytes(damage.of(path.read_bytes()))
    return path


@share(0.02, among=3)
@given(damage=damages())
@pytest.mark.parametrize(("kind", "name"), [("ended", DATABASE), ("runs", DATABASE), ("runs", LOG)])
def test_a_file_that_was_damaged_before_it_is_opened(
    kind: str, name: str, good: Path, damage: Damage, monkeypatch: pytest.MonkeyPatch
):
    # Making keys takes longer than everything else.
    monkeypatch.setattr(state, "first_keys", lambda now: KEYS)
    with tempfile.TemporaryDirectory() as folder:
        content = damaged(good / kind, folder, damage, name).read_bytes()
        opened = open_state(Path(folder))
        with closing(opened.directory):
            assert holds_its_secrets(opened)
            answers = asked(on_disk(opened))
        assert_answered(answers)
        kept = set_aside(Path(folder))
        assert len(kept) == len(opened.notices)
        if kept:
            assert {answer.status_code for answer in answers} == {200}
            # SQLite moves what is in a log into the file, also where it finds that damaged.
            if kind == "ended":
                assert kept[0].read_bytes() == content


@share(0.01)
@given(damage=damages())
def test_a_file_that_is_damaged_while_the_tenant_runs(good: Path, damage: Damage):
    with tempfile.TemporaryDirectory() as folder:
        path = damaged(good / "runs", folder, Damage(pieces=[], end=0, how="none"), DATABASE)
        opened = open_state(Path(folder))
        with closing(opened.directory):
            tenant = on_disk(opened)
            with path.open("r+b") as file:
                file.write(damage.of(path.read_bytes()))
                file.truncate()
            # So that nothing is left of what was read before.
            opened.directory._db.execute("PRAGMA shrink_memory")
            assert_answered(asked(tenant))
