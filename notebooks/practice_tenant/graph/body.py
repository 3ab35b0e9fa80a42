"""Reading a JSON request body: which members a handler takes, of which kind, with a sentence for each mistake."""

from starlette.requests import Request

from .. import json_http
from ..directory import redirect_uri
from .errors import GraphError, bad_request

MAX_BODY_BYTES = 64 * 1024


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


def redirect_uris(platform: dict) -> tuple[str, ...]:
    """The redirect URIs of one platform of an app registration.

    Raises:
        GraphError: 400 for one that can't be registered.
    """
    uris = texts(platform, "redirectUris")
    for uri in uris:
        if not redirect_uri.may_register(uri):
            raise bad_request(
                f"Invalid value specified for property 'redirectUris': {uri[:80]!r}. Use https, or http for localhost, "
                "without a fragment."
            )
    return uris
