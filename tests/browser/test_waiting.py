"""A cell that waits for a person, in a notebook that was run as a whole: the link comes into sight and says what is up."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from course import person
from tests.browser import server as jupyterlab
from tests.browser.lab import Lab
from tests.browser.server import Server

LINK, RESULT = "02-045", "02-047"
# The learner closes each page as soon as it opens.
CLOSED = f'"{Path(sys.executable).as_posix()}" -c pass %s &'


@pytest.fixture(scope="module")
def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with jupyterlab.running(tmp_path_factory.mktemp("waiting"), BROWSER=CLOSED) as running:
        yield running


@pytest.fixture
def notebook(lab: Lab) -> Lab:
    """Notebook 02, in which a cell waits; JupyterLab has gone to the last one."""
    lab.open("02-public-client")
    lab.start_all()
    return lab


def test_the_link_comes_into_sight_counts_and_says_that_the_wait_is_over(notebook: Lab):
    link = notebook.outputs(LINK)
    expect(link.get_by_role("timer")).to_have_text(re.compile(r"^0:\d\d so far; the code is good for 14:\d\d\.$"))
    expect(link.get_by_role("status")).to_have_text("A cell below waits for you.")
    expect(link.get_by_role("link")).to_be_in_viewport()
    expect(notebook.outputs(RESULT)).to_have_count(0)

    person.visit(link.get_by_role("link").get_attribute("href"))
    expect(link.get_by_role("status")).to_have_text(re.compile("^The cell has its answer"))
    expect(link.get_by_role("timer")).to_have_text("")
    expect(notebook.outputs(RESULT)).to_contain_text("access_token")
