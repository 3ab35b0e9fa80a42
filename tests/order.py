"""The pytest plugin that keeps the cells of a notebook in order where tests are shuffled.

pytest-randomly shuffles every run, so that no test comes to need another one before it. Cells do need those before them,
which is what a notebook is. .pytest.ini loads this with `-p`, because a conftest.py in tests/ would not see the notebooks.
"""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put each notebook's cells together and in order; which notebook comes first is left to the shuffle.

    nbval numbers the cells from 0 in each notebook.
    """
    places = [place for place, item in enumerate(items) if item.path.suffix == ".ipynb"]
    notebooks = list(dict.fromkeys(items[place].path for place in places))
    cells = sorted((items[place] for place in places), key=lambda cell: (notebooks.index(cell.path), cell.cell_num))
    for place, cell in zip(places, cells, strict=True):
        items[place] = cell
