"""The browser: the system's own chromium, kept on this computer."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",  # which containers don't allow
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ONLY_LOOPBACK = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def find() -> str | None:
    """The path of the first of `NAMES` that is on PATH."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def required() -> str:
    """The same for tests: where there is none they are skipped, or fail if COURSE_REQUIRE_BROWSER=1."""
    if path := find():
        return path
    reason = f"There is no browser: none of {', '.join(NAMES)} is on PATH."
    if os.environ.get("COURSE_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason} COURSE_REQUIRE_BROWSER=1 asks for one.")
    pytest.skip(reason)


@contextmanager
def running(path: str, names: str = ONLY_LOOPBACK) -> Iterator[Browser]:
    """A browser without a window. As long as it runs, so does an event loop in this thread: asyncio can't start another.

    Args:
        path: where it is.
        names: how it resolves host names, as chromium's `--host-resolver-rules` has it.
    """
    with sync_playwright() as playwright:
        flags = (*FLAGS, f"--host-resolver-rules={names}")
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()
