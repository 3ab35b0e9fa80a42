"""An answer is written with as few packets as it takes, and whole."""

from collections.abc import Callable

import pytest

from practice_tenant.listeners.answer_writer import AnswerWriter

HEAD, BODY, MORE = b"HTTP/1.1 200 OK\r\n\r\n", b"body", b"more"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Transport:
    """Remembers what was done to it."""

    def __init__(self) -> None:
        self.did: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.did.append(data)

    def close(self) -> None:
        self.did.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.did


def answer(*parts: bytes) -> Callable[[AnswerWriter], None]:
    def write(writer: AnswerWriter) -> None:
        for part in parts:
            writer.write(part)
        writer.end()

    return write


def broken_off(writer: AnswerWriter) -> None:
    writer.write(HEAD)
    writer.close()


@pytest.mark.parametrize(
    ("steps", "written"),
    [
        ([answer(HEAD, BODY)], [HEAD + BODY]),
        ([answer(HEAD, BODY, MORE)], [HEAD + BODY, MORE]),
        ([answer(HEAD)], [HEAD]),
        ([answer(HEAD, b"")], [HEAD]),
        ([answer(CONTINUE, HEAD, BODY)], [CONTINUE, HEAD + BODY]),
        ([answer(HEAD, BODY), answer(HEAD, MORE)], [HEAD + BODY, HEAD + MORE]),
        ([answer(HEAD), answer(HEAD, BODY)], [HEAD, HEAD + BODY]),
        ([broken_off], [HEAD, "closed"]),
    ],
    ids=["whole", "in parts", "no body", "empty body", "after 100 Continue", "two", "HEAD first", "broken off"],
)
def test_everything_is_written_in_order_and_the_head_with_the_body(steps: list, written: list):
    transport = Transport()
    writer = AnswerWriter(transport)
    for step in steps:
        step(writer)
    assert transport.did == written
    assert writer.is_closing() is ("closed" in written)
