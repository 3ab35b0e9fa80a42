"""The recorded answers, read from recorded.json, which explains its members."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("recorded.json")


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One known difference: its JSON path, whether ours is missing, added or different, and why."""

    path: str
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """One answer as it was recorded in public. ``status`` and ``headers`` are empty where nobody noted them."""

    name: str
    source: str
    date: str | None
    body: object
    gaps: tuple[Gap, ...]
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    excerpt: bool = False
    note: str = ""


@cache
def records() -> dict[str, Record]:
    """Every record, by name."""
    found = [_record(**values) for values in _document()["records"]]
    return {record.name: record for record in found}


def no_record() -> dict[str, str]:
    """The AADSTS codes that nobody recorded in public, each with where its entry comes from instead."""
    return _document()["no_record"]


def of_errors() -> dict[int, Record]:
    """The records of the authority's errors, by AADSTS code."""
    return {int(name.split()[1]): record for name, record in records().items() if name.startswith("error ")}


def _document() -> dict:
    return json.loads(_FILE.read_text("utf-8"))


def _record(gaps: list[dict], **values: object) -> Record:
    known = tuple(Gap(path=gap["path"], kind=gap["is"], reason=gap["reason"]) for gap in gaps)
    return Record(gaps=known, **values)
