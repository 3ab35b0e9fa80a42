"""Every link of the notebooks and of the repository's pages leads somewhere, and every picture can be heard."""

import re
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.notebooks.book import FOLDER, NOTEBOOKS, Notebook, headings
from tests.notebooks.links import Link, broken, is_relative, links

PAGES = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob(".github/*.md"), *ROOT.glob("notebooks/*.md"), *ROOT.glob("images/*.md")}
)
# Where the names of files begin, in the pages for contributors.
NAMED_FROM = ("", "notebooks", "notebooks/practice_tenant", "notebooks/course/cases")
every_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=str)
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@every_notebook
def test_relative_links_of_a_notebook_resolve(notebook: Notebook):
    relative = [link for link in links(notebook.prose) if is_relative(link)]
    assert [problem for link in relative if (problem := broken(link, notebook.path))] == []


@every_page
def test_relative_links_of_a_page_resolve(page: Path):
    relative = [link for link in links(page.read_text(encoding="utf-8")) if is_relative(link)]
    assert [problem for link in relative if (problem := broken(link, page))] == []


@pytest.mark.parametrize("page", sorted(ROOT.glob(".github/*.md")), ids=lambda page: page.name)
def test_files_that_a_page_for_contributors_names_are_there(page: Path):
    named = re.findall(r"`([\w./-]+(?:\.(?:cfg|json|md|py|toml|txt|yml)|/))`", page.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not any((ROOT / folder / name).exists() for folder in NAMED_FROM)] == []


@every_notebook
def test_pictures_have_alternative_text_and_come_with_the_course(notebook: Notebook):
    for picture in (link for link in links(notebook.prose) if link.picture):
        assert len(picture.text.split()) >= 4, f"{picture.target}: {picture.text!r} describes no picture"
        assert is_relative(picture), f"{picture.target} needs the internet"


@pytest.mark.parametrize("notebook", NOTEBOOKS[1:], ids=str)
def test_a_notebook_links_to_the_glossary(notebook: Notebook):
    assert any("glossary" in link.target for link in links(notebook.prose))


def test_the_glossary_is_in_order_and_a_notebook_leads_to_each_of_its_terms():
    terms = headings((FOLDER / "glossary.md").read_text(encoding="utf-8"))[1:]
    assert terms == sorted(terms)
    targets = {link.target for notebook in NOTEBOOKS for link in links(notebook.prose)}
    assert [term for term in terms if f"glossary.md#{term.replace(' ', '-')}" not in targets] == []


def test_every_picture_is_used_and_has_its_source_beside_it():
    texts = [notebook.prose for notebook in NOTEBOOKS] + [page.read_text(encoding="utf-8") for page in PAGES]
    used = {Path(link.target).name for text in texts for link in links(text) if link.picture}
    drawings = sorted((ROOT / "images").glob("*.svg"))
    assert [drawing.name for drawing in drawings if drawing.name not in used] == []
    assert [drawing.name for drawing in drawings if not list(drawing.parent.glob(f"{drawing.name}.*"))] == []


def test_an_anchor_that_is_not_there_is_found(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n## access token\n\n```\n# not a heading\n```\n", encoding="utf-8")

    def problem(target: str) -> str | None:
        return broken(Link(target=target, text="", picture=False), page)

    assert problem("page.md#access-token") is None
    assert "no heading" in problem("#refresh-token")
    assert "no heading" in problem("#not-a-heading")
    assert "no file" in problem("gone.md")


def test_links_inside_links_and_html_are_read_but_code_is_not():
    text = 'See [![a picture](p.svg)](page.md "title"), <img src="q.svg" alt="another"> and `[no](code.md)`.'
    assert [(link.target, link.text, link.picture) for link in links(text)] == [
        ("page.md", "![a picture](p.svg)", False),
        ("p.svg", "a picture", True),
        ("q.svg", "another", True),
    ]
