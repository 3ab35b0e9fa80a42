"""MSAL's http_cache in a file: what comes back, and what never does."""

import os
import pickle
import stat
import sys
from pathlib import Path

import msal
import pytest

from course import transport
from course.http_trace import Trace
from scripts import http_cache_file
from tests.course.exercise_cell import AUTHORITY, Tenant


class Trap:
    """What an attacker would put into the file: reading it with pickle runs a command."""

    def __reduce__(self):
        return os.mkdir, (os.environ["TRAP"],)


def sent_by_a_new_app(http_cache: dict) -> Trace:
    """What MSAL sends while it makes an app with this cache."""
    with transport.scope(Tenant()) as trace:
        msal.ConfidentialClientApplication(
            "an-app", authority=AUTHORITY, client_credential="a secret", http_cache=http_cache
        )
    return trace


def test_an_app_with_the_cache_of_an_earlier_run_asks_for_nothing(tmp_path: Path):
    path, kept = tmp_path / "http_cache.bin", {}
    assert len(sent_by_a_new_app(kept)) == 1
    http_cache_file.save(kept, path)
    assert len(sent_by_a_new_app(http_cache_file.load(path))) == 0


@pytest.mark.parametrize("contents", [b"", b"not a cache", pickle.dumps({"GET": 1})[:-5], pickle.dumps(["no", "dict"])])
def test_what_cannot_be_read_is_an_empty_cache(tmp_path: Path, contents: bytes):
    path = tmp_path / "http_cache.bin"
    path.write_bytes(contents)
    assert http_cache_file.load(path) == {}


def test_no_file_is_an_empty_cache(tmp_path: Path):
    assert http_cache_file.load(tmp_path / "none") == {}


def test_a_file_that_wants_to_run_something_runs_nothing(tmp_path: Path, monkeypatch):
    path, trap = tmp_path / "http_cache.bin", tmp_path / "trap"
    monkeypatch.setenv("TRAP", str(trap))
    path.write_bytes(pickle.dumps({"GET https://login.example": Trap()}))
    assert http_cache_file.load(path) == {}
    assert not trap.exists()
    pickle.loads(path.read_bytes())
    assert trap.exists(), "the trap works: pickle alone would have run it"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes; the folder's permissions decide")
def test_the_file_is_private_even_where_an_older_one_was_not(tmp_path: Path):
    path = tmp_path / "http_cache.bin"
    path.touch(0o644)
    http_cache_file.save({}, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    path = tmp_path / "http_cache.bin"
    http_cache_file.save({"kept": "1"}, path)
    with pytest.raises(Exception, match="pickle|local"):
        http_cache_file.save({"not picklable": lambda: None}, path)
    assert http_cache_file.load(path) == {"kept": "1"}
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_a_killed_program_left_goes_and_what_another_saves_now_stays(tmp_path: Path):
    path = tmp_path / "http_cache.bin"
    left, fresh = (tmp_path / f"http_cache.bin.{name}.new" for name in ("killed", "another"))
    for file in (left, fresh):
        file.write_bytes(b"half")
    os.utime(left, (0, 0))
    http_cache_file.save({"a": 1}, path)
    assert sorted(tmp_path.iterdir()) == sorted([path, fresh])
