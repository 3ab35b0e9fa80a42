"""Sentences as HTML and as text. The HTML reads in JupyterLab's light and dark theme, and without any style."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

_LONGEST_CODE = 160
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])")


@dataclass(frozen=True)
class Message:
    """One or more sentences, shown as they are."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": f'<p role="status">{inline(self.text)}</p>', "text/plain": self.text}


def inline(text: str) -> str:
    """The text as HTML: backticks mark code, asterisks outside code mark emphasis."""
    # A pattern with one group: every second part is code.
    parts = re.split(r"`([^`]+)`", escape(shortened(text)))
    parts[::2] = [_EMPHASIS.sub(r"<em>\1</em>", part) for part in parts[::2]]
    parts[1::2] = [f"<code>{part}</code>" for part in parts[1::2]]
    return "".join(parts)


def shortened(text: str) -> str:
    """The text with its longest pieces of code cut."""

    def shorten(match: re.Match[str]) -> str:
        code = match[1]
        return f"`{code}`" if len(code) <= _LONGEST_CODE else f"`{code[:_LONGEST_CODE]}…`"

    return re.sub(r"`([^`]+)`", shorten, text)


def details(summary: str, content: str) -> str:
    """A `<details>` element: a keyboard opens it, and it needs no script."""
    # JupyterLab takes single keys, Enter among them, from the focused element of an output.
    return (
        f'<details style="margin: 6px 0 0 0;"><summary data-lm-suppress-shortcuts="true">{summary}</summary>'
        f'<div style="margin-left: 16px;">{content}</div></details>'
    )
