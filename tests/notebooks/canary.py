"""A secret made up for a test, and the search for it in what was left behind: whole or half, plain or written otherwise."""

import base64
import re
import secrets
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote_to_bytes

_ESCAPE = re.compile(rb"\\+u00([0-9a-fA-F]{2})|\\+x([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{2});")
_DECIMAL = re.compile(rb"&#(\d{2,3});")


def new() -> str:
    """A canary. It has the shape of Entra's client secrets, which the course knows them by, and is in no file yet."""
    return f"Aa8~{secrets.token_urlsafe(30)}"


def control() -> str:
    """A text that is taken for no secret, so that it stays: what a search has to find where it is looked for."""
    return secrets.token_hex(15)


def spellings(canary: str, data: bytes) -> list[str]:
    """How data holds a canary, or half of one: `plain`, `base64` and so on; empty when it doesn't."""
    return list(dict.fromkeys(_spellings(canary, data)))


def in_folder(canary: str, folder: Path) -> dict[str, list[str]]:
    """The files below a folder that hold a canary, each with the spellings."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): spellings(canary, path.read_bytes()) for path in files}
    return {name: how for name, how in found.items() if how}


def _spellings(canary: str, data: bytes) -> Iterator[str]:
    decoded = _decoded(data)
    # Programs shorten what they show, so that a half of it counts.
    middle = len(canary) // 2
    for half in (canary[:middle].encode(), canary[middle:].encode()):
        if half in data:
            yield "plain"
        else:
            yield from (name for name, text in decoded.items() if half in text)
        written = {
            "UTF-16": [half.decode().encode(name) for name in ("utf-16-le", "utf-16-be")],
            "hex": [half.hex().encode(), half.hex().upper().encode()],
            "base64": list(_in_base64(half)),
        }
        yield from (name for name, texts in written.items() if any(text in data for text in texts))


@lru_cache(maxsize=1)
def _decoded(data: bytes) -> dict[str, bytes]:
    return {"percent-encoded": unquote_to_bytes(data), "escaped": _without_escapes(data)}


def _in_base64(text: bytes) -> Iterator[bytes]:
    """What is sure to stand in the base64 of anything that contains the text: three bytes make four letters, so there
    are three ways to begin, and the letters at both ends have their neighbours' bits."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + text)
        inner = whole[4 if before else 0 : len(whole) - 4]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def _without_escapes(data: bytes) -> bytes:
    """JSON's and Python's escapes and HTML's references, of plain letters, as these letters."""
    data = _ESCAPE.sub(lambda match: bytes.fromhex(next(filter(None, match.groups())).decode()), data)
    return _DECIMAL.sub(lambda match: bytes([int(match[1])]) if int(match[1]) < 128 else match[0], data)
