"""Parsing requests: the object in the path, the JSON body, the OData query options; and the layout of answers.

https://learn.microsoft.com/graph/query-parameters: ``$top``, ``$select``, ``$filter`` on one property, and paging by
``@odata.nextLink``.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from .. import json_http
from ..directory.objects import Application, ServicePrincipal, User
from .bearer import Caller
from .errors import GraphError, bad_request, not_found

MAX_BODY_BYTES = 64 * 1024
DEFAULT_PAGE = 100
LARGEST_PAGE = 999

_FILTER = re.compile(r"\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*")


def find_application(request: Request, caller: Caller) -> Application:
    """The app registration with the object ID in the path.

    Raises:
        GraphError: 404 if the caller's tenant has none.
    """
    name = request.path_params["id"]
    application = request.app.state.graph.directory.application(id=name)
    if application is None or application.tenant_id != caller.tenant_id:
        raise not_found(name)
    return application


def find_service_principal(request: Request, caller: Caller) -> ServicePrincipal:
    """The service principal with the object ID in the path.

    Raises:
        GraphError: 404 if the caller's tenant has none.
    """
    name = request.path_params["id"]
    principal = request.app.state.graph.directory.service_principal(caller.tenant_id, id=name)
    if principal is None:
        raise not_found(name)
    return principal


def find_user(request: Request, caller: Caller) -> User:
    """The user with the object ID or the user principal name in the path.

    Raises:
        GraphError: 404 if the caller's tenant has none.
    """
    name = request.path_params["id"]
    user = request.app.state.graph.directory.user(caller.tenant_id, name)
    if user is None:
        raise not_found(name)
    return user


async def read_body(request: Request) -> dict:
    """The JSON object in a request's body; an empty body is an empty object.

    Raises:
        GraphError: 413 if it is too large, 400 if it isn't a JSON object.
    """
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            raise GraphError(413, "Request_EntityTooLarge", "The request body is longer than 64 KB.")
    if not raw.strip():
        return {}
    try:
        body = json_http.read(raw)
    except ValueError as error:
        raise bad_request("Unable to read JSON request payload.", "BadRequest") from error
    if not isinstance(body, dict):
        raise bad_request("Unable to read JSON request payload: an object was expected.", "BadRequest")
    return body


def text(body: dict, name: str, default: str | None = None, *, longest: int = 256) -> str:
    """A string member; without *default* it must be there.

    Raises:
        GraphError: 400, naming the member.
    """
    value = body.get(name, default)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise bad_request(f"Invalid value specified for property '{name}'.")
    return value


def member(body: dict, name: str, kind: type, default: object) -> object:
    """A member of a given kind (``dict``, ``list``, ``bool``, ``int``); null counts as left out.

    Raises:
        GraphError: 400, naming the member.
    """
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise bad_request(f"Invalid value specified for property '{name}'.")
    return value


def texts(body: dict, name: str) -> tuple[str, ...]:
    """A member that is a list of strings.

    Raises:
        GraphError: 400, naming the member.
    """
    values = member(body, name, list, [])
    if not all(isinstance(value, str) and value for value in values):
        raise bad_request(f"Invalid value specified for property '{name}'.")
    return tuple(values)


@dataclass(frozen=True, kw_only=True)
class Query:
    """The options of one request. The page starts after the name ``after``; ``equals`` is ``$filter``'s pair."""

    top: int
    select: tuple[str, ...]
    after: str
    equals: tuple[str, str] | None


def read_query(request: Request, *, filterable: tuple[str, ...] = ()) -> Query:
    """The query options of a request.

    Raises:
        GraphError: 400, naming an invalid value.
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
    """A collection as Graph lays it out. *next_after* adds the link to the next page."""
    face = request.state.face
    body: dict = {"@odata.context": context(request, name)}
    if next_after is not None:
        token = base64.urlsafe_b64encode(next_after.encode()).decode()
        kept = {key: value for key, value in request.query_params.items() if key != "$skiptoken"}
        body["@odata.nextLink"] = f"{face.graph}/v1.0/{name}?{urlencode(kept | {'$skiptoken': token}, safe='$,')}"
    return body | {"value": items}


def page_of(request: Request, name: str, items: list[dict], query: Query) -> dict:
    """One page of *items*, each with an ``id``, filtered and cut by the query."""
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
    """The properties of *item* that ``$select`` names, or Graph's default selection."""
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
