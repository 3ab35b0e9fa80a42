"""Import directions between the tenant and the learner's side and inside the tenant, and unique class names."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.notebooks import modules
from tests.notebooks.modules import FOLDER, begins_with, imports

HEAVY_ON_THE_SERVER = ("course", "IPython", "ipywidgets", "anywidget", "msal")
# What leads a request to a part, or keeps one from it: a part works the same without.
BEFORE_THE_PARTS = tuple(
    f"practice_tenant.{name}" for name in ("app", "cloud_apps", "control", "fault_middleware", "faults")
)
LISTENERS = ("practice_tenant.server", "uvicorn")
# The parts of the tenant meet in the directory and the published keys only.
FORBIDDEN = {
    "practice_tenant": HEAVY_ON_THE_SERVER,
    "practice_tenant/authority": ("practice_tenant.graph", "practice_tenant.b2c", *BEFORE_THE_PARTS, *LISTENERS),
    "practice_tenant/graph": ("practice_tenant.authority", "practice_tenant.b2c", *BEFORE_THE_PARTS, *LISTENERS),
    "practice_tenant/b2c": ("practice_tenant.graph", *BEFORE_THE_PARTS, *LISTENERS),
}


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_part_of_the_tenant_does_not_import(folder: str):
    modules = sorted((FOLDER / folder).rglob("*.py"))
    assert modules
    wrong = [
        f"{path.relative_to(FOLDER)} imports {name}"
        for path in modules
        for name in imports(path)
        if any(begins_with(name, package) for package in FORBIDDEN[folder])
    ]
    assert wrong == []


def test_the_directory_knows_of_the_tenant_only_what_clouds_are_called():
    modules = sorted((FOLDER / "practice_tenant" / "directory").rglob("*.py"))
    found = {name for path in modules for name in imports(path)}
    assert [name for name in found if begins_with(name, "starlette") or begins_with(name, "uvicorn")] == []
    known = ("practice_tenant.directory", "practice_tenant.clouds")
    others = {name for name in found if begins_with(name, "practice_tenant")}
    assert [name for name in others if not any(begins_with(name, package) for package in known)] == []
    assert {name for name in others if begins_with(name, "practice_tenant.clouds")}


@pytest.mark.parametrize(
    ("for_types", "known"),
    [(False, {"start"}), (True, {"start", "RunningTenant", "SeededValues"})],
    ids=["as it runs", "in annotations"],
)
def test_the_course_knows_the_tenant_by_its_one_public_function(for_types: bool, known: set[str]):
    modules = sorted((FOLDER / "course").rglob("*.py"))
    found = {name for path in modules for name in imports(path, for_types=for_types)}
    assert {name for name in found if begins_with(name, "practice_tenant")} == {
        f"practice_tenant.{name}" for name in known
    }


def test_a_class_name_has_one_meaning_in_both_packages():
    names = Counter(
        node.name
        for package in ("course", "practice_tenant")
        for path in (FOLDER / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    # course.Tenant switches faults; a directory's Tenant is Microsoft's term.
    assert {name for name, number in names.items() if number > 1} == {"Tenant"}


def test_relative_imports_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(modules, "FOLDER", tmp_path)
    module = tmp_path / "practice_tenant" / "graph" / "users.py"
    module.parent.mkdir(parents=True)
    module.write_text("def f():\n    from ..authority import keys\n    from . import filters\nimport os.path\n")
    assert sorted(imports(module)) == ["os.path", "practice_tenant.authority.keys", "practice_tenant.graph.filters"]
