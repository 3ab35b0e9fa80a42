"""A secret that travels through a notebook comes to light nowhere: neither in what is shown nor in what is kept.

`keep` leaves all that a run can leave in one folder, and `test_the_search_finds_a_secret_in_each_place` proves of each place
that a secret would be found there.
"""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat import v4

from tests.environment import ROOT, hermetic
from tests.notebooks import canary, guard, refresh
from tests.notebooks.book import FOLDER, NOTEBOOKS, Notebook, read, shown

# What a learner might look at and type next, and the proof that the secret in question was the one in use.
EPILOGUE = f"""
import dataclasses, os, sys
sys.path.append({str(ROOT)!r})
from tests.notebooks import typist
from course import trace
print(registration, registration.session, list(trace), vars(trace))
print(vars(registration), dataclasses.asdict(registration), [registration.client_secret.value])
print(registration.practice_tenant, vars(registration.practice_tenant), registration.practice_tenant.seeded)
print(registration.client_secret.value == os.environ.get("CLIENT_SECRET"))
print("Fields:", *typist.type_everywhere(os.environ["TYPED"]), sep=" | ")
"""

# The fields that take text, by notebook.
FIELDS = {
    "01-app-registration-values": "Instance URL | Tenant | Client ID | Public client ID | Client secret | Certificate path "
    "| Redirect URI | Scope | Name of the new app"
}

# A secret put on purpose where a notebook can leave it: in what is shown, in widget state, in the history, in the log of the
# kernel's process, and in files.
LEAKS = """
import ipywidgets, os, pathlib, sys, tempfile
leak = {written!r}
print(leak)
field = ipywidgets.Text({typed!r})
print({logged!r}[:22], file=sys.__stderr__, flush=True)
pathlib.Path(os.environ["COURSE_HOME"] + ".txt").write_text(leak, encoding="utf-16")
pathlib.Path(tempfile.mkdtemp(), "cache.bin").write_text(leak)
"""


def executed(notebook: Notebook, environment: dict[str, str], folder: Path) -> Notebook:
    """The notebook after a run that lets cells fail and keeps all it can; `environment` says what is TYPED."""
    fresh = read(notebook.path)
    fresh.cells.append(v4.new_code_cell(EPILOGUE.strip()))
    keep(fresh.content, environment, folder)
    return fresh


def keep(content: nbformat.NotebookNode, environment: dict[str, str], folder: Path) -> None:
    """Run a notebook as JupyterLab would, with a history and a log, and save it, with widget state, and as HTML.

    Temporary files, such as the token caches of notebook 05, are in `folder` too.
    """
    temporary = folder / "temporary"
    temporary.mkdir()
    environment = environment | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    with (folder / "kernel.log").open("wb") as log:
        refresh.run(
            *(content, FOLDER, environment),
            log=log,
            allow_errors=True,
            store_widget_state=True,
            # nbclient's own defaults keep the history in memory, the refresh command's keep the log short.
            ipython_hist_file="",
            extra_arguments=[],
        )
    (folder / "saved.ipynb").write_text(nbformat.writes(content), encoding="utf-8")
    html, _ = HTMLExporter().from_notebook_node(content)
    (folder / "export.html").write_text(html, encoding="utf-8")


def new_secrets(environment: dict[str, str]) -> list[str]:
    """Three secrets of a practice tenant: one more for the seeded app, that app's first one, the administrator's."""
    code = """
from course import Registration
from course.administrator import Administrator

registration = Registration.practice()
seeded = registration.practice_tenant.seeded
print(Administrator(registration=registration).add_secret().value, seeded.client_secret, seeded.administrator_secret)
"""
    command = [sys.executable, "-c", code]
    made = subprocess.run(
        command, env=environment, cwd=FOLDER, capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(set(made)) == 3
    return made


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=str)
def test_a_secret_is_shown_and_kept_nowhere(notebook: Notebook, tmp_path: Path):
    environment = hermetic(tmp_path)
    given, *seeded = new_secrets(environment)
    typed = canary.new()
    values = {"COURSE_MODE": "practice", "CLIENT_SECRET": given, "TYPED": typed}
    after = executed(notebook, environment | values, tmp_path)
    *_, used, typed_into = shown(after.cells[-1]).splitlines()
    assert used == "True", "the run did not use the secret"
    fields = FIELDS.get(str(notebook), "")
    assert typed_into == " | ".join(filter(None, ("Fields:", fields)))
    # Of the tenant's secrets, what it starts with is beside its state; of one made later, it keeps the hash.
    assert canary.in_folder(given, tmp_path) == {}
    for secret in seeded:
        assert canary.in_folder(secret, tmp_path) == {"tenant/seeded-secrets.json": ["plain"]}
    # The form's button writes .env, and nothing else holds what was typed.
    assert canary.in_folder(typed, tmp_path) == ({".env": ["plain"]} if fields else {})
    if fields:
        env_file = Path(environment["COURSE_ENV_FILE"])
        lines = env_file.read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if typed in line] == [f"CLIENT_SECRET={typed}"]
        if os.name == "posix":
            assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


@pytest.mark.slow
@pytest.mark.parametrize("notebook", [book for book in NOTEBOOKS if str(book).startswith("04")], ids=str)
def test_a_secret_that_is_refused_is_shown_and_kept_nowhere(notebook: Notebook, tmp_path: Path):
    refused = canary.new()
    environment = hermetic(tmp_path) | {"COURSE_MODE": "practice", "CLIENT_SECRET": refused, "TYPED": refused}
    after = executed(notebook, environment, tmp_path)
    assert "invalid_client" in shown(after.cells[-1]), "the run did not use the secret"
    assert canary.in_folder(refused, tmp_path) == {}


def test_the_search_finds_a_secret_in_each_place(tmp_path: Path):
    written, typed, logged = (canary.new() for _ in range(3))
    leaks = LEAKS.format(written=written, typed=typed, logged=logged).strip()
    keep(v4.new_notebook(cells=[v4.new_code_cell(leaks)]), hermetic(tmp_path), tmp_path)
    found = canary.in_folder(written, tmp_path)
    history = "ipython/profile_default/history.sqlite"
    assert {"saved.ipynb": ["plain"], "export.html": ["plain"], "course.txt": ["UTF-16"]}.items() <= found.items()
    assert history in found
    assert any(name.startswith("temporary/") and name.endswith("/cache.bin") for name in found)
    state = nbformat.read(tmp_path / "saved.ipynb", as_version=4).metadata["widgets"]
    assert canary.spellings(typed, str(state).encode()) == ["plain"]
    assert canary.spellings(logged, (tmp_path / "kernel.log").read_bytes()) == ["plain"]


def test_no_file_of_the_repository_holds_a_secret():
    ignored = shutil.ignore_patterns(
        ".git", ".venv", ".env", "__pycache__", ".*_cache", ".hypothesis", "*_cache.bin", "*_cache.json"
    )
    files = []
    for folder, folders, names in os.walk(ROOT):
        skipped = ignored(folder, folders + names) | {name for name in names if guard.is_env_file(name)}
        folders[:] = [name for name in folders if name not in skipped]
        files += [Path(folder, name) for name in names if name not in skipped]
    assert ROOT / "requirements.txt" in files
    assert [f"{path}: {complaint}" for path in files for complaint in guard.of_file(path)] == []
