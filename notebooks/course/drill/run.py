"""Running the drill: phase after phase, then the look back."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import judge
from .daemon_process import NOTEBOOKS
from .phases import PHASES, Phase
from .report import Happened, Report
from .world import World

PATIENCE_SECONDS = 8
_USERS = 12
_APPLICATIONS = 1 + 1 + 2 + 2  # at the start, for a secret, for two certificates, after two restarts


def drill(script: str | Path, *, patience: float = PATIENCE_SECONDS, tell: Callable[[str], None] = lambda _: None):
    """Let a daemon meet all phases; takes about half a minute.

    Args:
        script: a Python file that is called with a settings file and a folder. A relative path starts at the folder of
            the notebooks.
        patience: how many seconds it gets, after each trouble, until it works again.
        tell: is called with the name of each phase as it begins.

    Returns:
        Report: what happened, and what was wrong.

    Raises:
        FileNotFoundError: there is no such script; the text says where it was looked for.
    """
    path = (NOTEBOOKS / script).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"There is no daemon at {script}: a Python file was expected in {path.parent}.")
    with tempfile.TemporaryDirectory(prefix="drill ", ignore_cleanup_errors=True) as folder:
        world = World(path, Path(folder), patience)
        try:
            return _run(world, tell)
        finally:
            world.close()


def _run(world: World, tell: Callable[[str], None]) -> Report:
    happened: list[Happened] = []
    findings: list[str] = []
    for phase in PHASES:
        if happened and not happened[-1].survived:
            happened.append(Happened(name=phase.name, begin=None, end=None, survived=False))
            continue
        tell(phase.name)
        happened.append(_meet(world, phase, findings))
    jobs, log = world.daemon.jobs(), world.daemon.log
    findings += judge.lost_work(jobs, _USERS)
    findings += judge.too_many_applications(world.discoveries(), _APPLICATIONS)
    findings += judge.secrets_in(log, world.redaction)
    findings += judge.open_files(world.daemon.other_files())
    return Report(
        script=world.daemon.script.read_text("utf-8"),
        phases=tuple(happened),
        jobs=tuple(jobs),
        findings=tuple(findings),
        log="\n".join(world.said()),
    )


def _meet(world: World, phase: Phase, findings: list[str]) -> Happened:
    phase.wait(world)
    begin = time.time()
    bad = phase.happen(world)
    if bad and world.daemon.running:
        findings.append(f"{phase.name}: {bad}")
    survived = world.wait_for_jobs(2)
    if not survived:
        ended = "" if world.daemon.running else f", and it has ended: {world.said()[-1] or 'it printed nothing'}"
        findings.append(
            f"{phase.name}: no job was finished afterwards{ended}. {phase.repair[0].upper()}{phase.repair[1:]}"
        )
    return Happened(name=phase.name, begin=begin, end=time.time(), survived=survived)
