"""Token caches in one file that several processes write, and files that were locked or cut off."""

import json
import subprocess
import sys
import time
from pathlib import Path

import msal
import msal_extensions
import pytest
from msal_extensions import FilePersistence, PersistedTokenCache

from scripts import token_writer

PROCESSES, TOKENS = 8, 5


def test_plain_files_lose_tokens_and_persisted_caches_none(tmp_path: Path):
    written = {
        way: token_writer.write_together(tmp_path / way, way, PROCESSES, TOKENS) for way in ("plain", "persisted")
    }
    assert written["plain"] < written["persisted"] == PROCESSES * TOKENS


def test_without_the_lock_around_it_an_answer_can_be_lost_where_file_times_are_coarse(tmp_path: Path, monkeypatch):
    """Why the notebook's writer takes a lock of its own: one cache doesn't see what another has just written."""
    now = time.time()
    monkeypatch.setattr(FilePersistence, "time_last_modified", lambda self: now - 60)  # a clock that stands still
    path = tmp_path / "cache.json"
    first, second = (PersistedTokenCache(FilePersistence(str(path))) for _ in range(2))
    for cache in (first, second, first):
        cache.add(token_writer.an_answer(f"app-{id(cache)}", 1))
    assert token_writer.tokens_in(path) == 1


def test_a_lock_that_a_killed_process_left_behind_is_waited_for_and_then_taken(tmp_path: Path):
    (tmp_path / "cache.json.lockfile").write_text("4711 killed", encoding="utf-8")
    assert token_writer.write_together(tmp_path / "cache.json", "persisted", 1, 1) == 1


def test_without_portalocker_such_a_lock_has_to_be_removed_by_hand(tmp_path: Path):
    (tmp_path / "cache.json.lockfile").touch()
    code = (
        "import sys; sys.modules['portalocker'] = None\n"
        "from msal_extensions import FilePersistence, LockError, PersistedTokenCache\n"
        "from scripts.token_writer import an_answer\n"
        "try: PersistedTokenCache(FilePersistence(sys.argv[1])).add(an_answer('app', 1))\n"
        "except LockError: print('LockError')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "cache.json")]
    folder = Path(token_writer.__file__).parents[1]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.stdout == "LockError\n", ran.stderr


def test_a_persisted_cache_that_was_cut_off_cannot_be_read_until_it_is_gone(tmp_path: Path):
    path = tmp_path / "cache.json"
    path.write_text(json.dumps({"AccessToken": {}})[:9], encoding="utf-8")
    with pytest.raises(ValueError, match="Unterminated"):
        PersistedTokenCache(FilePersistence(str(path))).search("AccessToken")
    path.unlink()
    assert list(PersistedTokenCache(FilePersistence(str(path))).search("AccessToken")) == []


def test_a_plain_writer_starts_empty_from_a_file_that_was_cut_off(tmp_path: Path):
    path = tmp_path / "cache.json"
    path.write_text("{", encoding="utf-8")
    token_writer.write_plainly(path, token_writer.an_answer("app", 1))
    assert token_writer.tokens_in(path) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes; the folder's permissions decide")
def test_a_new_file_is_private_and_one_that_was_readable_stays_so(tmp_path: Path):
    new, old = tmp_path / "new.json", tmp_path / "old.json"
    old.touch(0o644)
    for path in (new, old):
        FilePersistence(str(path)).save("{}")
    assert [path.stat().st_mode & 0o777 for path in (new, old)] == [0o600, 0o644]


def test_the_lock_is_the_one_that_survives_a_kill():
    assert msal_extensions.LockError.__module__.startswith("portalocker"), "requirements.txt asks for portalocker"
    assert issubclass(PersistedTokenCache, msal.SerializableTokenCache)
