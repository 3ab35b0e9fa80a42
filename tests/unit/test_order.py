"""Every run is shuffled, and the cells of each notebook stay together and in order."""

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.order import pytest_collection_modifyitems

NOTEBOOK = "00-start-here.ipynb"


@dataclass(frozen=True, kw_only=True)
class Item:
    """A test, or a cell of a notebook, as pytest collects them."""

    path: Path
    cell_num: int


def cells(name: str) -> list[Item]:
    return [Item(path=Path(name), cell_num=number) for number in range(12)]


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_cells_are_put_back_in_order(seed: int):
    tests = cells("tests/unit/test_one.py")
    items = cells("notebooks/01.ipynb") + cells("notebooks/02.ipynb") + tests
    random.Random(seed).shuffle(items)
    shuffled = [item for item in items if item in tests]
    places = [place for place, item in enumerate(items) if item in tests]
    pytest_collection_modifyitems(items)
    assert [items[place] for place in places] == shuffled, "tests stay where the shuffle put them"
    kept = [item for item in items if item not in tests]
    assert kept[:12] == cells(kept[0].path.as_posix()) and kept[12:] == cells(kept[12].path.as_posix())
    assert kept[0].path != kept[12].path


def test_runs_are_shuffled_but_for_the_cells():
    """With .pytest.ini as it is; whether this very run is shuffled is the person's choice."""
    first, second = collected(seed=1), collected(seed=2)
    in_order = [f"notebooks/{NOTEBOOK}::Cell {number}" for number in range(len(first["cells"]))]
    assert len(in_order) > 5 and first["cells"] == second["cells"] == in_order
    assert len(first["tests"]) > 5 and sorted(first["tests"]) == sorted(second["tests"])
    assert first["tests"] != second["tests"]


def collected(seed: int) -> dict[str, list[str]]:
    """The order in which pytest would run a notebook's cells and a file's tests."""
    what = (f"notebooks/{NOTEBOOK}", "tests/notebooks/test_guard.py", "--collect-only", "--quiet", "--numprocesses=0")
    command = [sys.executable, "-m", "pytest", *what, f"--randomly-seed={seed}", "-p", "no:cacheprovider"]
    lines = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=240
    ).stdout.splitlines()
    ids = [line for line in lines if "::" in line]
    return {
        "cells": [line for line in ids if line.startswith("notebooks/")],
        "tests": [line for line in ids if line.startswith("tests/")],
    }
