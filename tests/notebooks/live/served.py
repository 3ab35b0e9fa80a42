"""`python -m practice_tenant serve` as a process of its own, as another program would meet it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from practice_tenant import SeededValues
from tests.environment import ROOT

FOLDER = ROOT / "notebooks"
_FIRST_LINE_WHEN_READY = "This is a practice tenant"
_SECONDS_TO_STOP = 10


@dataclass(frozen=True, kw_only=True)
class ServedTenant:
    """Where a served tenant answers, what it trusts its callers by, and what it was seeded with."""

    https_port: int
    http_port: int
    process_id: int
    ca_certificate: Path
    face_header: tuple[str, str] = field(repr=False)
    seeded: SeededValues


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[ServedTenant]:
    """A tenant on free ports that answers from the first line on, and is stopped at the end.

    Args:
        environment: of the process; its ``PRACTICE_TENANT_HOME`` is the state folder.

    Raises:
        RuntimeError: the tenant ended before it answered; the text has what it said.
    """
    command = [sys.executable, "-m", "practice_tenant", "serve", "--https-port", "0", "--http-port", "0"]
    with subprocess.Popen(
        command, cwd=FOLDER, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            _wait_until_ready(process)
            yield _described(Path(environment["PRACTICE_TENANT_HOME"]), process.pid)
        finally:
            process.terminate()
            process.wait(_SECONDS_TO_STOP)


def _wait_until_ready(process: subprocess.Popen) -> None:
    said = []
    for line in process.stdout:
        if line.startswith(_FIRST_LINE_WHEN_READY):
            return
        said.append(line)
    raise RuntimeError(f"The practice tenant ended before it answered:\n{''.join(said)}")


def _described(home: Path, process_id: int) -> ServedTenant:
    [connection] = home.glob("serve-*.json")
    values = json.loads(connection.read_text("utf-8"))
    return ServedTenant(
        https_port=values["https_port"],
        http_port=values["http_port"],
        process_id=process_id,
        ca_certificate=Path(values["ca_certificate"]),
        face_header=tuple(values["face_header"]),
        seeded=SeededValues(**json.loads((home / "seeded-secrets.json").read_text("utf-8"))),
    )
