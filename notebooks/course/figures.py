"""Tables of measured values, and diagrams with words for people who can't see them.

Each measured value stands behind "≈". The sign tells nbval and the refresh command that the value may differ
(tests/notebooks/varying.cfg). A notebook checks its claims about the values by a comparison in a separate cell.
"""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from .static_html import html_table, text_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def approximately(value: object) -> str:
    """A number behind "≈", a fraction with about three digits; any other value as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"≈ {value:,}"
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"≈ {value:,.{decimals}f}"


class Measurements:
    """Rows of measured numbers under a caption, which also names their unit. The first column has the rows' names.

    >>> Measurements("Milliseconds", ("from", "median", "slowest"), {"cache": (0.05, 0.2), "network": (12.0, 31.5)})
    """

    def __init__(self, caption: str, columns: Sequence[str], rows: Mapping[str, Sequence[object]]):
        self._caption = caption
        self._columns = tuple(columns)
        self._rows = [(name, *map(approximately, values)) for name, values in rows.items()]
        wrong = [row[0] for row in self._rows if len(row) != len(columns)]
        if wrong:
            raise ValueError(
                f"There are {len(columns)} columns, and another number of values for {', '.join(wrong)}. "
                "The first column is that of the names."
            )

    def __repr__(self) -> str:
        named = [
            (first, *(f"{column} {value}" for column, value in zip(self._columns[1:], values, strict=True)))
            for first, *values in self._rows
        ]
        return text_table(self._caption, named)

    def _repr_html_(self) -> str:
        return html_table(self._caption, self._columns, self._rows)


# On its first import on a computer, matplotlib looks for fonts and says so where a cell's output goes.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

# The panel of the course's pictures (images/style.j2): readable on a light and on a dark page.
_PANEL, _EDGE, _INK = "#fcfdfe", "#c2cad4", "#17212d"
_CARD = f"max-width: 800px; padding: 12px; background: {_PANEL}; border: 1px solid {_EDGE}; border-radius: 12px"
_DOTS_PER_INCH = 144


class Picture:
    """Shows a figure of matplotlib's on a light panel; `alt` describes it in words.

    >>> figure = Figure(figsize=(8, 3))
    >>> Picture(figure, alt="Two lines: …")
    """

    def __init__(self, figure: Figure, *, alt: str):
        if not alt.strip():
            raise ValueError("Picture wants alt: say in a sentence what can be seen in it.")
        self.alt = alt
        self._figure = figure

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"

    def _repr_html_(self) -> str:
        """An image with its alternative text, on a rounded card; JupyterLab shows one of type image/png without."""
        data = base64.b64encode(self._png()).decode("ascii")
        image = f'<img alt="{escape(self.alt)}" style="width: 100%" src="data:image/png;base64,{data}">'
        return f'<div style="{_CARD}">{image}</div>'

    def _png(self) -> bytes:
        file = io.BytesIO()
        self._figure.savefig(
            file, format="png", dpi=_DOTS_PER_INCH, facecolor=_PANEL, edgecolor=_INK, metadata={"Software": None}
        )
        return file.getvalue()
