"""The cost of each requirement: how many packages it brings, and their installed size.

    python -m tests.dependencies             a table of the course's requirements and one of the tests'

Each is measured alone: the packages that this environment would lose without that one line. The comment above the line
gives its reason. Sizes are megabytes (1,000,000 bytes) of this system's files, so they differ a little between systems.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.environment import ROOT

COURSE = ROOT / "requirements.txt"
TESTS = ROOT / "tests" / "requirements.txt"


def requirements(path: Path) -> Iterator[Requirement]:
    """The requirements in a file, and in those that it includes with `-r`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            yield from requirements(path.parent / line.removeprefix("-r ").strip())
        elif line and not line.startswith("#"):
            yield Requirement(line)


def brought(wanted: Iterable[Requirement]) -> dict[str, Distribution]:
    """All installed packages, by name, that these requirements need in this environment, themselves included.

    Raises:
        PackageNotFoundError: a needed package is not installed.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [requirement for requirement in wanted if applies(requirement)]
    while todo:
        requirement = todo.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found[name], needed = installed(name)
        todo += [each for each in needed if applies(each, extras)]
    return found


@cache
def installed(name: str) -> tuple[Distribution, tuple[Requirement, ...]]:
    """An installed package and its requirements, with or without extras; cached, because each table needs it often."""
    package = distribution(name)
    return package, tuple(map(Requirement, package.requires or ()))


def applies(requirement: Requirement, extras: Collection[str] = ()) -> bool:
    """Whether a requirement applies here, for a package requested with these extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def megabytes(packages: Iterable[Distribution]) -> float:
    """The total size of their installed files."""
    paths = {Path(package.locate_file(file)) for package in packages for file in package.files or ()}
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def alone(requirement: Requirement, others: Iterable[Requirement]) -> dict[str, Distribution]:
    """The packages that only this requirement brings."""
    kept = brought(others)
    return {name: package for name, package in brought([requirement]).items() if name not in kept}


def table(title: str, own: list[Requirement], given: list[Requirement]) -> Iterator[str]:
    """A Markdown table of some requirements beside the given ones, largest first."""
    own = [requirement for requirement in own if applies(requirement)]
    before = brought(given)
    packages = {name: package for name, package in brought([*given, *own]).items() if name not in before}
    yield f"## {title}: {len(packages)} packages, {megabytes(packages.values()):.0f} MB\n"
    yield "| requirement | version | packages that only it brings | MB |\n|---|---|---:|---:|"
    costs = []
    for requirement in own:
        only = alone(requirement, [*given, *(other for other in own if other is not requirement)])
        costs.append((megabytes(only.values()), requirement.name, only))
    for size, name, only in sorted(costs, key=lambda cost: (-cost[0], cost[1].lower())):
        yield f"| {name} | {distribution(name).version} | {named(only)} | {size:.1f} |"


def named(packages: Mapping[str, Distribution]) -> str:
    """The number of packages, and a few of their names."""
    few = sorted(packages)[:4]
    return f"{len(packages)}: {', '.join(few)}{', …' if len(packages) > len(few) else ''}" if few else "0"


def main() -> None:
    course = list(requirements(COURSE))
    everything = list(requirements(TESTS))
    tests = [requirement for requirement in everything if str(requirement) not in set(map(str, course))]
    print(*table("The course", course, given=[]), "", *table("Its tests, besides", tests, given=course), sep="\n")


if __name__ == "__main__":
    try:
        main()
    except PackageNotFoundError as missing:
        raise SystemExit(f"{missing.name} is not installed: python -m pip install -r tests/requirements.txt") from None
