"""env.example, the README, the code and CI say the same."""

import ast
import re
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.environment import ROOT, SETTINGS
from tests.notebooks.modules import FOLDER, imports

README = ROOT / "README.md"
JUPYTERS_OWN = {"ipython", "traitlets", "jupyter-core"}  # what jupyterlab and ipywidgets are made of


def keys() -> list[str]:
    """The keys of env.example, those that are commented out included."""
    return re.findall(r"^#?\s?([A-Z][A-Z_]+)=", (ROOT / "env.example").read_text(encoding="utf-8"), re.MULTILINE)


def test_env_example_has_every_setting_once():
    assert sorted(keys()) == sorted(SETTINGS)


@pytest.mark.parametrize("key", SETTINGS)
def test_a_setting_is_documented_in_the_readme(key: str):
    assert f"`{key}`" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", SETTINGS)
def test_a_setting_is_used_by_the_course(key: str):
    assert key in constants_of_the_course()


@cache
def constants_of_the_course() -> frozenset[object]:
    """Every constant in the course's code; it takes a second to read, and each setting asks."""
    modules = [ast.parse(path.read_text(encoding="utf-8")) for path in (FOLDER / "course").rglob("*.py")]
    return frozenset(node.value for tree in modules for node in ast.walk(tree) if isinstance(node, ast.Constant))


def test_ci_runs_the_readmes_test_command():
    command = re.compile(r"\bpython -m pytest$", re.MULTILINE)
    assert command.search(README.read_text(encoding="utf-8")) and command.search((ROOT / ".ci/run").read_text("utf-8"))


def test_the_folders_of_the_tests_are_explained_to_contributors():
    text = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `tests/(\w+)/` \| .", text, re.MULTILINE)
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert sorted(explained) == sorted(folders)


def test_the_readme_installs_what_the_course_and_its_tests_need():
    text = README.read_text(encoding="utf-8")
    assert (
        0
        < text.index("-r requirements.txt")
        < text.index("-m pytest --nbval notebooks/")
        < text.index("-r tests/requirements.txt")
    )


def test_a_learner_installs_what_runs_and_compares_notebooks_and_the_tests_add_to_that():
    learners = named_in("requirements.txt")
    assert learners >= {"msal", "jupyterlab", "ipywidgets", "nbval", "python-dotenv", "pytest", "pytest-xdist"}
    assert "pytest-randomly" in named_in("tests/requirements.txt")
    assert not learners & (named_in(".binder/requirements.txt") | named_in("tests/requirements.txt"))


def named_in(path: str) -> set[str]:
    """The distributions that a requirements file itself names."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return {canonical(re.split(r"[\[<>=]", line)[0]) for line in lines if line and not line.startswith(("#", "-r"))}


def test_what_the_course_imports_is_named_in_its_requirements():
    named = named_in("requirements.txt")
    imported = {name.split(".")[0] for path in FOLDER.rglob("*.py") for name in imports(path)}
    distributions = packages_distributions()
    needed = {canonical(name) for module in imported for name in distributions.get(module, ())}
    assert needed, "found no import of an installed package"
    assert needed - named - JUPYTERS_OWN == set()


def canonical(name: str) -> str:
    """A distribution's name as PyPI compares them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
