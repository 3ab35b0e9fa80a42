"""A secret that travels through a notebook comes to light nowhere: not in outputs, widget state, progress or traces."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import v4

from tests.environment import ROOT, hermetic
from tests.notebooks import guard, refresh
from tests.notebooks.book import FOLDER, NOTEBOOKS, Notebook, read, shown

with_secrets = pytest.mark.parametrize(
    "notebook",
    [book for book in NOTEBOOKS if any("client_secret" in cell.source for cell in book.code_cells)],
    ids=str,
)


# What a learner might look at next, and the proof that the secret in question was the one in use.
EPILOGUE = """
import os
print(registration, registration.http, list(registration.http.trace), vars(registration.http.trace))
registration.client_secret.value == os.environ.get("CLIENT_SECRET")
"""


def executed(notebook: Notebook, environment: dict[str, str]) -> Notebook:
    """The notebook after a run that lets cells fail and keeps all that nbclient can keep."""
    fresh = read(notebook.path)
    fresh.cells.append(v4.new_code_cell(EPILOGUE.strip()))
    refresh.run(fresh.content, FOLDER, environment, allow_errors=True, store_widget_state=True)
    return fresh


def written(folder: Path) -> bytes:
    """All that the run left in a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def practice_secrets(environment: dict[str, str]) -> list[str]:
    """The secrets that the practice tenant made for a state folder: the seeded app's and the administrator's."""
    code = "from practice_tenant import start; s = start().seeded; print(s.client_secret, s.administrator_secret)"
    command = [sys.executable, "-c", code]
    made = subprocess.run(
        command, env=environment, cwd=FOLDER, capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(made) == 2
    return made


@with_secrets
def test_a_secret_of_the_persons_own_is_shown_and_kept_nowhere(notebook: Notebook, tmp_path: Path):
    canary = "canary" + secrets.token_urlsafe(30)
    environment = hermetic(tmp_path)
    after = executed(notebook, environment | {"COURSE_MODE": "practice", "CLIENT_SECRET": canary})
    assert shown(after.cells[-1]).endswith("True"), "the run did not use the canary"
    text = json.dumps(after.content)
    assert not any(secret in text for secret in [canary, *practice_secrets(environment)])
    assert canary.encode() not in written(tmp_path)


@pytest.mark.parametrize("notebook", [book for book in NOTEBOOKS if str(book).startswith("04")], ids=str)
def test_the_practice_tenants_own_secrets_are_shown_nowhere(notebook: Notebook, tmp_path: Path):
    environment = hermetic(tmp_path)
    after = executed(notebook, environment)
    assert shown(after.cells[-1]).endswith("False"), "the run did not use the practice tenant's secret"
    text = json.dumps(after.content) + written(Path(environment["COURSE_HOME"])).decode(errors="replace")
    assert not any(secret in text for secret in practice_secrets(environment))


def test_no_file_of_the_repository_holds_a_secret():
    ignored = shutil.ignore_patterns(
        ".git", ".venv", ".env", "__pycache__", ".*_cache", ".hypothesis", "*_cache.bin", "*_cache.json"
    )
    files = []
    for folder, folders, names in os.walk(ROOT):
        skipped = ignored(folder, folders + names)
        folders[:] = [name for name in folders if name not in skipped]
        files += [Path(folder, name) for name in names if name not in skipped]
    assert ROOT / "requirements.txt" in files
    assert [f"{path}: {complaint}" for path in files for complaint in guard.of_file(path)] == []
