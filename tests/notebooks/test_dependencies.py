"""What CI installs is what the requirements ask for, by hash, wherever they run; and the report counts right."""

import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests import dependencies
from tests.environment import ROOT

LOCK = ROOT / ".ci" / "constraints.txt"
PLATFORMS = {
    "Linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macOS": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "Windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}
# The oldest and the newest that CI tries, and those in between.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
WHERE = [
    pytest.param({**platform, "python_version": python, "python_full_version": f"{python}.9"}, id=f"{name} {python}")
    for name, platform in PLATFORMS.items()
    for python in PYTHONS
]


@cache
def locked() -> list[tuple[Requirement, list[str]]]:
    """Each line of the lock, continuation lines included, with its hashes."""
    entries = []
    for line in LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if line and not line.startswith("#"):
            requirement, *hashes = re.split(r"\s+--hash=", line)
            entries.append((Requirement(requirement), hashes))
    return entries


def versions(where: dict[str, str]) -> dict[str, Version]:
    """The version of each package that is installed there; a package with two would be a mistake in the lock."""
    pins = [pin for pin, _ in locked() if pin.marker is None or pin.marker.evaluate(where)]
    assert max(Counter(canonicalize_name(pin.name) for pin in pins).values()) == 1
    return {canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("==")) for pin in pins}


def test_every_package_is_pinned_by_version_and_hashes():
    entries = locked()
    assert len(entries) > 100
    for pin, hashes in entries:
        assert re.fullmatch(r"==[\w.!+]+", str(pin.specifier)) and pin.url is None, pin
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), pin


@pytest.mark.parametrize("where", WHERE)
def test_the_lock_has_every_requirement_in_its_range(where: dict[str, str]):
    installed = versions(where)
    wanted = [
        each for each in dependencies.requirements(dependencies.TESTS) if not each.marker or each.marker.evaluate(where)
    ]
    assert len(wanted) > 20
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        assert name in installed, f"{name} is not locked: bash .ci/lock"
        assert installed[name] in requirement.specifier, f"{name} {installed[name]} is outside {requirement.specifier}"


def test_the_lock_has_what_only_one_system_needs():
    here = {where.id: versions(*where.values).keys() for where in WHERE}
    assert "pywinpty" in here["Windows 3.14"] - here["Linux 3.14"]
    assert "appnope" in here["macOS 3.11"] - here["Linux 3.11"]
    assert "jupyterhub" in here["Linux 3.11"] - here["Windows 3.11"]


def test_ci_tries_the_pythons_that_the_lock_is_for():
    tried = re.search(r"python: \[(.+?)\]", (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))[1]
    assert re.findall(r"3\.\d+", tried) == [PYTHONS[0], PYTHONS[-1]]
    assert f"newest_locked={PYTHONS[-1]}\n" in (ROOT / ".ci/prepare").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["clients", "browser/hub"])
def test_what_npm_installs_is_locked_by_hash(folder: str):
    node = ROOT / "tests" / folder / "node"
    wanted = json.loads((node / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((node / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert packages.pop("")["dependencies"] == wanted
    assert len(packages) > len(wanted)
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


@pytest.mark.parametrize(
    "path", [".ci/constraints.txt", "tests/clients/node/package-lock.json", "tests/browser/hub/node/package-lock.json"]
)
def test_a_lock_names_no_place(path: str):
    """Not from which registry it comes, and no folder of the computer on which it was made."""
    text = (ROOT / path).read_text(encoding="utf-8")
    assert '"resolved"' not in text and "index-url" not in text and "find-links" not in text and "file:" not in text
    if path.endswith(".txt"):
        assert "://" not in text and "\n-" not in text


def test_what_a_requirement_brings_alone_is_what_would_be_gone():
    course = list(dependencies.requirements(dependencies.COURSE))
    matplotlib = next(each for each in course if each.name == "matplotlib")
    others = [each for each in course if each is not matplotlib]
    only = dependencies.alone(matplotlib, others)
    assert {"matplotlib", "numpy"} <= only.keys() and "packaging" not in only  # jupyterlab needs that as well
    assert dependencies.alone(next(each for each in course if each.name == "msal"), others) == {}  # msal-extensions
    assert 10 < dependencies.megabytes(only.values()) < 1_000


def test_an_extra_brings_its_packages():
    with_extra = dependencies.brought([Requirement("msal-extensions[portalocker]")])
    assert with_extra.keys() - dependencies.brought([Requirement("msal-extensions")]).keys() == {"portalocker"}


def test_the_report_has_every_requirement_once():
    command = [sys.executable, "-m", "tests.dependencies"]
    report = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=240).stdout
    assert re.match(r"## The course: \d+ packages, \d+ MB\n", report)
    rows = [line.split(" | ")[0].removeprefix("| ") for line in report.splitlines() if line.startswith("| ")]
    named = [each.name for each in dependencies.requirements(dependencies.TESTS) if dependencies.applies(each)]
    assert sorted(row for row in rows if row != "requirement") == sorted(named)
