"""The drill of notebook 08 with the course's own daemon, and with daemons that have one mistake each."""

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from course.drill import Report, Timeline, drill
from course.drill.phases import PHASES
from tests.environment import ROOT

SCRIPTS = ROOT / "notebooks" / "scripts"
REFERENCE = (SCRIPTS / "daemon.py").read_text("utf-8")


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is written in place of what the reference has, and the reason that the drill has to give."""

    old: str
    new: str
    reason: str


MISTAKES = {
    "it tries again without a pause": Mistake(
        old="wait = max(later.wait, back_off(failures, self.interval))",
        new="wait = 0",
        reason="it was told to wait 1 s each time",
    ),
    "it makes a new application for each job": Mistake(
        old="        if settings == self.settings:\n            return\n",
        new="",
        reason="a new application is made where the old one should be used again",
    ),
    "it keeps its token past the end": Mistake(
        old="        try:\n            result = self.app.acquire_token_for_client(\n"
        '                self.settings["SCOPE"].split()\n            )\n',
        new='        try:\n            if not hasattr(self, "kept"):\n'
        '                self.kept = self.app.acquire_token_for_client([self.settings["SCOPE"]])\n'
        "            result = self.kept\n",
        reason="it went on with a token that had ended",
    ),
    "it prints its settings": Mistake(
        old="        self.settings = settings\n",
        new='        self.settings = settings\n        log.info("settings: %s", dict(settings))\n',
        reason="a secret is in the log, in line 1 first",
    ),
    "it writes its cache in place": Mistake(
        old="        handle, temporary = tempfile.mkstemp(dir=path.parent)\n"
        '        with open(handle, "w", encoding="utf-8") as file:\n'
        "            file.write(cache.serialize())\n"
        "        os.replace(temporary, path)\n",
        new='        path.write_text(cache.serialize(), encoding="utf-8")\n',
        reason="the cache is written unsafely: token_cache.json has mode 644, so others can read its tokens",
    ),
    "it trusts its cache file": Mistake(
        old="    except (FileNotFoundError, ValueError):\n",
        new="    except FileNotFoundError:\n",
        reason="half a file is left: no job was finished afterwards, and it has ended",
    ),
    "it reads its settings once": Mistake(
        old="        if settings == self.settings:\n",
        new="        if self.settings:\n",
        reason="Read the settings again before a job",
    ),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Report]:
    """The report on each daemon. They wait more than they work, so all of them run at once."""
    folder = tmp_path_factory.mktemp("daemons")
    scripts = {"reference": SCRIPTS / "daemon.py", "first": SCRIPTS / "first_daemon.py"}
    for number, (name, mistake) in enumerate(MISTAKES.items()):
        assert REFERENCE.count(mistake.old) == 1, name
        scripts[name] = folder / f"daemon_{number}.py"
        scripts[name].write_text(REFERENCE.replace(mistake.old, mistake.new), encoding="utf-8")
    with ThreadPoolExecutor(len(scripts)) as pool:
        return dict(zip(scripts, pool.map(lambda script: drill(script, patience=20), scripts.values()), strict=True))


def test_the_courses_own_daemon_passes(reports: Mapping[str, Report]):
    report = reports["reference"]
    assert (report.findings, report.passed) == ((), True)
    assert [phase.name for phase in report.phases] == [phase.name for phase in PHASES]
    assert [job.number for job in report.jobs] == list(range(1, len(report.jobs) + 1))


def test_the_first_daemon_ends_with_its_token(reports: Mapping[str, Report]):
    report = reports["first"]
    assert [phase.mark for phase in report.phases] == ["✓", "✗", *"–" * 8]
    [finding] = report.findings
    assert finding.startswith(
        "a token ends before its time: no job was finished afterwards, and it has ended: KeyError"
    )
    assert "Traceback (most recent call last)" in report.log


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_for_what_it_is(reports: Mapping[str, Report], name: str):
    if sys.platform == "win32" and "mode 644" in MISTAKES[name].reason:
        pytest.skip("Windows has no permission bits, and they are what the drill sees of this mistake")
    report = reports[name]
    assert not report.passed
    assert any(MISTAKES[name].reason in finding for finding in report.findings), report.findings


@pytest.mark.parametrize("name", ["it tries again without a pause", "it prints its settings"])
def test_a_mistake_that_loses_no_work_is_the_only_finding(reports: Mapping[str, Report], name: str):
    assert all(phase.survived for phase in reports[name].phases)


def test_no_finding_repeats_a_secret(reports: Mapping[str, Report]):
    assert all(
        "eyJ" not in finding and "CLIENT_SECRET" not in finding
        for finding in reports["it prints its settings"].findings
    )


def test_a_daemon_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="There is no daemon at .*nowhere.py: a Python file was expected in"):
        drill(tmp_path / "nowhere.py")


def test_a_daemon_that_cannot_start_is_told_so(tmp_path: Path):
    script = tmp_path / "broken.py"
    script.write_text("raise SystemExit('no')\n")
    report = drill(script, patience=3)
    assert [phase.mark for phase in report.phases] == ["✗", *"–" * 9]
    assert report.findings == (
        "it starts: no job was finished afterwards, and it has ended: no. Print the report's log, and read what it said",
    )
    assert "✗ it starts" in repr(report) and "not reached" in report._repr_html_()


def test_the_timeline_shows_each_phase_that_was_met_and_stores_none(reports: Mapping[str, Report]):
    timeline = Timeline(reports["reference"])
    assert all(f"{phase.name}: survived" in unescape(timeline.value) for phase in reports["reference"].phases)
    stored = timeline._repr_mimebundle_()
    data = stored[0] if isinstance(stored, tuple) else stored
    assert data["text/plain"] == "10 phases over time. (The picture is live only.)"
