"""A table of what was measured: of values that differ from run to run.

Each measured value stands behind "≈". That sign is what tells nbval and the refresh command that the value may differ
(tests/notebooks/varying.cfg); what a notebook claims about the values is a comparison in a cell of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .fallback import html_table, text_table


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
