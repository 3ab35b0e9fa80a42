"""Parsing requests: the object in the path and the JSON body; and the layout of answers.

https://learn.microsoft.com/graph/paging for ``@odata.nextLink``. ``query.py`` reads the query options.
"""

import re
from collections.abc import Callable, Collection
from urllib.parse import urlencode

from starlette.requests import Request

from .. import json_http
from ..directory.objects import Application, ServicePrincipal, User
from .bearer import Caller
from .errors import GraphError, bad_request, not_found
from .query import Query, expired_page, option_name, skip_token

MAX_BODY_BYTES = 64 * 1024

# An object's key in parentheses, by another property than its ID: routes.py.
_APP_ID = re.compile(r"\(appId='([^']*)'\)", re.IGNORECASE)


def find_application(request: Request, caller: Caller) -> Application:
    """The app registration with the object ID in the path, or with its ``(appId='…')``.

    Raises:
        GraphError: 404 if the caller's tenant has none.
    """
    name = request.path_params["id"]
    application = request.app.state.graph.directory.application(**_key(name))
    if application is None or application.tenant_id != caller.tenant_id:
        raise not_found(name)
    return application


def find_service_principal(request: Request, caller: Caller) -> ServicePrincipal:
    """The service principal with the object ID in the path, or with its ``(appId='…')``.

    Raises:
        GraphError: 404 if the caller's tenant has none.
    """
    name = request.path_params["id"]
    principal = request.app.state.graph.directory.service_principal(caller.tenant_id, **_key(name))
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


def check_names(body: dict, known: Collection[str], *, lacking: Collection[str] = (), of: str = "object") -> None:
    """Refuse members that aren't properties; OData's annotations, such as ``@odata.type``, are none and may be there.

    Args:
        known: the properties that the practice tenant has.
        lacking: properties that Graph has and the practice tenant hasn't. Empty and false ones are Graph's defaults.
        of: what the properties are of.

    Raises:
        GraphError: 400, naming the member.
    """
    for name in sorted(body):
        if name in known or "@" in name:
            continue
        if name in lacking:
            if body[name] in (None, False):
                continue
            raise bad_request(f"The practice tenant has no property '{name}' of an {of}.")
        raise bad_request(f"Invalid property '{name[:80]}'.")


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


def page_of(
    request: Request,
    name: str,
    items: list[dict],
    query: Query,
    show: Callable[[dict], dict] | None = None,
) -> dict:
    """One page of a collection as Graph lays it out: what the query finds, from where the last page ended.

    Args:
        name: the collection's path, such as ``users``.
        items: all objects, each with an ``id``.
        show: the visible properties of an object; None shows what ``$select`` names, or everything.
    """
    found, first = query.found(items), 0
    if query.after:
        first = next((index + 1 for index, item in enumerate(found) if item["id"] == query.after), 0)
        if first == 0:
            raise expired_page()
    page = found[first : first + query.top]
    body: dict = {"@odata.context": context(request, name)}
    if query.count and first == 0:
        # Graph counts on the first page alone.
        body["@odata.count"] = len(found)
    if len(found) > first + query.top:
        kept = {key: value for key, value in request.query_params.items() if option_name(key) != "$skiptoken"}
        options = urlencode(kept | {"$skiptoken": skip_token(page[-1]["id"])}, safe="$,")
        body["@odata.nextLink"] = f"{request.state.face.graph}/v1.0/{name}?{options}"
    show = show or (lambda item: selected(item, query.select, tuple(item)))
    return body | {"value": [show(item) for item in page]}


def entity(request: Request, name: str, item: dict) -> dict:
    """One object as Graph lays it out."""
    return {"@odata.context": context(request, f"{name}/$entity")} | item


def context(request: Request, name: str) -> str:
    """The ``@odata.context`` of an answer."""
    return f"{request.state.face.graph}/v1.0/$metadata#{name}"


def selected(item: dict, names: tuple[str, ...], default: tuple[str, ...]) -> dict:
    """The properties of *item* that ``$select`` names, or Graph's default selection."""
    return {name: item[name] for name in (names or default) if name in item}


def _key(name: str) -> dict[str, str]:
    match = _APP_ID.fullmatch(name)
    return {"app_id": match[1]} if match else {"id": name}
