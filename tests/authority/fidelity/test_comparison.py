"""The comparison itself finds what it should, and every record in recorded.json is well-formed and used."""

import re
from pathlib import Path

import pytest

from .comparison import assert_only_known_gaps, differences, masked
from .records import Gap, Record, no_record, records

GUIDS = "11112222-bbbb-3333-cccc-4444dddd5555", "00000000-0000-0000-0000-000000000000"


def record(body: object, *gaps: Gap, **more: object) -> Record:
    """A record made up for a test."""
    return Record(name="made up", source="https://example.com", date=None, body=body, gaps=gaps, **more)


@pytest.mark.parametrize(
    ("recorded", "ours", "expected"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": "different"}),
        ({"a": 1}, {"a": "1"}, {"a": "different"}),
        ({"a": 1}, {"a": True}, {"a": "different"}),
        ({"a": 1}, {}, {"a": "missing"}),
        ({}, {"a": 1}, {"a": "added"}),
        ({"a": None}, {}, {}),
        ({"a": None}, {"a": 1}, {"a": "added"}),
        ({"a": {"b": [1]}}, {"a": {"b": [2]}}, {"a.b": "different"}),
        ({"a": [1]}, {"a": [1, 2]}, {"a": "different"}),
        ({"a": GUIDS[0]}, {"a": GUIDS[1]}, {}),
        ({"a": "2020-01-01 10:00:00Z"}, {"a": "2026-12-31 09:08:07Z"}, {}),
        ({"a": "2020-01-01T10:00:00.1234567Z"}, {"a": "2026-12-31T09:08:07.0000000Z"}, {}),
        ({"a": f"'{'0' * 40}'"}, {"a": f"'{'9F' * 20}'"}, {}),
        ({"a": "one\r\ntwo"}, {"a": "one two"}, {}),
        ({"a": "one\ntwo"}, {"a": "one two"}, {}),
        ({"a": "one two"}, {"a": "one two three"}, {"a": "different"}),
    ],
)
def test_differences_are_found_member_by_member(recorded, ours, expected):
    assert differences(recorded, ours) == expected


@pytest.mark.parametrize(
    ("recorded", "ours", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, {}),
        ({"a": None}, {"a": 1}, {"a": "added"}),
        ({"a": "one two"}, {"a": "one two three"}, {}),
        ({"a": "one two"}, {"a": "one three"}, {"a": "different"}),
        ({"a": "one. Trace ID: x"}, {"a": "one. Trace ID: x Correlation ID: y"}, {"a": "different"}),
        ({"a": ["x"]}, {"a": ["w", "x"]}, {}),
        ({"a": ["x"]}, {"a": ["w"]}, {"a": "different"}),
    ],
)
def test_an_excerpt_says_nothing_of_what_it_leaves_out(recorded, ours, expected):
    assert differences(recorded, ours, excerpt=True) == expected


def test_a_gap_that_is_gone_fails():
    gap = Gap(path="a", kind="missing", reason="Not there yet.")
    assert_only_known_gaps(record({"a": 1}, gap), {})
    with pytest.raises(AssertionError, match="a known gap that is gone: {'a': 'missing'}"):
        assert_only_known_gaps(record({"a": 1}, gap), {"a": 1})


def test_a_difference_that_is_no_gap_fails():
    with pytest.raises(AssertionError, match="not a known gap: {'a': 'different'}"):
        assert_only_known_gaps(record({"a": 1}), {"a": 2})


def test_a_gap_of_another_kind_fails():
    with pytest.raises(AssertionError, match="not a known gap: {'a': 'different'}"):
        assert_only_known_gaps(record({"a": 1}, Gap(path="a", kind="missing", reason="Not there yet.")), {"a": 2})


def test_another_status_and_another_header_fail():
    with pytest.raises(AssertionError, match="'status': 'different'"):
        assert_only_known_gaps(record({}, status=400), {}, status=401)
    with pytest.raises(AssertionError, match="'headers.Pragma': 'missing'"):
        assert_only_known_gaps(record({}, headers={"Pragma": "no-cache"}), {}, headers={"Expires": "-1"})


def test_only_ids_times_thumbprints_and_tokens_are_masked():
    assert masked(f"App {GUIDS[0]} at 2020-01-01T10:00:00: eyJh.eyJi.c-_") == "App (a GUID) at (a time): (a token)"
    assert masked("Invalid client secret provided.") == "Invalid client secret provided."


@pytest.mark.parametrize("name", records())
def test_a_record_says_where_and_when_it_was_seen_and_why_each_gap_is_there(name):
    found = records()[name]
    assert found.source.startswith(("https://", "README of ")), found.source
    assert found.date is None or re.fullmatch(r"20\d\d-\d\d-\d\d", found.date)
    for gap in found.gaps:
        assert gap.kind in {"missing", "added", "different"}
        assert gap.reason.endswith(".")
        assert len(gap.reason) > 20


def test_every_record_is_compared_by_a_test():
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    unused = [name for name in records() if not name.startswith("error ") and f'"{name}"' not in tests]
    assert unused == []


def test_no_code_is_both_recorded_and_listed_as_without_a_record():
    assert not {f"error {code}" for code in no_record()} & records().keys()
