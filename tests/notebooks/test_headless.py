"""Runs that no person looks at, as an outsider starts them: they need requirements.txt, no settings of ours, no waiting."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import v4

from tests.environment import ROOT, hermetic
from tests.notebooks import refresh
from tests.scheduled.bench.kernel import printed, running

FIRST_CELL = """
import msal
from course import Registration, SignInLink, headless
registration = Registration.load()
app = msal.PublicClientApplication(registration.public_client_id, authority=registration.authority)
"""
SIGNS_IN = """
flow = app.initiate_device_flow(["User.Read"])
SignInLink(flow)
polled_once = app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
opened = app.acquire_token_interactive(["User.Read"], prompt="select_account", timeout=60)
print([result["token_source"] for result in (polled_once, opened)])
"""


def outsiders(folder: Path) -> dict[str, str]:
    """The environment of a person who has set nothing; its state folders are a test's own."""
    return {name: value for name, value in hermetic(folder).items() if name != "BROWSER"}


def nbval(folder: Path, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """pytest with nbval, without what only our own settings or tests/requirements.txt bring."""
    environment = outsiders(folder) | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugins = ("-p", "nbval.plugin", "-p", "xdist.plugin", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *plugins, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.slow
def test_a_client_that_asks_people_is_no_headless_run(tmp_path: Path):
    """The kernel is asked, not the environment: JupyterLab and VS Code say that they can ask, jupyter_client does too."""
    with running(outsiders(tmp_path)) as client:
        assert printed(client, FIRST_CELL + "print(headless.is_headless())").strip() == "False"


@pytest.mark.slow
def test_the_scripted_person_signs_in_before_the_first_poll_and_to_a_browsers_page(tmp_path: Path):
    cells = [v4.new_code_cell(FIRST_CELL), v4.new_code_cell(SIGNS_IN)]
    refresh.run(v4.new_notebook(cells=cells), ROOT / "notebooks", outsiders(tmp_path))
    assert cells[1].outputs[-1].text.strip() == "['identity_provider', 'identity_provider']"


def test_the_settings_load_what_the_course_itself_requires():
    """What .pytest.ini names, and notebooks/conftest.py, import the standard library, pytest and the tests' own modules."""
    settings = (ROOT / ".pytest.ini").read_text(encoding="utf-8")
    named = [line.split()[1] for line in settings.splitlines() if line.strip().startswith("-p ")]
    assert named
    files = [ROOT / (name.replace(".", "/") + ".py") for name in [*named, "tests.environment", "notebooks.conftest"]]
    hooks = {"loopback_only"}  # tests/hermetic
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            tops = {name.split(".")[0] for name in names}
            assert tops <= {"pytest", "tests"} | hooks | sys.stdlib_module_names, file


@pytest.mark.slow
def test_cells_keep_their_order_where_tests_are_shuffled(tmp_path: Path):
    what = ("notebooks/00-start-here.ipynb", "notebooks/04-client-credentials-flow.ipynb")
    options = ("-c", os.devnull, "--nbval", "--collect-only", "--quiet", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *what, *options, "--randomly-seed=1"]
    done = subprocess.run(
        command, cwd=ROOT, env=outsiders(tmp_path), capture_output=True, text=True, check=True, timeout=120
    )
    cells = [line.rpartition("::Cell ")[::2] for line in done.stdout.splitlines() if "::Cell " in line]
    notebooks = list(dict.fromkeys(name for name, _ in cells))
    assert len(notebooks) == 2 and len(cells) > 20
    assert cells == sorted(cells, key=lambda cell: (notebooks.index(cell[0]), int(cell[1])))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        (("notebooks/04-client-credentials-flow.ipynb",), "."),
        (("04-client-credentials-flow.ipynb",), "notebooks"),
        (("-c", os.devnull, "notebooks/04-client-credentials-flow.ipynb"), "."),
    ],
    ids=["at the root", "in the folder of the notebooks", "without settings"],
)
def test_an_outsiders_command_works(arguments: tuple[str, ...], folder: str, tmp_path: Path):
    done = nbval(tmp_path, "--nbval", *arguments, cwd=ROOT / folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.slow
@pytest.mark.parametrize("notebook", ["02-public-client", "05-caching", "06-acquiring-tokens"])
def test_a_notebook_that_signs_in_needs_no_person_and_no_settings(notebook: str, tmp_path: Path):
    done = nbval(tmp_path, "-c", os.devnull, "--nbval", f"notebooks/{notebook}.ipynb")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
