"""Files that several processes save at once: nothing is lost, nothing stays behind, and an open file is waited for."""

import errno
import json
import os
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from course import dotenv_file, shared_file
from course.drill.daemon_process import replace_file
from course.exercises import progress
from scripts import http_cache_file
from tests.children import running

PROCESSES = 10

# Imports all that it needs, waits for its line, and notes an exercise and a value of its own.
NOTES = """
import sys
from pathlib import Path
import portalocker
from jupyter_core.paths import secure_write
from course import dotenv_file, exercises
from course.exercises.progress import note_done

name, folder = sys.argv[1:]
dotenv_file.read(Path(folder) / ".env")
print("ready", flush=True)
sys.stdin.readline()
said = note_done(name)
dotenv_file.save(Path(folder) / ".env", {name: name})
print(*said, "done", flush=True)
"""


@pytest.mark.parametrize("before", ["nothing", "what killed processes left"])
def test_ten_processes_that_save_at_the_same_moment_all_keep_theirs(tmp_path: Path, before: str):
    home = tmp_path / "course"
    if before != "nothing":
        home.mkdir()
        for left in (home / "progress.json.0123abcd.tmp", home / "progress.json.lock", tmp_path / ".env.lock"):
            left.write_text("")
    names = [f"NAME_{number}" for number in range(PROCESSES)]
    with ExitStack() as kept:
        processes = [kept.enter_context(running("-c", NOTES, name, str(tmp_path), folder=tmp_path)) for name in names]
        for process in processes:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        assert [process.communicate(timeout=60)[0] for process in processes] == ["done\n"] * PROCESSES
    assert set(json.loads((home / "progress.json").read_text("utf-8"))["done"]) == set(names)
    assert dotenv_file.read(tmp_path / ".env").values == {name: name for name in names}
    assert [path.name for path in home.iterdir()] == ["progress.json"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".env")] == [".env"]


HOLDS = """
import sys, time
from pathlib import Path
from course import shared_file
with shared_file.locked(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_holds_no_lock_and_one_that_hangs_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(shared_file, "_LOCK_SECONDS", 0.2)
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(progress, "_in_memory", {})
    path = tmp_path / "progress.json"
    with running("-c", HOLDS, str(path), folder=tmp_path) as process:
        assert process.stdout.readline() == "locked\n"
        (note,) = progress.note_done("00-mode")
        assert "another program keeps progress.json locked" in note
        process.kill()
        process.wait()
        assert progress.note_done("04-roles") == ()
    assert json.loads(path.read_text("utf-8"))["done"] == ["00-mode", "04-roles"]


def test_a_drive_without_locks_is_saved_to_all_the_same(tmp_path: Path, monkeypatch):
    import portalocker

    def no_locks(*_):
        raise portalocker.LockException(OSError(errno.ENOLCK, "No locks available"))

    monkeypatch.setattr(portalocker, "lock", no_locks)
    dotenv_file.save(tmp_path / ".env", {"A": "1"})
    assert dotenv_file.read(tmp_path / ".env").values == {"A": "1"}


def held_open(change, times: int):
    """Windows while another program has the file open: so often, the change is refused."""
    refused = iter([PermissionError(errno.EACCES, "Access is denied")] * times)

    def refuse(*arguments, **options):
        for error in refused:
            raise error
        return change(*arguments, **options)

    return refuse


SAVES = {
    ".env": lambda folder: dotenv_file.save(folder / ".env", {"A": "1"}),
    "progress": lambda folder: progress.note_done("00-mode"),
    "the drill's settings": lambda folder: replace_file(folder / "settings.env", "A='1'\n"),
    "a file of MSAL's http_cache": lambda folder: http_cache_file.save({"a": 1}, folder / "http_cache.bin"),
}


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_windows_refuses_to_replace_an_open_file_and_it_is_saved_once_it_is_closed(tmp_path, monkeypatch, save):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(os, "replace", held_open(os.replace, 3))
    assert not save(tmp_path)
    [saved] = tmp_path.iterdir()
    assert saved.name in (".env", "progress.json", "settings.env", "http_cache.bin")


def test_a_file_that_stays_open_is_said_in_a_sentence_and_keeps_its_content(tmp_path, monkeypatch):
    path = tmp_path / ".env"
    path.write_text("A=old\n")
    monkeypatch.setattr(os, "replace", held_open(os.replace, 99))
    began = time.monotonic()
    with pytest.raises(dotenv_file.DotenvError, match="Access is denied; another program may have it open"):
        dotenv_file.save(path, {"A": "new"})
    assert time.monotonic() - began < 3
    assert path.read_text() == "A=old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_record_that_is_open_elsewhere_is_set_aside_once_it_is_closed(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    (tmp_path / "progress.json").write_text("no JSON")
    monkeypatch.setattr(Path, "rename", held_open(Path.rename, 2))
    assert "set aside" in progress.progress().notes[0]
    assert [path.name for path in tmp_path.iterdir()] == ["progress.unreadable-1.json"]


def test_processes_that_are_killed_while_they_save_leave_nothing_for_good(tmp_path):
    code = (
        "import sys; from pathlib import Path; from course import shared_file\n"
        "shared_file.os.replace = lambda *_: shared_file.os._exit(9)\n"
        "with shared_file.locked(Path(sys.argv[1])): shared_file.save(Path(sys.argv[1]), b'new')\n"
    )
    path = tmp_path / "a file"
    for _ in range(3):
        with running("-c", code, str(path), folder=tmp_path / "person") as process:
            assert process.wait(60) == 9
    assert len(list(tmp_path.glob("a file.*"))) == 2, "one lock, and what the last one left"
    with shared_file.locked(path):
        shared_file.save(path, b"whole")
    assert [found.name for found in tmp_path.glob("a file*")] == ["a file"]
    assert path.read_bytes() == b"whole"
