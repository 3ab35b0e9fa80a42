"""What the drill finds wrong when it looks back."""

import os
import sys
from pathlib import Path

import pytest

from course.drill import judge
from course.drill.daemon_process import DaemonProcess, Job
from course.redaction import Redaction, Secret

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"


def jobs(*numbers: int, users: int = 12) -> list[Job]:
    return [Job(number=number, users=users, at=0) for number in numbers]


def test_jobs_without_a_gap_are_no_finding():
    assert list(judge.lost_work(jobs(1, 2, 3), 12)) == []
    assert list(judge.lost_work([], 12)) == []


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ((1, 3), "job 2 should have come where job 3 stands"),
        ((1, 2, 2), "job 3 should have come where job 2 stands"),
        ((1, 2, 1, 2), "job 3 should have come where job 1 stands"),
        ((2, 3), "job 1 should have come where job 2 stands"),
    ],
)
def test_a_gap_or_a_repetition_is_lost_work(numbers: tuple[int, ...], reason: str):
    [finding] = judge.lost_work(jobs(*numbers), 12)
    assert finding == f"work was lost or done twice: {reason}"


def test_a_job_that_counted_too_few_is_named():
    found = list(judge.lost_work([*jobs(1), *jobs(2, users=10)], 12))
    assert found == ["job 2 counted 10 users, and there are 12"]


def test_one_application_more_than_needed_is_one_too_many():
    assert list(judge.too_many_applications(6, 6)) == []
    assert "was read 7 times, and 6 would do" in next(iter(judge.too_many_applications(7, 6)))


def test_secrets_and_tokens_in_a_log_are_found_and_not_repeated():
    redaction = Redaction(secrets=(Secret("a.secret~value"),))
    log = f"started\nusing a.secret~value\nBearer {TOKEN}\n"
    found = list(judge.secrets_in(log, redaction))
    assert found == ["a secret is in the log, in line 2 first", "a token is in the log, in line 3 first"]
    assert list(judge.secrets_in("job 1: no token: invalid_client [7000215]\n", redaction)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permission bits")
def test_a_file_that_others_can_read_is_found(tmp_path: Path):
    private, public = tmp_path / "private", tmp_path / "public"
    for path, mode in ((private, 0o600), (public, 0o640)):
        path.touch()
        os.chmod(path, mode)
    assert list(judge.open_files([private])) == []
    assert "public has mode 640" in next(iter(judge.open_files([private, public])))


def test_a_line_that_is_no_job_is_left_out(tmp_path: Path):
    daemon = DaemonProcess(tmp_path / "daemon.py", tmp_path, tmp_path / "ca.pem")
    (daemon.folder / "jobs.jsonl").write_text('{"job": 1, "users": 12, "at": 1.5}\n{"job": 2, "us')
    (daemon.folder / "cache").touch()
    assert daemon.jobs() == [Job(number=1, users=12, at=1.5)]
    assert [path.name for path in daemon.other_files()] == ["cache"]


def test_settings_are_replaced_whole_and_private(tmp_path: Path):
    daemon = DaemonProcess(tmp_path / "daemon.py", tmp_path, tmp_path / "ca.pem")
    daemon.write_settings({"CLIENT_SECRET": "one"})
    daemon.write_settings({"CLIENT_ID": "two"})
    assert daemon.settings_file.read_text("utf-8") == "CLIENT_ID='two'\n"
    if sys.platform != "win32":
        assert daemon.settings_file.stat().st_mode & 0o777 == 0o600


def test_what_is_meant_for_the_internet_does_not_reach_the_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    script = tmp_path / "daemon.py"
    script.write_text("import os\nprint(os.environ.get('HTTPS_PROXY'), os.environ['REQUESTS_CA_BUNDLE'])\n")
    daemon = DaemonProcess(script, tmp_path, tmp_path / "ca.pem")
    daemon.start()
    daemon._process.wait(30)
    assert daemon.log == f"None {tmp_path / 'ca.pem'}\n"
