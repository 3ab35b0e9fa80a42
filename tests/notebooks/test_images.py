"""The pictures in images/: rendered from their sources, self-contained, described, readable."""

import html
import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

IMAGES = Path(__file__).parents[2] / "images"
SVG = "{http://www.w3.org/2000/svg}"
PICTURES = sorted(IMAGES.glob("*.svg"))
README = (IMAGES / "README.md").read_text(encoding="utf-8")
LISTED = {name: alt for alt, name in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README)}

each_picture = pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)


def load_render():
    specification = importlib.util.spec_from_file_location("images_render", IMAGES / "render.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def text_of(picture: Path) -> str:
    return picture.read_text(encoding="utf-8")


def test_every_source_has_its_picture_and_every_picture_its_source():
    assert PICTURES
    assert [source.with_suffix("") for source in load_render().sources()] == PICTURES


def test_the_readme_lists_the_pictures_and_nothing_else():
    assert sorted(LISTED) == [picture.name for picture in PICTURES]


@each_picture
def test_is_what_its_source_renders_to(picture):
    source = picture.with_name(picture.name + ".j2")
    assert load_render().render(source) == text_of(picture), "run: python images/render.py"


@each_picture
def test_has_a_title_and_a_description_which_is_its_alt_text(picture):
    root = ElementTree.fromstring(text_of(picture))
    title, description = root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")
    assert title and title.strip() == title
    assert description and len(description) >= 40
    assert root.get("role") == "img" and root.get("aria-labelledby") == "title desc"
    assert html.unescape(LISTED[picture.name]) == description


@each_picture
def test_refers_to_nothing_outside_itself(picture):
    text = text_of(picture)
    for element in ElementTree.fromstring(text).iter():
        assert element.tag.removeprefix(SVG) not in {"script", "image", "use", "foreignObject", "a", "link"}
        for name, value in element.attrib.items():
            assert not name.endswith("href") and not name.startswith("on"), f"{name}={value}"
            assert "//" not in value, f"{name}={value}"
    assert not re.search(r"@import|@font-face|<!DOCTYPE|<!ENTITY|<\?xml-stylesheet", text)
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))


@each_picture
def test_is_small(picture):
    assert picture.stat().st_size < 60_000


@each_picture
def test_text_is_at_least_12_pixels_at_a_width_of_800(picture):
    text = text_of(picture)
    _, _, width, _ = map(float, ElementTree.fromstring(text).get("viewBox").split())
    sizes = [float(size) for size in re.findall(r"(?:font-size:|font:)\s*([\d.]+)px", text)]
    assert sizes
    assert min(sizes) * 800 / width >= 12
    assert "font-size=" not in text


@each_picture
def test_brings_its_own_panel_for_light_and_dark_pages(picture):
    root = ElementTree.fromstring(text_of(picture))
    panel = root.find(f"{SVG}rect")
    assert panel.get("class") == "panel"
    assert float(panel.get("width")) >= float(root.get("width")) - 2
    assert float(panel.get("height")) >= float(root.get("height")) - 2
