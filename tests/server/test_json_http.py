"""Reading JSON that others wrote."""

import json

import pytest

from practice_tenant import json_http

GOOD = ("null", "true", '"\\u00e9"', '"é"', "1", "-1.5", "1e300", "1e-999", '{"a": [1, {"b": ""}]}', '"\\ud83d\\udd11"')
BAD = (
    "",
    "{",
    "[1,]",
    "\ufeff{}",
    "9" * 5_000,
    "[" * 50_000,
    '"\\ud800"',
    '"\\uDFFF\\ud83d"',
    '{"a": ["\\udc00"]}',
    '{"\\ud800": 1}',
)


@pytest.mark.parametrize("text", GOOD)
def test_what_is_json_is_read(text: str):
    assert json_http.read(text) == json_http.read(text.encode()) == json.loads(text)


@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text[:20]))
def test_what_is_none_is_refused(text: str):
    for content in (text, text.encode()):
        with pytest.raises(ValueError, match="."):
            json_http.read(content)


@pytest.mark.parametrize("content", [b"\xff", b'"\xed\xa0\x80"', "{}".encode("utf-16"), "{}".encode("utf-8-sig")])
def test_bytes_that_are_not_utf_8_are_refused(content: bytes):
    with pytest.raises(ValueError, match="."):
        json_http.read(content)


def test_an_object_may_be_made_otherwise():
    assert json_http.read('{"a": 1, "a": 2}', list) == [("a", 1), ("a", 2)]
