"""Where the tests with Redis get theirs from: the machine's own redis-server."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import shared_store


@pytest.fixture(params=[shared_store.REDIS, shared_store.FOLDER])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """A store of each kind; the tests hold for both."""
    if request.param == shared_store.FOLDER:
        monkeypatch.setattr(shutil, "which", lambda program: None)
    else:
        need_redis()
    opened = shared_store.open_store()
    assert opened.kind == request.param
    yield opened
    opened.close()


def need_redis() -> str:
    """The path of redis-server. Skips the test where there is none, unless COURSE_REQUIRE_REDIS=1 asks for one."""
    program = shutil.which("redis-server")
    if program is None:
        refuse = pytest.fail if os.environ.get("COURSE_REQUIRE_REDIS") == "1" else pytest.skip
        refuse("There is no redis-server on this machine (Debian, Ubuntu: apt install redis-server).")
    return str(Path(program))
