"""A measured figure: its values from several repeats, of which the median counts."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What was measured.

    Attributes:
        name: in words.
        unit: of the values: ``s``, ``tokens/s``; ``x`` for a ratio.
        values: one for each repeat, in order.
        bar: what is hoped for, in words; empty where nothing is.
        missing: why there is no value; empty if there is.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    bar: str = ""
    missing: str = ""

    @property
    def median(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    def as_json(self) -> dict:
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "repeats": len(self.values),
            "values": self.values,
            "bar": self.bar,
            "missing": self.missing,
        }


def missing(name: str, reason: str) -> Figure:
    """The figure of what can't be measured here."""
    return Figure(name=name, unit="", values=(), missing=reason)


def ratio(name: str, over: Figure, under: Figure, bar: str = "") -> Figure:
    """The ratios of values that were measured in the same repeat: what else the machine did touched both alike."""
    pairs = zip(over.values, under.values, strict=True)
    return Figure(name=name, unit="x", values=tuple(a / b for a, b in pairs), bar=bar)


def percentile(values: Iterable[float], share: float) -> float:
    """The least value that so many percent of all don't exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


def slope(points: Iterable[tuple[float, float]]) -> float:
    """By how much the second number of the points grows with one more of the first: least squares."""
    xs, ys = zip(*points, strict=True)
    return statistics.linear_regression(xs, ys).slope


def as_markdown(figures: Iterable[Figure]) -> str:
    """A table, a row for each figure."""
    rows = ["| figure | median | lowest to highest | repeats | bar |", "|---|---:|---:|---:|---|"]
    for figure in figures:
        if figure.missing:
            rows.append(f"| {figure.name} | {figure.missing} | | 0 | {figure.bar} |")
            continue
        spread = f"{shown(min(figure.values))} to {shown(max(figure.values))}"
        cells = (figure.name, f"{shown(figure.median)} {figure.unit}", spread, len(figure.values), figure.bar)
        rows.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    return "\n".join(rows)


def shown(value: float) -> str:
    """Three significant digits, and never an exponent."""
    if not value:
        return "0"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def from_repeats(repeats: Sequence[dict[str, float]], name: str, key: str, unit: str, bar: str = "") -> Figure:
    """The figure whose value each repeat has noted under a key."""
    return Figure(name=name, unit=unit, values=tuple(repeat[key] for repeat in repeats), bar=bar)
