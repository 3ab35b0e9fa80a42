"""The course's and the practice tenant's Python modules, as the tests read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.environment import ROOT

FOLDER = ROOT / "notebooks"


def imports(path: Path, *, for_types: bool = True) -> Iterator[str]:
    """Every dotted name that a module imports, relative ones made absolute, wherever in the file it stands.

    Without `for_types`, those under `if TYPE_CHECKING:` are left out: they are never carried out.
    """
    package = path.relative_to(FOLDER).with_suffix("").parts[:-1]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    left_out = set() if for_types else {id(inner) for node in typing_only for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{name.name}" for name in node.names)


def begins_with(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
