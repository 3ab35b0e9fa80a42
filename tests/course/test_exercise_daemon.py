"""The exercise "A daemon that keeps running" of notebook 08: what its check makes of a drill's report."""

import pytest

from course import exercises
from course.drill import Report
from course.drill.daemon_process import FIRST, my_daemon
from course.exercises.check import Feedback
from course.exercises.verdict import NOT_TRIED

EXERCISE = exercises.find("08-daemon")


def report(script: str, *findings: str) -> Report:
    return Report(script=script, phases=(), jobs=(), findings=findings)


def test_the_daemon_as_it_is_given_is_not_tried_whatever_was_found():
    assert EXERCISE.judge(report(FIRST.read_text("utf-8"), "it ended")).kind == "not tried"


def test_a_daemon_of_which_something_was_found_is_wrong_for_the_first_finding():
    verdict = EXERCISE.judge(report("# mine", "it starts: no job was finished afterwards", "a secret is in the log"))
    assert (verdict.kind, verdict.reason) == ("wrong", "it starts: no job was finished afterwards")


def test_it_says_which_file_to_change():
    assert "Change `my_daemon.py`, save it, and run the cell again." in repr(
        Feedback(exercise=EXERCISE, verdict=NOT_TRIED)
    )


def test_a_daemon_of_which_nothing_was_found_is_right():
    assert EXERCISE.judge(report("# mine")).kind == "right"


def test_a_path_in_place_of_the_report_is_told():
    verdict = EXERCISE.judge("my_daemon.py")
    assert verdict.kind == "wrong"
    assert "the report of a drill is wanted, and you gave `'my_daemon.py'`" in verdict.reason


def test_the_learners_daemon_begins_as_the_first_one_and_is_never_overwritten(
    tmp_path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "new folder"))
    path = my_daemon()
    assert (path.name, path.read_text("utf-8")) == ("my_daemon.py", FIRST.read_text("utf-8"))
    path.write_text("# mine", encoding="utf-8")
    assert my_daemon().read_text("utf-8") == "# mine"
