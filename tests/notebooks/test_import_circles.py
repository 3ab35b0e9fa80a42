"""No circles: neither of modules nor of folders, in the course and in the practice tenant.

An import inside a function counts: it is carried out. One under `if TYPE_CHECKING:` is not, and doesn't count. Names
that are looked up in a table (`course.__getattr__`, the modules of exercises, the clinic's cases) are no imports.
"""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.notebooks import modules
from tests.notebooks.modules import imports

PACKAGES = ("course", "practice_tenant")


def graph(package: str) -> dict[str, set[str]]:
    """The modules of a package, each with those of the same package that it imports."""
    paths = {name_of(path): path for path in (modules.FOLDER / package).rglob("*.py")}
    assert paths
    return {
        module: {found for name in imports(path, for_types=False) if (found := known(name, paths))} - {module}
        for module, path in paths.items()
    }


def name_of(path: Path) -> str:
    parts = path.relative_to(modules.FOLDER).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def known(name: str, paths: dict[str, Path]) -> str:
    """The module that a dotted name belongs to: itself, or the one that defines the last part."""
    return next((found for found in (name, name.rpartition(".")[0]) if found in paths), "")


def folders(package: str, modules_of: dict[str, set[str]]) -> dict[str, set[str]]:
    """The folders of a package, each with those that its modules import from. A folder within a folder is part of it."""
    names = {f"{package}.{path.parent.name}" for path in (modules.FOLDER / package).glob("*/__init__.py")}

    def folder(module: str) -> str:
        return ".".join(module.split(".")[:2])

    found: dict[str, set[str]] = {name: set() for name in names}
    for module, imported in modules_of.items():
        if folder(module) in names:
            found[folder(module)] |= {folder(name) for name in imported} & names - {folder(module)}
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle, as the names on it; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other(package: str):
    assert circle(graph(package)) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_folders_import_from_each_other(package: str):
    assert circle(folders(package, graph(package))) == []


def test_what_the_course_shares_knows_none_of_its_folders():
    inner = {name_of(path) for path in modules.FOLDER.glob("course/*/__init__.py")}
    assert {"course.exercises", "course.error_clinic", "course.cases", "course.drill"} == inner
    found = graph("course")
    shared = [module for module in found if module.count(".") < 2 and module not in inner]
    assert [f"{m} imports {n}" for m in shared for n in found[m] if n in inner or n.count(".") > 1] == []


def test_a_circle_is_seen_also_through_a_function_and_between_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    texts = {
        "__init__": "",
        "a/__init__": "",
        "a/one": "def f():\n    from ..b import two\n",
        "b/__init__": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from package.a.one import f\n",
        "b/two": "from package.b.three import x\n",
        "b/three": "",
    }
    for name, text in texts.items():
        path = tmp_path / "package" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(modules, "FOLDER", tmp_path)
    assert circle(graph("package")) == circle(folders("package", graph("package"))) == []
    (tmp_path / "package/b/three.py").write_text("from ..a import other\nx = 1\n")
    (tmp_path / "package/a/other.py").write_text("")
    assert circle(graph("package")) == []
    assert set(circle(folders("package", graph("package")))) == {"package.a", "package.b"}
    (tmp_path / "package/a/other.py").write_text("from package.a.one import f\n")
    assert "package.b.three" in circle(graph("package"))
