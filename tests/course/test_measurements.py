"""Measured values: marked, so that nbval lets them differ, and nothing beside them."""

import pytest

from course.figures import Measurements, approximately
from tests.notebooks.varying import settled


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.03456, "≈ 0.035"),
        (3.14159, "≈ 3.14"),
        (31.4159, "≈ 31.4"),
        (1234.5, "≈ 1,234"),
        (7, "≈ 7"),
        (12_000, "≈ 12,000"),
    ],
)
def test_a_number_has_about_three_digits_and_the_mark(value, text):
    assert approximately(value) == text
    assert settled(f"before {text} ms") == "before (measured) ms"


@pytest.mark.parametrize("value", ["40", True])
def test_what_is_no_measured_number_has_no_mark(value):
    assert approximately(value) == str(value)


def test_two_runs_differ_in_nothing_but_what_is_measured():
    one, other = (
        Measurements("Milliseconds", ("from", "a hit", "requests"), {"cache": (time, "2")}) for time in (0.1, 2345.6)
    )
    for show in (repr, Measurements._repr_html_):
        assert show(one) != show(other)
        assert settled(show(one)) == settled(show(other))
        for stays in ("Milliseconds", "a hit", "requests", "cache", "2"):
            assert stays in settled(show(one))


def test_a_row_of_another_length_is_named():
    with pytest.raises(ValueError, match="3 columns, and another number of values for cache"):
        Measurements("Milliseconds", ("from", "fastest", "slowest"), {"network": (1, 2), "cache": (1,)})


def test_names_are_escaped():
    assert "<b>" not in Measurements("<b>", ("<b>", "<b>"), {"<b>": ("<b>",)})._repr_html_()
