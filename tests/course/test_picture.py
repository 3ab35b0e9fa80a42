"""A drawn picture: on its own light panel, described, and no different for nbval and the guard."""

import base64
import re

import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from course.figures import Picture
from tests.environment import ROOT
from tests.notebooks import guard
from tests.notebooks.varying import settled


def drawn(values: list[float]) -> Picture:
    figure = Figure(figsize=(4, 2))
    figure.subplots().plot(values)
    return Picture(figure, alt='A line that rises, "slowly".')


def test_it_has_its_alternative_text_and_says_it_where_no_picture_can_be_shown():
    picture = drawn([1, 2])
    assert 'alt="A line that rises, &quot;slowly&quot;."' in picture._repr_html_()
    assert repr(picture) == 'Picture: A line that rises, "slowly".'


def test_without_words_there_is_no_picture():
    with pytest.raises(ValueError, match="Picture wants alt"):
        Picture(Figure(), alt=" ")


def test_its_corner_is_the_light_panel_whatever_the_page(tmp_path):
    data = re.search('base64,([^"]+)', drawn([1, 2])._repr_html_())[1]
    path = tmp_path / "picture.png"
    path.write_bytes(base64.b64decode(data))
    assert [round(channel * 255) for channel in imread(path)[0, 0]] == [0xFC, 0xFD, 0xFE, 255]


def test_its_card_looks_like_the_panel_of_the_courses_other_pictures():
    panel = re.search(r"\.panel { fill: (\S+); stroke: (\S+) }", (ROOT / "images" / "caches.svg").read_text("utf-8"))
    card = re.match('<div style="([^"]+)">', drawn([1, 2])._repr_html_())[1]
    assert f"background: {panel[1]}; border: 1px solid {panel[2]}; border-radius: 12px" in card
    assert "padding: 12px" in card


def test_two_pictures_of_other_values_are_the_same_to_nbval():
    one, other = drawn([1, 2])._repr_html_(), drawn([2, 1])._repr_html_()
    assert one != other
    assert settled(one) == settled(other)


def test_the_guard_takes_its_bytes_for_no_secret_but_looks_at_the_rest():
    html = drawn([1, 2])._repr_html_()
    assert list(guard.texts(html)) == [settled(html).replace("(drawn)", "")]
