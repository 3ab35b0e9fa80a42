"""How many inputs are tried, and what they are made of."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

# Of all tests in this folder together. Without it, a small sample that is the same in each run.
CHOSEN = os.environ.get("COURSE_FUZZ_INPUTS", "")
INPUTS = int(CHOSEN or 1_000)
# How many were tried, by the name of the test; in this process.
TRIED: Counter[str] = Counter()

# What means something to a parser of forms, addresses, JSON, tokens, headers or paths, or to SQL, HTML or Python.
HOSTILE = (
    "",
    " ",
    "%",
    "%00",
    "%ff",
    "\0",
    "\r\nX: y",
    "=",
    "&",
    "+",
    ";",
    "..",
    "//",
    "[",
    "https://[::1",
    "https://℀.example",
    "javascript:alert(1)",
    "' OR 1=1 --",
    "<script>",
    "{}",
    "{{7*7}}",
    "null",
    "NaN",
    "1e999",
    "9" * 5_000,
    "-1",
    "٣",
    "\ufeff",
    "\u202e",
    "🔑",
    "e\u0301",
    "\uffff",
    "a" * 10_000,
    "eyJ.eyJ.",
    "..",
)


def share(fraction: float, *, among: int = 1) -> Callable[[Callable], Callable]:
    """Give a test of hypothesis its number of inputs, and count the inputs that it really tries.

    Args:
        fraction: of the inputs of all tests together.
        among: how many parameters the test has that share them.
    """
    chosen = settings(
        max_examples=max(4, round(INPUTS * fraction / among)),
        derandomize=not CHOSEN,
        database=None,
        # By `asked.promptly` instead: a computer that has other things to do is not slow.
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )

    def apply(test: Callable) -> Callable:
        one = test.hypothesis.inner_test

        @wraps(one)
        def counted(*arguments: object, **named: object) -> None:
            TRIED[test.__name__] += 1
            one(*arguments, **named)

        test.hypothesis.inner_test = counted
        return chosen(test)

    return apply


def text(*sensible: str, size: int = 40) -> SearchStrategy[str]:
    """Any text that UTF-8 can hold, what a parser may stumble over, or something sensible."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=size)
    return st.one_of(anything, st.sampled_from(HOSTILE), *([st.sampled_from(sensible)] if sensible else []))


def fields(names: dict[str, tuple[str, ...]], most: int = 8) -> SearchStrategy[list[tuple[str, str]]]:
    """Names with values, some twice: mostly the names that are known, mostly with values that are sensible there."""
    known = st.sampled_from(sorted(names)).flatmap(lambda name: st.tuples(st.just(name), text(*names[name])))
    return st.lists(st.one_of(known, known, known, st.tuples(text(size=10), text())), max_size=most)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is done to a good request, whatever it holds.

    Attributes:
        without: the names of fields that are left out.
        added: names with values, some of which are there already.
    """

    without: set[str]
    added: list[tuple[str, str]]

    def of(self, good: dict[str, str]) -> list[tuple[str, str]]:
        """The fields afterwards."""
        return [pair for pair in good.items() if pair[0] not in self.without] + self.added


def changes(good: tuple[str, ...], names: dict[str, tuple[str, ...]]) -> SearchStrategy[Changes]:
    """Some fields of a good request, which has these, are left out, written otherwise or said twice."""
    return st.builds(Changes, without=st.sets(st.sampled_from(good), max_size=2), added=fields(names, 3))


def json_values(*keys: str) -> SearchStrategy[object]:
    """Any JSON, also what only Python takes for it; its objects have these keys."""
    numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 2**63, -(2**63), 0, -1, 1e308])
    leaves = st.none() | st.booleans() | numbers | text() | st.just("\ud800")
    names = st.sampled_from(keys) if keys else text(size=8)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=8
    )


@dataclass(frozen=True, kw_only=True)
class Damage:
    """What happens to a file, wherever it is and however long.

    Attributes:
        pieces: where something is overwritten, as a fraction of the length, and with what.
        end: where it is cut off, or doubled from.
        how: ``none``, ``cut`` or ``doubled``.
    """

    pieces: list[tuple[float, bytes]]
    end: float
    how: str

    def of(self, content: bytes) -> bytes:
        """The content afterwards."""
        kept = bytearray(content)
        for start, piece in self.pieces:
            place = int(start * len(content))
            kept[place : place + len(piece)] = piece
        end = int(self.end * len(content))
        return {"none": bytes(kept), "cut": bytes(kept[:end]), "doubled": bytes(kept + kept[end:])}[self.how]


def damages() -> SearchStrategy[Damage]:
    """Some places overwritten, the rest cut off or doubled."""
    fraction = st.floats(0, 1, exclude_max=True)
    pieces = st.lists(st.tuples(fraction, st.binary(min_size=1, max_size=16)), max_size=6)
    return st.builds(Damage, pieces=pieces, end=fraction, how=st.sampled_from(["none", "none", "cut", "doubled"]))
