"""``$filter``: a parser of the clauses that the directory's objects take.

https://learn.microsoft.com/graph/filter-query-parameter. Texts compare without regard to case, as in the cloud's
directory.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .errors import GraphError, bad_request

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>[(),])|(?P<word>[^\s(),']+))")
_LITERALS = {"true": True, "false": False, "null": None}
# Operators and functions that Graph has for some properties, and the practice tenant hasn't.
_LACKING = frozenset({"ge", "le", "gt", "lt", "has", "contains", "all"})
_DEEPEST = 20

Test = Callable[[dict], bool]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of object as query options see it. The members are names of properties.

    Attributes:
        name: the type's name in ``microsoft.graph``.
        properties: those that ``$select`` may name.
        texts: ``$filter`` compares them by ``eq``, ``ne``, ``in`` and ``startsWith``.
        values: ``$filter`` compares them by ``eq``, ``ne`` and ``in``.
        ends: ``$filter`` compares them by ``endsWith`` too.
        lists: ``$filter`` compares their items by ``any``.
        sorted: ``$orderby`` takes them.
        sorted_advanced: ``$orderby`` takes them in an advanced query.
        searched: ``$search`` takes them.
    """

    name: str
    properties: tuple[str, ...]
    texts: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    sorted: tuple[str, ...] = ()
    sorted_advanced: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()

    def property_named(self, name: str, option: str) -> str:
        """A property as Graph spells it; requests may use another case.

        Raises:
            GraphError: 400 for a property that the practice tenant doesn't have.
        """
        for known in self.properties:
            if known.lower() == name.lower():
                return known
        raise bad_request(
            f"The practice tenant has no property '{name[:80]}' of type 'microsoft.graph.{self.name}' in {option}. It has "
            f"{', '.join(self.properties)}.",
            "BadRequest",
        )


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A parsed ``$filter``. ``advanced`` is its first operator that only advanced queries have, or None."""

    test: Test
    advanced: str | None = None


def parse(text: str, kind: Kind) -> Clause:
    """Read a ``$filter``.

    Raises:
        GraphError: 400 for a malformed clause, and for one that the practice tenant doesn't understand.
    """
    parser = _Parser(text, kind)
    test = parser.either(0)
    parser.expect_end()
    return Clause(test=test, advanced=parser.advanced)


class _Parser:
    """A recursive descent over the tokens: ``or`` binds weaker than ``and``, ``and`` weaker than ``not``."""

    def __init__(self, text: str, kind: Kind):
        self.text, self.kind = text, kind
        self.position = 0
        self.advanced: str | None = None

    def either(self, depth: int) -> Test:
        tests = [self.both(depth)]
        while self.take_word("or"):
            tests.append(self.both(depth))
        return lambda item: any(test(item) for test in tests)

    def both(self, depth: int) -> Test:
        tests = [self.one(depth)]
        while self.take_word("and"):
            tests.append(self.one(depth))
        return lambda item: all(test(item) for test in tests)

    def one(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise self.malformed()
        if self.take_word("not"):
            self.advanced = self.advanced or "not"
            negated = self.one(depth + 1)
            return lambda item: not negated(item)
        if self.take("("):
            inner = self.either(depth + 1)
            self.expect(")")
            return inner
        word = self.word()
        if self.take("("):
            return self.function(word)
        return self.comparison(word)

    def function(self, name: str) -> Test:
        """``startsWith(property,'text')``, ``endsWith(…)``, or ``property/any(x:x eq 'text')``."""
        path, slash, last = name.rpartition("/")
        if slash and last.lower() == "any":
            return self.any_of(path)
        if name.lower() not in ("startswith", "endswith"):
            raise self.lacking(name)
        start = name.lower() == "startswith"
        property_name = self.named(self.word())
        self.expect(",")
        wanted = self.literal()
        self.expect(")")
        if not isinstance(wanted, str):
            raise self.malformed()
        if property_name not in (self.kind.texts if start else self.kind.ends):
            raise self.lacking(f"{name}({property_name},…)")
        if start:
            return lambda item: str(item[property_name] or "").casefold().startswith(wanted.casefold())
        self.advanced = self.advanced or "endsWith"
        return lambda item: str(item[property_name] or "").casefold().endswith(wanted.casefold())

    def any_of(self, path: str) -> Test:
        property_name = self.named(path)
        variable, colon, again = self.word().partition(":")
        if property_name not in self.kind.lists or not colon or again != variable or not self.take_word("eq"):
            raise self.lacking(f"{path}/any")
        wanted = _folded(self.literal())
        self.expect(")")
        return lambda item: wanted in map(_folded, item[property_name])

    def comparison(self, name: str) -> Test:
        property_name = self.named(name)
        operator = self.word().lower()
        if property_name not in (*self.kind.texts, *self.kind.values):
            raise self.lacking(property_name)
        if operator == "in":
            wanted = self.several()
            return lambda item: _folded(item[property_name]) in wanted
        if operator not in ("eq", "ne"):
            raise self.lacking(operator)
        value = _folded(self.literal())
        if operator == "eq":
            return lambda item: _folded(item[property_name]) == value
        self.advanced = self.advanced or "ne"
        return lambda item: _folded(item[property_name]) != value

    def several(self) -> list:
        self.expect("(")
        values = [_folded(self.literal())]
        while self.take(","):
            values.append(_folded(self.literal()))
        self.expect(")")
        return values

    def literal(self) -> object:
        match = self.next()
        if match["text"] is not None:
            self.position = match.end()
            return match["text"][1:-1].replace("''", "'")
        word = self.word().lower()
        if word not in _LITERALS:
            raise self.malformed()
        return _LITERALS[word]

    def named(self, name: str) -> str:
        return self.kind.property_named(name, "$filter")

    def word(self) -> str:
        match = self.next()
        if match["word"] is None:
            raise self.malformed()
        self.position = match.end()
        return match["word"]

    def take(self, mark: str) -> bool:
        match = _TOKEN.match(self.text, self.position)
        if match is None or match["mark"] != mark:
            return False
        self.position = match.end()
        return True

    def take_word(self, word: str) -> bool:
        match = _TOKEN.match(self.text, self.position)
        if match is None or (match["word"] or "").lower() != word:
            return False
        self.position = match.end()
        return True

    def expect(self, mark: str) -> None:
        if not self.take(mark):
            raise self.malformed()

    def expect_end(self) -> None:
        if self.text[self.position :].strip():
            raise self.malformed()

    def next(self) -> re.Match:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise self.malformed()
        return match

    def malformed(self) -> GraphError:
        sentence = f"Invalid filter clause: Syntax error at position {self.position} in '{self.text[:200]}'."
        return bad_request(sentence, "BadRequest")

    def lacking(self, what: str) -> GraphError:
        if what.lower() in _LACKING or "/" in what or "(" in what or what in self.kind.properties:
            return bad_request(f"The practice tenant has no '{what[:80]}' in $filter here.", "BadRequest")
        return bad_request(f"Invalid filter clause: '{what[:80]}' is no operator or function.", "BadRequest")


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
