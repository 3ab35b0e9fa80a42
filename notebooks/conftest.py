"""The course's notebooks under pytest and nbval, with whatever settings: here, because pytest has no other place for it.

python -m pytest --nbval 04-client-credentials-flow.ipynb
"""

from pathlib import Path

import pytest

# Measured values vary from run to run; the file lists them.
VARYING = Path(__file__).resolve().parents[1] / "tests" / "notebooks" / "varying.cfg"


def pytest_configure(config: pytest.Config) -> None:
    """Let what is measured differ, unless the command line names rules of its own; nbval's own setting has no folder."""
    if getattr(config.option, "nbval_sanitize_with", "") is None and VARYING.is_file():
        config.option.nbval_sanitize_with = str(VARYING)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put each notebook's cells together and in order, where pytest-randomly has shuffled them.

    A cell needs the cells before it. Which notebook comes first is left to the shuffle. nbval numbers the cells from 0.
    """
    places = [place for place, item in enumerate(items) if item.path.suffix == ".ipynb"]
    notebooks = list(dict.fromkeys(items[place].path for place in places))
    cells = sorted((items[place] for place in places), key=lambda cell: (notebooks.index(cell.path), cell.cell_num))
    for place, cell in zip(places, cells, strict=True):
        items[place] = cell
