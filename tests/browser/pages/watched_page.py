"""A page of the browser that tells what went wrong in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, ConsoleMessage, Page


@contextmanager
def opened(context: BrowserContext) -> Iterator[Page]:
    """A new page; closed at the end.

    Raises:
        AssertionError: a Content-Security-Policy stopped something in it, or a script raised.
    """
    page, problems = context.new_page(), []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            problems.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda exception: problems.append(exception))
    yield page
    page.close()
    assert problems == []
