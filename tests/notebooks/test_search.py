"""The search for a canary finds it however a program may have written it, and nothing else."""

import base64
import html
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from course.redaction import looks_like_a_secret
from tests.notebooks import canary

CANARY = canary.new()
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in CANARY)
HIDDEN = {
    "plain": ("plain", json.dumps({"secret": CANARY}).encode()),
    "the first half": ("plain", f"secret {CANARY[: len(CANARY) // 2]}…".encode()),
    "the second half": ("plain", f"…{CANARY[len(CANARY) // 2 :]}".encode()),
    "base64 from the start": ("base64", base64.b64encode(CANARY.encode())),
    "base64, one byte later": ("base64", base64.b64encode(f":{CANARY}".encode())),
    "base64, two bytes later": ("base64", base64.urlsafe_b64encode(f"a:{CANARY}\xff\xfe".encode("latin-1"))),
    "hex": ("hex", CANARY.encode().hex().encode()),
    "little-endian": ("UTF-16", CANARY.encode("utf-16-le")),
    "big-endian": ("UTF-16", CANARY.encode("utf-16-be")),
    "every letter in percent": ("percent-encoded", "".join(f"%{ord(letter):02X}" for letter in CANARY).encode()),
    "JSON's escapes": ("escaped", ESCAPED.encode()),
    "JSON in JSON": ("escaped", json.dumps(ESCAPED).encode()),
    "Python's escapes": ("escaped", "".join(f"\\x{ord(letter):02x}" for letter in CANARY).encode()),
    "HTML's references": ("escaped", "".join(f"&#{ord(letter)};" for letter in CANARY).encode()),
    "HTML's other references": ("escaped", "".join(f"&#x{ord(letter):x};" for letter in CANARY).encode()),
}


@pytest.mark.parametrize(("spelling", "data"), HIDDEN.values(), ids=HIDDEN)
def test_it_is_found(spelling: str, data: bytes):
    assert canary.spellings(CANARY, data) == [spelling]


def test_another_secret_is_not_it():
    other = canary.new()
    assert [data for _, data in HIDDEN.values() if canary.spellings(other, data)] == []


def test_files_are_searched_in_folders_of_folders(tmp_path: Path):
    for name, text in {"here": "nothing", "a/there": CANARY, "a/b/.hidden": quote(html.escape(CANARY))}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert canary.in_folder(CANARY, tmp_path) == {"a/there": ["plain"], "a/b/.hidden": ["plain"]}


def test_a_canary_has_the_shape_of_a_secret():
    assert looks_like_a_secret(CANARY) and canary.new() != CANARY
