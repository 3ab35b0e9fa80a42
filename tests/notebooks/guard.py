"""What may not stand in a committed file: secrets anywhere; in a notebook also widget state, cells that were not run,
and outputs that differ from run to run.

    python tests/notebooks/guard.py FILE...            print every complaint; exit 1 if there is one

pre-commit runs it on what is about to be committed, the tests on every notebook. Standard library only, so that it runs
anywhere. A complaint never repeats the secret it is about.
"""

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CODE = Path(__file__).resolve().parents[2] / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
GUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")

# As in .gitignore, which `git add --force` passes over.
ENV_FILE = re.compile(r"\.env.*|(?:.*\.)?env(?:[-._~ ].*)?", re.IGNORECASE)
SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]"),
    # With a signature as long as the shortest that is in use (HS256), unlike the made-up tokens in tests.
    "a whole token": re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{43,}"),
}
# Any secret worth the name: Entra's client secrets, keys, hashes. In random text every second sign or so is of another
# kind than the one before it; names are made of words, and there it is every third at most.
RANDOM_TEXT = re.compile(r"[A-Za-z0-9+_~.=-]{30,}")
RANDOM_CHANGES = 0.42
# A PNG that a cell has drawn, by its first bytes: random text to look at, and no secret.
PICTURE = re.compile(r"data:image/png;base64,iVBORw0KGgo[A-Za-z0-9+/=]+")
SIGN_KINDS = re.compile(r"[a-z]+|[A-Z]+|\d+|[^a-zA-Z\d]+")

PORT = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\]):\d+")
VARYING = {
    "a port of that run": PORT,
    "a path of that computer": re.compile(
        r"(?<![\w.:/<}-])/(?:home|Users|root|tmp|usr|opt|private|var|mnt)/\w|\b[A-Za-z]:\\\w|site-packages|ipykernel_\d"
    ),
    "a token, or more of one than eyJ…": re.compile(r"eyJ[\w-]"),
    "a date or time": re.compile(
        r"\b20\d\d-\d\d-\d\d\b|\b\d\d:\d\d:\d\d\b|\b(?:1[6-9]|2\d)\d{8}\b|\b\d{1,2} [A-Z][a-z]{2,8} 20\d\d\b"
    ),
    "a hash or key in hexadecimal": re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{32,}\b"),
    "the address of an object": re.compile(r"\b0x[0-9a-f]{6,}\b"),
}


def of_notebook(notebook: dict) -> Iterator[str]:
    """Every complaint about a notebook, as nbformat 4 stores it."""
    for find in (widget_state, unrun_cells, unraised_exceptions, varying_outputs, secrets):
        yield from find(notebook)


def widget_state(notebook: dict) -> Iterator[str]:
    """Widgets as they were in that run: their fields hold what was typed, secrets included."""
    if "widgets" in notebook["metadata"]:
        yield "the metadata hold widget state"
    for place, cell in code_cells(notebook):
        for output in cell["outputs"]:
            if WIDGET_VIEW in output.get("data", {}) | output.get("metadata", {}):
                yield f"{place} holds a widget view"


def unrun_cells(notebook: dict) -> Iterator[str]:
    """nbval does not compare a cell without an execution count, so a cell that was never run would never be checked."""
    for count, (place, cell) in enumerate(code_cells(notebook), start=1):
        if cell["execution_count"] != count:
            yield f"{place} has execution count {cell['execution_count']}, not {count}: it was not run in order"


def unraised_exceptions(notebook: dict) -> Iterator[str]:
    """A cell tagged `raises-exception` may fail, so neither a run nor nbval minds when it no longer does."""
    for place, cell in code_cells(notebook):
        raised = any(output["output_type"] == "error" for output in cell["outputs"])
        if raised != ("raises-exception" in cell["metadata"].get("tags", [])):
            yield f"{place} {'raised without the tag' if raised else 'did not raise despite its tag'} raises-exception"


def varying_outputs(notebook: dict) -> Iterator[str]:
    """What differs between runs or computers. GUIDs may be shown that stand in a cell or in the course's code."""
    constants = guids_of_the_code() | guids("".join("".join(cell["source"]) for cell in notebook["cells"]))
    for place, cell in code_cells(notebook):
        if PORT.search("".join(cell["source"])):
            yield f"{place} names a port; the course's addresses are the cloud's"
        for text in texts(cell["outputs"]):
            yield from (f"{place} shows {kind}" for kind, pattern in VARYING.items() if pattern.search(text))
            if guids(text) - constants:
                yield f"{place} shows a GUID that is no constant of the course"


def secrets(notebook: dict) -> Iterator[str]:
    """Secrets in any source, output or metadata."""
    yield from (f"the metadata hold {kind}" for kind in kinds_of_secret(" ".join(texts(notebook["metadata"]))))
    for place, cell in cells(notebook):
        yield from (f"{place} holds {kind}" for kind in kinds_of_secret("".join(cell["source"])))
        for text in texts([cell["metadata"], cell.get("outputs", [])]):
            yield from (f"{place} shows {kind}" for kind in kinds_of_secret(text))


def kinds_of_secret(text: str) -> Iterator[str]:
    """What secrets a text seems to hold: by their well-known shapes, or because no person would type them."""
    yield from (kind for kind, pattern in SECRETS.items() if pattern.search(text))
    if any(looks_random(word) for word in RANDOM_TEXT.findall(text)):
        yield "what looks like a secret"


def looks_random(word: str) -> bool:
    """Whether a word has small letters, capitals and digits, in no order that a person would type."""
    if not all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", r"\d")):
        return False
    changes = len(SIGN_KINDS.findall(word)) - 1
    return changes / (len(word) - 1) > RANDOM_CHANGES


def cells(notebook: dict) -> Iterator[tuple[str, dict]]:
    """Each cell with how to name it in a complaint."""
    for number, cell in enumerate(notebook["cells"]):
        yield f"cell {number} ({cell.get('id', 'no id')})", cell


def code_cells(notebook: dict) -> Iterator[tuple[str, dict]]:
    return ((place, cell) for place, cell in cells(notebook) if cell["cell_type"] == "code")


def texts(value: object) -> Iterator[str]:
    """Every text in a JSON value, less drawn pictures; a list of texts is one text in lines, as nbformat stores them."""
    if isinstance(value, str):
        yield PICTURE.sub("", value)
    elif isinstance(value, dict):
        for member in value.values():
            yield from texts(member)
    elif isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        yield PICTURE.sub("", "".join(value))
    elif isinstance(value, list):
        for member in value:
            yield from texts(member)


def guids(text: str) -> frozenset[str]:
    return frozenset(guid.lower() for guid in GUID.findall(text))


@cache
def guids_of_the_code() -> frozenset[str]:
    """The identifiers that are the same in every run: those of the practice tenant's seed and of the exercises."""
    return guids("".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py")))


def is_env_file(name: str) -> bool:
    """Whether a file has one of the names that people, editors and systems give to `.env` and its copies."""
    return name != "env.example" and ENV_FILE.fullmatch(name) is not None


def of_file(path: Path) -> Iterator[str]:
    """Every complaint about one file; a file that isn't text has none."""
    if is_env_file(path.name):
        yield "holds a person's values and secrets; it stays out of the repository"
        return
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if path.suffix == ".ipynb":
        yield from of_notebook(json.loads(text))
    else:
        yield from (f"holds {kind}" for kind, pattern in SECRETS.items() if pattern.search(text))


def main(names: list[str]) -> int:
    complaints = [f"{name}: {complaint}" for name in names for complaint in dict.fromkeys(of_file(Path(name)))]
    print("\n".join(complaints), file=sys.stderr)
    if any(complaint for name in names if name.endswith(".ipynb") for complaint in complaints):
        print("`python -m tests.notebooks.refresh` stores the outputs as they should be.", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
