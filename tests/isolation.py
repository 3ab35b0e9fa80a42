"""The pytest plugin that keeps a run away from the user's files and from the network.

.pytest.ini loads it with `-p`, because a conftest.py in tests/ would not reach the notebooks. It acts when it is
imported, before any other module of the course can read the environment. Each pytest process, so each worker of
pytest-xdist, gets state folders of its own, and so does each notebook.
"""

import atexit
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from tests.environment import HERMETIC, enter, hermetic

# The name has a space on purpose: users' folders have spaces.
FOLDER = Path(tempfile.mkdtemp(prefix="course tests "))
enter(FOLDER)

# Imported by the name that sitecustomize.py uses. A worker starts with the folder on PYTHONPATH, so it has one hook.
if str(HERMETIC) not in sys.path:
    sys.path.append(str(HERMETIC))
import loopback_only

loopback_only.install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item):
    """Start each notebook's kernel as on a learner's first day; nbval starts it when it sets up the first cell."""
    if item.path.suffix != ".ipynb" or item.parent.kernel is not None:
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in hermetic(FOLDER / item.path.stem).items():
            patch.setenv(name, value)
        return (yield)


def pytest_unconfigure() -> None:
    """Remove this process's state folders; a file that is still open (Windows) may stay behind."""
    shutil.rmtree(FOLDER, ignore_errors=True)


# For a pytest that ends before its configuration: `--help`, or wrong options.
atexit.register(pytest_unconfigure)
