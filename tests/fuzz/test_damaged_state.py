"""Bytes changed anywhere in a state file and its log: whoever asks then is answered, or told that the file is damaged."""

import shutil
import tempfile
import time
from collections.abc import Iterator
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
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of a tenant that runs: the seed in its file, what came later in the log."""
    folder, copied = tmp_path_factory.mktemp("good"), tmp_path_factory.mktemp("copied")
    with closing(open_state(folder).directory) as directory:
        directory.add_application(REGISTERED)
        directory.issue("refresh_token", {"client_id": REGISTERED.app_id}, expires=time.time() + 600)
        for name in FILES:
            shutil.copy(folder / name, copied)
    assert (copied / LOG).stat().st_size > 4096
    return copied


def asked(tenant: OnDisk) -> list[httpx.Response]:
    """What a token, the API and the pages say."""
    token = tenant.token()
    access_token = token.json().get("access_token", "no token")
    answers = [tenant.api(path, access_token) for path in ("/applications", "/organization", "/servicePrincipals")]
    return [token, *answers, tenant.sign_in_page(), tenant.portal(), tenant.metadata(), tenant.b2c_sign_in_page(), tenant.counted()]


def assert_answered(answers: list[httpx.Response]) -> None:
    """Whatever else is wrong, an error of the server says that the file is damaged."""
    for answer in answers:
        # An exception that nobody caught would have reached the test.
        assert answer.status_code < 500 or "state file is damaged" in answer.text, answer.text


def damaged(good: Path, folder: str, damage: Damage, name: str) -> Path:
    """The files in another folder, one of them damaged."""
    for file in FILES:
        shutil.copy(good / file, folder)
    path = Path(folder, name)
    path.write_bytes(damage.of(path.read_bytes()))
    return path


@share(0.02, among=2)
@given(damage=damages())
@pytest.mark.parametrize("name", [DATABASE, LOG])
def test_a_file_that_was_damaged_before_it_is_opened(
    name: str, good: Path, damage: Damage, monkeypatch: pytest.MonkeyPatch
):
    # Making keys takes longer than everything else.
    monkeypatch.setattr(state, "first_keys", lambda now: KEYS)
    with tempfile.TemporaryDirectory() as folder:
        content = damaged(good, folder, damage, name).read_bytes()
        opened = open_state(Path(folder))
        with closing(opened.directory):
            assert holds_its_secrets(opened)
            answers = asked(on_disk(opened))
        assert_answered(answers)
        kept = set_aside(Path(folder))
        assert len(kept) == len(opened.notices)
        if kept:
            assert {answer.status_code for answer in answers} == {200}
            if name == DATABASE:
                assert kept[0].read_bytes() == content


@share(0.01)
@given(damage=damages())
def test_a_file_that_is_damaged_while_the_tenant_runs(good: Path, damage: Damage):
    with tempfile.TemporaryDirectory() as folder:
        path = damaged(good, folder, Damage(pieces=[], end=0, how="none"), DATABASE)
        opened = open_state(Path(folder))
        with closing(opened.directory):
            tenant = on_disk(opened)
            with path.open("r+b") as file:
                file.write(damage.of(path.read_bytes()))
                file.truncate()
            # So that nothing is left of what was read before.
            opened.directory._db.execute("PRAGMA shrink_memory")
            assert_answered(asked(tenant))
