"""Static stand-ins for widgets, for GitHub, nbconvert and notebooks without a kernel.

Tests compare a stored stand-in byte for byte, so it holds nothing that differs between two runs: identifiers become
`(a GUID)`, `{tenant}` or `(varies)`. It carries no style, because GitHub strips it.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

VARIES = "(varies)"
A_GUID = "(a GUID)"

_GUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")


def is_guid(value: object) -> bool:
    """Tell whether `value` is a string of the shape xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx."""
    return isinstance(value, str) and _GUID.fullmatch(value) is not None


def mask_guids(text: str, name: str) -> str:
    """Replace every GUID in `text` by `name` in braces: `https://host/{tenant}/v2.0`."""
    return _GUID.sub("{" + name + "}", text)


def html_paragraph(text: str, *, strong: bool = False) -> str:
    """Return an escaped HTML paragraph."""
    return f"<p><strong>{escape(text)}</strong></p>" if strong else f"<p>{escape(text)}</p>"


def html_list(items: Iterable[str]) -> str:
    """Return an escaped, numbered HTML list."""
    return "<ol>" + "".join(f"<li><code>{escape(item)}</code></li>" for item in items) + "</ol>"


def html_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an escaped HTML table; the first cell of each row is its header."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def text_table(caption: str, rows: Iterable[Sequence[str]]) -> str:
    """Return the same table as lines of text: a caption, then one indented line for each row."""
    rows = [tuple(row) for row in rows]
    width = max((len(row[0]) for row in rows), default=0)
    return "\n".join([caption, *(f"  {row[0]:<{width}}  " + "  |  ".join(row[1:]) for row in rows)])


def with_fallback(bundle: dict | tuple, *, html: str, text: str) -> dict | tuple:
    """Return a widget's MIME bundle with `text/html` and `text/plain` beside the live view.

    `bundle` is what the widget's own `_repr_mimebundle_` returned: data, or a pair of data and metadata.
    """
    stand_in = {"text/html": html, "text/plain": text}
    if isinstance(bundle, tuple):
        data, metadata = bundle
        return {**data, **stand_in}, metadata
    return {**bundle, **stand_in}
