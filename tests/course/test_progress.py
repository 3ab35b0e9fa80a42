"""Progress: kept in one file on this computer, never lost without a word."""

import errno
import json
import os

import pytest

from course import exercises
from course.exercises import progress as record
from course.exercises.progress import note_done, progress


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "new" / "folder"))
    monkeypatch.setattr(record, "_in_memory", {})
    return tmp_path / "new" / "folder"


def html(shown) -> str:
    return shown._repr_mimebundle_()["text/html"]


def text(shown) -> str:
    return shown._repr_mimebundle_()["text/plain"]


@pytest.fixture
def unwritable(tmp_path, monkeypatch):
    """A COURSE_HOME that can't be a folder, because a file has its name."""
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv("COURSE_HOME", str(blocked))
    return blocked


def test_nothing_done_shows_every_exercise_and_makes_no_file(home):
    assert text(progress()).startswith(f"0 of {len(exercises.every())} exercises done.\n00 Start here: 0 of 2\n")
    for exercise in exercises.every():
        assert f"○ {exercise.title}" in text(progress())
    assert not home.exists()


def test_nothing_done_is_shown_the_same_every_time(home, tmp_path, monkeypatch):
    before = progress()._repr_mimebundle_()
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "another"))
    assert progress()._repr_mimebundle_() == before
    assert str(tmp_path) not in "".join(before.values())


def test_a_done_exercise_is_marked_counted_and_still_there_for_the_next_kernel(home):
    assert note_done("00-mode") == ()
    record._in_memory.clear()
    shown = progress()
    assert text(shown).startswith("1 of ")
    assert "✓ Which mode does this notebook run in?" in text(shown)
    assert "✓ Which mode does this notebook run in? (done)" in html(shown)
    assert "00 Start here: 1 of 2" in text(shown)
    assert [path.name for path in home.iterdir()] == ["progress.json"]


def test_the_table_has_headers_for_rows_and_columns_and_a_link_for_each_notebook():
    page = html(progress())
    notebooks = {exercise.notebook for exercise in exercises.every()}
    assert page.count('<th scope="col"') == 3
    assert page.count('<th scope="row"') == len(notebooks)
    assert all(f'<a href="{notebook}.ipynb">' in page for notebook in notebooks)


def test_two_kernels_add_to_the_same_file(home):
    note_done("00-mode")
    path = home / "progress.json"
    path.write_text(json.dumps({"done": ["00-mode", "04-roles"]}))
    note_done("05-http-cache")
    assert progress().done == {"00-mode", "04-roles", "05-http-cache"}


def test_an_exercise_of_a_later_course_is_kept_and_not_counted(home):
    home.mkdir(parents=True)
    (home / "progress.json").write_text(json.dumps({"done": ["08-outage"]}))
    note_done("00-mode")
    assert json.loads((home / "progress.json").read_text())["done"] == ["00-mode", "08-outage"]
    assert text(progress()).startswith("1 of ")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b"null", b'{"done": 5}', b'{"done": [1]}', b'{"done": "00-mode"}', "{}".encode("utf-16")],
)
def test_a_file_that_makes_no_sense_is_set_aside_and_named(home, content):
    home.mkdir(parents=True)
    path = home / "progress.json"
    path.write_bytes(content)
    shown = progress()
    aside = home / "progress.unreadable-1.json"
    assert aside.read_bytes() == content
    assert not path.exists()
    assert f"it was set aside as `{aside}`" in text(shown)
    assert "it was set aside as" in html(shown)
    assert progress().notes == ()


def test_a_file_set_aside_does_not_replace_an_earlier_one(home):
    home.mkdir(parents=True)
    for content in ("first", "second"):
        (home / "progress.json").write_text(content)
        progress()
    assert (home / "progress.unreadable-1.json").read_text() == "first"
    assert (home / "progress.unreadable-2.json").read_text() == "second"


def test_a_right_answer_counts_even_when_the_file_made_no_sense(home):
    home.mkdir(parents=True)
    (home / "progress.json").write_text("no JSON")
    assert "set aside" in note_done("00-mode")[0]
    assert progress().done == {"00-mode"}


def test_an_unwritable_folder_means_memory_and_one_sentence(unwritable):
    (note,) = note_done("00-mode")
    assert note.startswith(f"`{unwritable}` can't be used (")
    assert note.endswith("so progress is kept in memory and ends with this kernel.")
    note_done("04-roles")
    shown = progress()
    assert shown.done == {"00-mode", "04-roles"}
    assert shown.notes == (note,)


def test_what_was_in_memory_is_written_once_that_is_possible_again(unwritable, home, monkeypatch):
    note_done("00-mode")
    monkeypatch.setenv("COURSE_HOME", str(home))
    assert note_done("04-roles") == ()
    assert json.loads((home / "progress.json").read_text())["done"] == ["00-mode", "04-roles"]
    assert progress().notes == ()


def test_a_write_that_fails_half_way_leaves_the_old_file_and_no_other(home, monkeypatch):
    note_done("00-mode")

    def fail(file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    (note,) = note_done("04-roles")
    assert os.strerror(errno.ENOSPC) in note
    assert json.loads((home / "progress.json").read_text()) == {"done": ["00-mode"]}
    assert len(list(home.iterdir())) == 1
    assert progress().done == {"00-mode", "04-roles"}
    assert progress().notes == (note,)


def test_reset_forgets_everything_and_says_so(home):
    note_done("00-mode")
    count = len(exercises.every())
    assert text(progress().reset()) == f"Progress is reset: 1 of {count} exercises were done, none is now."
    assert progress().done == set()
    assert text(progress().reset()) == f"Progress is reset: 0 of {count} exercises were done, none is now."


def test_reset_forgets_what_is_in_memory_too(unwritable):
    note_done("00-mode")
    assert "1 of" in text(progress().reset())
    assert progress().done == set()


def test_a_reset_that_fails_says_so_and_forgets_nothing(home, monkeypatch):
    note_done("00-mode")

    def fail(path, missing_ok):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.unlink", fail)
        message = text(progress().reset())
    reason = "Permission denied; another program may have it open"
    assert message == f"Progress is not reset: `{home / 'progress.json'}` can't be removed ({reason})."
    assert progress().done == {"00-mode"}


def test_without_course_home_the_users_data_folder_is_used(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_HOME")
    calls = []

    def user_data_path(name, appauthor):
        calls.append((name, appauthor))
        return tmp_path

    monkeypatch.setattr("platformdirs.user_data_path", user_data_path)
    note_done("00-mode")
    assert calls == [("msal-python-course", False)]
    assert (tmp_path / "progress.json").exists()


def test_a_home_with_a_tilde_is_the_persons_own(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", "~/course")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    note_done("00-mode")
    assert (tmp_path / "course" / "progress.json").exists()
