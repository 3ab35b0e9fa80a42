"""Exercises of notebook 08: how long to wait after a failure, and the daemon that survives the drill."""

from __future__ import annotations

from itertools import pairwise

from course.drill.daemon_process import FIRST
from course.drill.report import Report
from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.verdict import NOT_TRIED, RIGHT, Settled, Verdict, shown, wrong

_NOTEBOOK = "08-capstone"
_FIRST, _LONGEST = 5, 100


def _check_wait(answer: object) -> Verdict:
    def wait(failures: int, retry_after: int = 0) -> float:
        when = f"after {failures} failure{'s' * (failures > 1)}" + (
            f", told to wait {retry_after} s" * bool(retry_after)
        )
        seconds = run_answer.call(answer, failures, retry_after, when=when)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise Settled(wrong(f"{when} your function gave {shown(seconds)}: a number of seconds is wanted"))
        return seconds

    waits = [wait(failures) for failures in range(1, 13)]
    if waits[0] <= 0:
        return wrong(f"after one failure it waits {shown(waits[0])} seconds: an answer that failed needs a pause")
    if any(later < earlier for earlier, later in pairwise(waits)) or waits[0] == waits[3]:
        return wrong(f"the first four waits are {shown(waits[:4])}: after each failure it should be longer")
    if waits[3] < 6 * waits[0]:
        return wrong(f"the first four waits are {shown(waits[:4])}: that grows too slowly, double it each time")
    if waits[0] != _FIRST:
        return wrong(f"after one failure it waits {shown(waits[0])} seconds: {_FIRST} are wanted")
    if waits[-1] > _LONGEST:
        return wrong(
            f"after 12 failures it waits {shown(waits[-1])} seconds: somewhere there is an end, here at {_LONGEST}"
        )
    if (told := wait(1, 60)) < 60:
        return wrong(
            f"told to wait 60 s, it waits {shown(told)}: Retry-After is the server's word, so at least that long"
        )
    if (told := wait(1, 600)) < 600:
        return wrong(f"told to wait 600 s, it waits {shown(told)}: the end is for waits of your own accord")
    if (told := wait(8, 1)) < waits[7]:
        return wrong(f"after 8 failures, told to wait 1 s, it waits {shown(told)}: the longer of the two counts")
    return RIGHT


def _check_daemon(answer: object) -> Verdict:
    if not isinstance(answer, Report):
        return wrong(f"the report of a drill is wanted, and you gave {shown(answer)}")
    if answer.script == FIRST.read_text("utf-8"):
        return NOT_TRIED
    if answer.findings:
        return wrong(answer.findings[0])
    return RIGHT


EXERCISES = (
    Exercise(
        id="08-wait",
        notebook=_NOTEBOOK,
        title="How long to wait",
        solved=cell("""
            def wait(failures, retry_after=0):
                return max(retry_after, min(5 * 2 ** (failures - 1), 100))  #: ...


            check("08-wait", wait)
        """),
        hints=(
            "Begin with 5 seconds and double them for each further failure: `5 * 2 ** (failures - 1)`.",
            "`min(…, 100)` sets the end, and `max(retry_after, …)` obeys the server.",
        ),
        check=_check_wait,
        success="Longer after each failure, never shorter than the server asked for, and with an end.",
    ),
    Exercise(
        id="08-daemon",
        notebook=_NOTEBOOK,
        title="A daemon that keeps running",
        solved=cell("""
            from course.drill import drill, my_daemon

            report = drill("scripts/daemon.py")  #: report = drill(my_daemon())
            print(report)

            check("08-daemon", report)
        """),
        hints=(
            "Take the sections one by one. Put what a job does into a function. Everything that may pass raises one "
            + "exception of your own; the loop catches that one and waits.",
            "Read the settings before each job. Keep the application while they are the same; make a new one, with the "
            + "same token cache, when they differ.",
            "`scripts/daemon.py` is a daemon that passes. Read it, close it, and go on with your own.",
        ),
        check=_check_daemon,
        first_step="Change `my_daemon.py`, save it,",
        success="It did all its work, and what happened around it is a line in its log.",
    ),
)
