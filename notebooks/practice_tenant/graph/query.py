"""The OData query options that the API understands, and the layout of collections.

https://learn.microsoft.com/graph/query-parameters: ``$top``, ``$select``, ``$filter`` on one property, and paging by
``@odata.nextLink``.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from .errors import bad_request

DEFAULT_PAGE = 100
LARGEST_PAGE = 999

_FILTER = re.compile(r"\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*")


@dataclass(frozen=True, kw_only=True)
class Query:
    """The options of one request. ``after`` is the name the page starts behind; ``equals`` is ``$filter``'s pair."""

    top: int
    select: tuple[str, ...]
    after: str
    equals: tuple[str, str] | None


def read_query(request: Request, *, filterable: tuple[str, ...] = ()) -> Query:
    """The query options of a request.

    Raises:
        GraphError: 400 for a value that can't be used, naming it.
    """
    options = request.query_params
    for name in options:
        if name.startswith("$") and name not in {"$top", "$select", "$filter", "$skiptoken", "$count", "$orderby"}:
            raise bad_request(f"The query parameter '{name}' is not supported.", "BadRequest")
    return Query(
        top=_top(options.get("$top")),
        select=tuple(name.strip() for name in options.get("$select", "").split(",") if name.strip()),
        after=_skip_token(options.get("$skiptoken", "")),
        equals=_filter(options.get("$filter"), filterable),
    )


def collection(request: Request, name: str, items: list[dict], *, next_after: str | None = None) -> dict:
    """A collection as Graph lays it out; with *next_after* it says where the next page is."""
    face = request.state.face
    body: dict = {"@odata.context": context(request, name)}
    if next_after is not None:
        token = base64.urlsafe_b64encode(next_after.encode()).decode()
        kept = {key: value for key, value in request.query_params.items() if key != "$skiptoken"}
        body["@odata.nextLink"] = f"{face.graph}/v1.0/{name}?{urlencode(kept | {'$skiptoken': token}, safe='$,')}"
    return body | {"value": items}


def page_of(request: Request, name: str, items: list[dict], query: Query) -> dict:
    """One page of *items*, each with an ``id``, filtered and cut as the request asks."""
    if query.equals:
        property_name, wanted = query.equals
        items = [item for item in items if item[property_name] == wanted]
    first = next((index + 1 for index, item in enumerate(items) if item["id"] == query.after), 0)
    page = items[first : first + query.top]
    more = len(items) > first + query.top
    chosen = [selected(item, query.select, tuple(item)) for item in page]
    return collection(request, name, chosen, next_after=page[-1]["id"] if more else None)


def entity(request: Request, name: str, item: dict) -> dict:
    """One object as Graph lays it out."""
    return {"@odata.context": context(request, f"{name}/$entity")} | item


def context(request: Request, name: str) -> str:
    """The ``@odata.context`` of an answer."""
    return f"{request.state.face.graph}/v1.0/$metadata#{name}"


def selected(item: dict, names: tuple[str, ...], default: tuple[str, ...]) -> dict:
    """The properties of *item* that ``$select`` asks for, or the ones Graph gives without it."""
    return {name: item[name] for name in (names or default) if name in item}


def _top(value: str | None) -> int:
    if value is None:
        return DEFAULT_PAGE
    # Short first: Python refuses to make a number of thousands of digits.
    if not value.isdecimal() or len(value) > 9 or not 1 <= int(value) <= LARGEST_PAGE:
        raise bad_request(
            f"Invalid page size specified: '{value[:20]}'. Must be between 1 and {LARGEST_PAGE} inclusive."
        )
    return int(value)


def _skip_token(value: str) -> str:
    try:
        return base64.b64decode(value, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise bad_request("Skip token is not valid.", "Directory_ExpiredPageToken") from error


def _filter(value: str | None, filterable: tuple[str, ...]) -> tuple[str, str] | None:
    if value is None:
        return None
    match = _FILTER.fullmatch(value)
    if match is None or match[1] not in filterable:
        allowed = " or ".join(f"{name} eq '…'" for name in filterable) or "no filter"
        raise bad_request(f"Invalid filter clause: {value[:200]!r}. The practice tenant understands {allowed} here.")
    return match[1], match[2].replace("''", "'")
