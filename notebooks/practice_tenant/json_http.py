"""JSON over HTTP: answers as the authority and the API send them, and a strict reader for what others wrote."""

import json
from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse

# The encoder of Starlette's JSONResponse, made once: json.dumps makes one for each answer.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))

Pairs = Callable[[list[tuple[str, object]]], dict]


class JsonAnswer(JSONResponse):
    """A JSON answer that names its charset and forbids type sniffing, as recorded from Entra."""

    media_type = "application/json; charset=utf-8"

    def render(self, content: object) -> bytes:
        """Encode the body."""
        return _ENCODER.encode(content).encode()

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Add the header that every answer has."""
        super().init_headers({"X-Content-Type-Options": "nosniff"} | dict(headers or {}))


def read(text: bytes | str, make_object: Pairs | None = None) -> object:
    """Read a JSON text (RFC 8259 section 2); bytes are UTF-8 (section 8.1).

    Args:
        text: the whole text.
        make_object: makes an object from the pairs of its names and values; without it, the last of two equal names
            counts.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or has half of a surrogate pair such as ``"\\ud800"``, which
            neither the directory nor an answer can hold (section 8.2).
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    try:
        value = json.loads(text, object_pairs_hook=make_object)
        # Text that was UTF-8 can hold half a pair only as an escape, and most texts have no escape.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value
