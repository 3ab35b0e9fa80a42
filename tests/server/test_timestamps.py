"""Times as text, and back."""

import pytest

from practice_tenant.timestamps import seconds, ticks, timestamp

LAST = 253402300799


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_790_000_000, "2026-09-21T14:13:20Z"),
        (1_790_000_000.999, "2026-09-21T14:13:20Z"),
        (41_024_102_400, "3270-01-01T00:00:00Z"),
        (LAST, "9999-12-31T23:59:59Z"),
        (LAST + 1, "9999-12-31T23:59:59Z"),
        (2.0**60, "9999-12-31T23:59:59Z"),
    ],
)
def test_a_time_is_written_in_utc_to_the_second(value, text):
    assert timestamp(value) == text
    assert ticks(value) == f"{text[:-1]}.0000000Z"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-09-21T14:13:20Z", 1_790_000_000),
        ("2026-09-21T14:13:20", 1_790_000_000),
        ("2026-09-21T16:13:20+02:00", 1_790_000_000),
        ("2026-09-21T14:13:20.5Z", 1_790_000_000.5),
        ("1969-12-31T23:00:00Z", 0),
        ("0001-01-01T00:00:00Z", 0),
        ("9999-12-31T23:59:59-12:00", LAST),
    ],
)
def test_a_time_is_read_as_utc_unless_it_says_otherwise_and_kept_within_bounds(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "2026-09-21T25:00:00Z", "1790000000000"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):
        seconds(text)


def test_what_is_written_can_be_read():
    for value in (0, 1_790_000_000, LAST):
        assert seconds(timestamp(value)) == value
        assert seconds(ticks(value)) == value
