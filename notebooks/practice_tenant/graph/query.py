"""The OData query options of a request: each is served, or refused with a sentence, and none is ignored.

https://learn.microsoft.com/graph/query-parameters. Counting, searching and some comparisons are advanced queries: they
require the header ``ConsistencyLevel: eventual``, most of them ``$count=true`` too.
https://learn.microsoft.com/graph/aad-advanced-queries
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from .errors import GraphError, bad_request
from .filter import Kind, parse

DEFAULT_PAGE = 100
LARGEST_PAGE = 999

_SERVED = frozenset({"$top", "$select", "$filter", "$skiptoken", "$count", "$orderby", "$search"})
# Options that Graph has, and the practice tenant hasn't.
_LACKING = frozenset({"$apply", "$compute", "$deltatoken", "$expand", "$format", "$levels", "$schemaversion"})
_ADVANCED = "https://aka.ms/graph-docs/advanced-queries"

Item = dict
Test = Callable[[Item], bool]


@dataclass(frozen=True, kw_only=True)
class Query:
    """The options of a request for a collection.

    Attributes:
        top: the size of a page.
        select: the names in ``$select``; empty for Graph's own selection.
        after: the ID of the last object of the page before; empty for the first page.
        count: whether the answer has ``@odata.count``.
        matches: what ``$filter`` and ``$search`` ask of an object.
        order: the property in ``$orderby`` and whether it descends; None keeps the collection's order.
    """

    top: int
    select: tuple[str, ...]
    after: str
    count: bool
    matches: Test
    order: tuple[str, bool] | None

    def found(self, items: list[Item]) -> list[Item]:
        """The objects that match, in the asked order."""
        found = [item for item in items if self.matches(item)]
        if self.order is not None:
            name, descending = self.order
            found.sort(key=lambda item: item[name].casefold(), reverse=descending)
        return found


def read_query(request: Request, kind: Kind) -> Query:
    """The query options of a request for a collection.

    Raises:
        GraphError: 400, naming an option that can't be served.
    """
    options = _options(request, _SERVED)
    eventual = _eventual(request)
    count = _flag(options.get("$count"))
    if count and not eventual:
        raise _unsupported(
            "Request with $count query parameter needs the request header 'ConsistencyLevel: eventual'. Without it Graph "
            "leaves the count out and says nothing; the practice tenant refuses."
        )
    sorted_by = options.get("$orderby")
    return Query(
        top=_top(options.get("$top")),
        select=_select(options, kind),
        after=_skip_token(options.get("$skiptoken", "")),
        count=count,
        matches=_matches(options, kind, eventual=eventual, advanced=eventual and count),
        order=_order(sorted_by, kind, "$filter" in options, eventual and count) if sorted_by is not None else None,
    )


def count_of(request: Request, kind: Kind, items: list[Item]) -> PlainTextResponse:
    """The answer to a request for a number, such as ``/users/$count``: how many of all objects match.

    Raises:
        GraphError: 400, as ``read_query``, and without the header that counting requires.
    """
    options = _options(request, frozenset({"$filter", "$search"}))
    if not _eventual(request):
        raise bad_request("$count is not currently supported. The header 'ConsistencyLevel: eventual' is missing.")
    matches = _matches(options, kind, eventual=True, advanced=True)
    return PlainTextResponse(str(sum(map(matches, items))))


def read_select(request: Request, kind: Kind) -> tuple[str, ...]:
    """The names in ``$select`` of a request for one object, which takes no other option.

    Raises:
        GraphError: 400, as ``read_query``.
    """
    return _select(_options(request, frozenset({"$select"})), kind)


def skip_token(after: str) -> str:
    """The ``$skiptoken`` of the page that starts after an object."""
    return base64.urlsafe_b64encode(after.encode()).decode()


def option_name(name: str) -> str:
    """A query option's name as OData writes it: Graph takes any case, and the dollar sign may be left out."""
    return "$" + name.removeprefix("$").lower()


def _options(request: Request, served: frozenset[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for written, value in request.query_params.multi_items():
        name = option_name(written)
        if name == "$skip":
            raise _unsupported("'$skip' is not supported by the service. Follow @odata.nextLink instead.")
        if name in _LACKING or (name in _SERVED and name not in served):
            raise bad_request(f"The practice tenant has no query option '{name}' here.", "BadRequest")
        if name not in served:
            raise bad_request(f"The query parameter '{written[:80]}' is not supported.", "BadRequest")
        if name in options:
            sentence = f"Query option '{name}' was specified more than once, but it must be specified at most once."
            raise bad_request(sentence, "BadRequest")
        options[name] = value
    return options


def _eventual(request: Request) -> bool:
    return request.headers.get("consistencylevel", "").strip().lower() == "eventual"


def _flag(value: str | None) -> bool:
    if value is None:
        return False
    if value.lower() not in ("true", "false"):
        sentence = f"Invalid value '{value[:20]}' for $count query option found. Valid values are 'true' and 'false'."
        raise bad_request(sentence, "BadRequest")
    return value.lower() == "true"


def _select(options: dict[str, str], kind: Kind) -> tuple[str, ...]:
    names = [name.strip() for name in options.get("$select", "").split(",")]
    return tuple(kind.property_named(name, "$select") for name in names if name)


def _top(value: str | None) -> int:
    if value is None:
        return DEFAULT_PAGE
    # ASCII first: Python takes the digits of every script. Short too: it makes no number of thousands of digits.
    if not (value.isascii() and value.isdecimal()) or len(value) > 9 or not 1 <= int(value) <= LARGEST_PAGE:
        raise bad_request(
            f"Invalid page size specified: '{value[:20]}'. Must be between 1 and {LARGEST_PAGE} inclusive."
        )
    return int(value)


def _skip_token(value: str) -> str:
    try:
        return base64.b64decode(value, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise expired_page() from error


def expired_page() -> GraphError:
    """400: the ``$skiptoken`` leads to no page."""
    return bad_request("Skip token is not valid.", "Directory_ExpiredPageToken")


def _matches(options: dict[str, str], kind: Kind, *, eventual: bool, advanced: bool) -> Test:
    tests = [_search(options["$search"], kind, eventual=eventual)] if "$search" in options else []
    if "$filter" in options:
        tests.append(_filter(options["$filter"], kind, advanced=advanced))
    return lambda item: all(test(item) for test in tests)


def _filter(value: str, kind: Kind, *, advanced: bool) -> Test:
    clause = parse(value, kind)
    if clause.advanced and not advanced:
        raise _unsupported(
            f"Operator '{clause.advanced}' is not supported because the required parameters might be missing (e.g. "
            f"'ConsistencyLevel:eventual' header or $count parameter). Refer to {_ADVANCED} for more information"
        )
    return clause.test


def _order(value: str, kind: Kind, filtered: bool, advanced: bool) -> tuple[str, bool]:
    name, _, direction = value.strip().partition(" ")
    direction = direction.strip().lower()
    if direction not in ("", "asc", "desc") or "," in name:
        raise bad_request(f"The practice tenant has no $orderby by more than one property: '{value[:80]}'.")
    name = kind.property_named(name, "$orderby")
    if name not in (*kind.sorted, *kind.sorted_advanced):
        raise _unsupported(f"Sorting not supported for current query. The property '{name}' can't be sorted by.")
    if (filtered or name in kind.sorted_advanced) and not advanced:
        raise _unsupported(
            "Sorting not supported for current query. It needs the header 'ConsistencyLevel: eventual' and $count=true. "
            f"Refer to {_ADVANCED} for more information"
        )
    return name, direction == "desc"


def _search(value: str, kind: Kind, *, eventual: bool) -> Test:
    if not eventual:
        raise _unsupported(
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'"
        )
    text = value.strip()
    name, colon, wanted = text[1:-1].partition(":")
    if len(text) < 2 or text[0] != '"' or text[-1] != '"' or not colon or not wanted.strip():
        sentence = f'Invalid $search clause: {value[:80]!r}. The form is "property:text", with the double quotes.'
        raise bad_request(sentence, "BadRequest")
    if '"' in wanted:
        raise bad_request("The practice tenant has no AND and OR in $search.", "BadRequest")
    name = kind.property_named(name, "$search")
    if name not in kind.searched:
        raise bad_request(f"The practice tenant has no $search in the property '{name}'.", "BadRequest")
    wanted = wanted.strip().casefold()
    if name != "displayName":
        return lambda item: item[name].casefold().startswith(wanted)
    # Graph divides a display name into words and compares their beginnings.
    return lambda item: all(
        any(word.startswith(part) for word in item[name].casefold().split()) for part in wanted.split()
    )


def _unsupported(sentence: str) -> GraphError:
    return bad_request(sentence, "Request_UnsupportedQuery")
