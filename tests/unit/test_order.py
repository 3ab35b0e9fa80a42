"""Every run is shuffled, and the cells of each notebook stay together and in order."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.order import pytest_collection_modifyitems


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


def test_this_run_is_shuffled(pytestconfig: pytest.Config):
    assert pytestconfig.pluginmanager.has_plugin("randomly") and pytestconfig.pluginmanager.has_plugin("tests.order")
    assert pytestconfig.getoption("randomly_reorganize")
