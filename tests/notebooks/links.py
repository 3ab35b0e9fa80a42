"""Links and pictures in Markdown, and whether what they point to is there."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from tests.notebooks.book import FENCE, headings

CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
# One level of brackets inside the text: a picture can be a link. The target may have a title after it.
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\](?:\([^()]*\))?)*)\]\(<?([^()\s>]+)>?(?:\s+\"[^\"]*\")?\)")


@dataclass(frozen=True, kw_only=True)
class Link:
    """`text` is a picture's alternative text or a link's words."""

    target: str
    text: str
    picture: bool


class Tags(HTMLParser):
    """The <a href> and <img> of HTML inside Markdown."""

    def __init__(self):
        super().__init__()
        self.links: list[Link] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img":
            self.links.append(Link(target=values.get("src") or "", text=values.get("alt") or "", picture=True))
        elif tag == "a" and values.get("href"):
            self.links.append(Link(target=values["href"], text="(HTML)", picture=False))


def links(markdown: str) -> Iterator[Link]:
    """Every link and picture that isn't part of code."""
    prose = CODE.sub("", FENCE.sub("", markdown))
    for picture, text, target in LINK.findall(prose):
        yield Link(target=target, text=text.strip(), picture=bool(picture))
        yield from links(text)
    tags = Tags()
    tags.feed(prose)
    yield from tags.links


def is_relative(link: Link) -> bool:
    return not re.match(r"[a-z][a-z0-9+.-]*:", link.target)


def broken(link: Link, page: Path) -> str | None:
    """What is wrong with a relative link on a page; None when it leads somewhere."""
    address, _, fragment = link.target.partition("#")
    path = page.parent / unquote(address) if address else page
    if not path.exists():
        return f"{page.name}: {link.target} leads to no file"
    if fragment and unquote(fragment) not in anchors(path):
        return f"{page.name}: {link.target} leads to no heading; {path.name} has {sorted(anchors(path))}"
    return None


@cache
def anchors(path: Path) -> frozenset[str]:
    """The fragments that lead to a heading or an id of a page, wherever it is read.

    JupyterLab makes an anchor of a heading by putting hyphens for spaces; GitHub also drops punctuation and writes it
    in small letters. The Markdown pages beside the notebooks are read in both, so only an anchor that both make will
    do: their headings are in small letters.
    """
    if path.suffix == ".ipynb":
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        markdown = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    elif path.suffix == ".md":
        markdown = path.read_text(encoding="utf-8")
    else:
        return frozenset()
    in_lab = {heading.replace(" ", "-") for heading in headings(markdown)}
    on_github = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(markdown)}
    named = re.findall(r"<[a-z]+[^>]*\s(?:id|name)=\"([^\"]+)\"", markdown)
    if path.suffix == ".ipynb":
        return frozenset(in_lab.union(named))
    return frozenset((in_lab & on_github if path.parent.name == "notebooks" else on_github).union(named))
