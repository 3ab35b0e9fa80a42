"""Comparing an answer of the practice tenant with a recorded one, with what differs from run to run masked in both."""

import re
from collections.abc import Iterable, Mapping

import httpx

from .records import Record

# What stands for one run, one tenant or one moment. A record may have the mask already.
_MASKS = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE), "(a GUID)"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?"), "(a time)"),
    (re.compile(r"\b[0-9A-F]{40}\b"), "(a thumbprint)"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"), "(a token)"),
    # Until late 2023 the parts of a description stood on lines of their own.
    (re.compile(r"\r?\n"), " "),
)
_TAIL = " Trace ID: "

Differences = dict[str, str]


def assert_only_known_gaps(
    record: Record,
    ours: object,
    *,
    recorded: object = None,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """The answer is the recorded one, but for the gaps that the record lists; each of those is still there.

    Args:
        recorded: the record's body, if it was brought into another form to be compared; *ours* is in the same.
    """
    recorded = record.body if recorded is None else recorded
    found = differences(_with_our_words(recorded, record.words), ours, excerpt=record.excerpt)
    headers = headers or {}
    for name, value in record.headers.items():
        found |= differences({name: value}, {name: headers[name]} if name in headers else {}, path="headers")
    if record.status is not None and record.status != status:
        found["status"] = "different"
    known = {gap.path: gap.kind for gap in record.gaps}
    assert found == known, f"{record.name} ({record.source}): {_explained(found, known, recorded, ours)}"


def assert_answers_as(record: Record, response: httpx.Response) -> None:
    """The same for a whole HTTP answer with a JSON body."""
    assert_only_known_gaps(record, response.json(), status=response.status_code, headers=response.headers)


def differences(recorded: object, ours: object, *, path: str = "", excerpt: bool = False) -> Differences:
    """Where two JSON values differ: JSON path → ``missing`` or ``added`` in ours, or ``different``.

    Args:
        recorded: the recorded value; null for a member that was not there.
        excerpt: what the record doesn't have counts for nothing.
    """
    if isinstance(recorded, dict) and isinstance(ours, dict):
        return _of_members(recorded, ours, path, excerpt)
    if isinstance(recorded, list) and excerpt and isinstance(ours, list):
        same = set(recorded) <= set(ours)
    elif isinstance(recorded, str) and isinstance(ours, str):
        same = _same_text(masked(recorded), masked(ours), excerpt)
    else:
        same = recorded == ours and type(recorded) is type(ours)
    return {} if same else {path: "different"}


def masked(text: str) -> str:
    """A text with ids, times and tokens masked."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def by_name(entries: Iterable[dict], name: str) -> dict[str, dict]:
    """A list of objects as an object, so that a gap is one entry and not all that follow it."""
    return {entry[name]: entry for entry in entries}


def _of_members(recorded: dict, ours: dict, path: str, excerpt: bool) -> Differences:
    found: Differences = {}
    for name in recorded.keys() | ours.keys():
        at = f"{path}.{name}" if path else name
        if name not in recorded or recorded[name] is None:
            added = name in ours and not (excerpt and name not in recorded)
            found |= {at: "added"} if added else {}
        elif name not in ours:
            found[at] = "missing"
        else:
            found |= differences(recorded[name], ours[name], path=at, excerpt=excerpt)
    return found


def _same_text(recorded: str, ours: str, excerpt: bool) -> bool:
    return ours.startswith(recorded) if excerpt and _TAIL not in recorded else recorded == ours


def _with_our_words(value: object, words: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {name: _with_our_words(item, words) for name, item in value.items()}
    if isinstance(value, str):
        for theirs, own in words.items():
            value = value.replace(theirs, own)
    return value


def _explained(found: Differences, known: Differences, recorded: object, ours: object) -> str:
    new = {path: kind for path, kind in found.items() if known.get(path) != kind}
    gone = {path: kind for path, kind in known.items() if found.get(path) != kind}
    return f"not a known gap: {new}; a known gap that is gone: {gone}; recorded {recorded}; ours {ours}"
