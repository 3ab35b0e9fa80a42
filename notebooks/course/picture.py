"""A diagram that a cell has drawn, with words for those who can't see it."""

from __future__ import annotations

import base64
import io
import logging
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# On its first import on a computer, matplotlib looks for fonts and says so where a cell's output goes.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

# The panel of the course's pictures (images/style.j2): readable on a light and on a dark page.
_PANEL, _EDGE, _INK = "#fcfdfe", "#c2cad4", "#17212d"
_CARD = f"max-width: 800px; padding: 12px; background: {_PANEL}; border: 1px solid {_EDGE}; border-radius: 12px"
_DOTS_PER_INCH = 144


class Picture:
    """Shows a figure of matplotlib's on a light panel; `alt` says in words what can be seen in it.

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
