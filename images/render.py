"""Render every picture: images/<name>.svg.j2 becomes images/<name>.svg."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent


def sources() -> list[Path]:
    """The pictures' sources, in alphabetical order. The panel, which all extend, is not a picture."""
    return sorted(path for path in FOLDER.glob("*.svg.j2") if path.name != "panel.svg.j2")


def render(source: Path) -> str:
    """The SVG text of one source. A name that isn't defined raises jinja2.UndefinedError."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    return environment.get_template(source.name).render()


def main() -> None:
    for source in sources():
        source.with_suffix("").write_text(render(source), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
