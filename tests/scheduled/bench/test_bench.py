"""The measuring command runs, and writes both reports."""

import json
import os
import subprocess
import sys

from tests.environment import ROOT


def test_the_command_measures_and_writes_both_reports(tmp_path):
    file = tmp_path / "figures.json"
    command = [
        sys.executable,
        "-m",
        "tests.scheduled.bench",
        "--quick",
        "--alone",
        "--only",
        "start-up",
        "--json",
        str(file),
    ]
    compiled = tmp_path / "compiled"
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(compiled)}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, encoding="utf-8"
    )
    figures = json.loads(file.read_text("utf-8"))["figures"]
    assert all(figure["median"] > 0 for figure in figures)
    assert all(figure["name"] in ended.stdout for figure in figures)
    assert {"practice tenant: process start to first token"} < {figure["name"] for figure in figures}
    # A start that compiles everything anew is nobody's.
    assert list(compiled.rglob("practice_tenant/server.*.pyc"))
