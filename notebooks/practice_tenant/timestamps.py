"""Times as Microsoft Graph and the authority's errors write them."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = 253402300799  # the end of the year 9999


def timestamp(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC, without fractions: ``2026-01-31T12:00:00Z``."""
    # Not time.gmtime: on Windows it knows no year after 3000, and people let secrets last until 9999.
    return f"{_EPOCH + timedelta(seconds=min(seconds, _LAST_SECOND)):%Y-%m-%dT%H:%M:%SZ}"


def ticks(seconds: float) -> str:
    """The same with seven digits of a second, as errors have it: ``2026-01-31T12:00:00.0000000Z``."""
    return f"{timestamp(seconds)[:-1]}.0000000Z"


def seconds(text: str) -> float:
    """An ISO 8601 time as seconds since the epoch, in UTC by default, clamped to the years 1970 to 9999.

    Raises:
        ValueError: the text is no ISO 8601 time.
    """
    value = datetime.fromisoformat(text)
    since = ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH).total_seconds()
    return min(max(since, 0), _LAST_SECOND)
