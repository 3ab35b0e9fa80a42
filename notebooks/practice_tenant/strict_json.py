"""Reading JSON that others wrote. Every mistake in it is one kind of error, and all text in it is text."""

import json
from collections.abc import Callable

Pairs = Callable[[list[tuple[str, object]]], dict]


def read(text: bytes | str, make_object: Pairs | None = None) -> object:
    """The value that a JSON text (RFC 8259 section 2) says; bytes are UTF-8 (section 8.1).

    Args:
        text: the whole of it.
        make_object: makes an object of the pairs of its names and values; without it, the last of two names counts.

    Raises:
        ValueError: it is no JSON; it is nested too deeply; or it has half of a surrogate pair, such as ``"\\ud800"``,
            which neither the directory nor an answer could hold (section 8.2).
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    try:
        value = json.loads(text, object_pairs_hook=make_object)
        # What was UTF-8 can have it as an escape only. Most texts have none.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value
