"""Strict parser for form bodies (RFC 6749 appendix B and section 3.2): it refuses malformed input and never guesses."""

import re
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from .errors import AuthorityError

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 1000

# Unreserved characters (RFC 3986 section 2.3): nearly all names, and most values.
_UNRESERVED = re.compile(rb"[A-Za-z0-9._~-]*")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a POSTed form. An empty value counts as left out; the URL's query is ignored.

    Raises:
        AuthorityError: 900144 if the body is no form (as if the first required parameter were missing), 9002313 if it is
            malformed or repeats a parameter, the same with HTTP status 413 if it is too large.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await _read_body(request)
    if kind != "application/x-www-form-urlencoded":
        raise AuthorityError(900144, name="grant_type")
    return parse(body)


async def read_parameters(request: Request) -> dict[str, str]:
    """The parameters of an authorization request: the form of a POST, else the query.

    Raises:
        AuthorityError: as ``read_form``.
    """
    return await read_form(request) if request.method == "POST" else parse(request.scope["query_string"])


def parse(encoded: bytes) -> dict[str, str]:
    """The fields of a form body, or of a URL's query. An empty value counts as left out.

    Raises:
        AuthorityError: 9002313 if it is malformed, repeats a parameter, or has too many.
    """
    fields: dict[str, str] = {}
    parts = [part for part in encoded.split(b"&") if part]
    if len(parts) > MAX_FIELDS:
        raise AuthorityError(9002313)
    for part in parts:
        name, _, value = part.partition(b"=")
        name, value = decode(name), decode(value)
        if name in fields:
            raise AuthorityError(9002313)
        fields[name] = value
    return {name: value for name, value in fields.items() if value}


def decode(value: bytes) -> str:
    """One form-encoded name or value.

    Raises:
        AuthorityError: 9002313 for bad percent-encoding, bytes that aren't UTF-8, or a NUL.
    """
    if _UNRESERVED.fullmatch(value):
        return value.decode("ascii")
    try:
        text = value.decode("ascii").replace("+", " ")
        if _BAD_PERCENT.search(text):
            raise AuthorityError(9002313)
        text = unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as error:
        raise AuthorityError(9002313) from error
    if "\0" in text:
        raise AuthorityError(9002313)
    return text


async def _read_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise AuthorityError(9002313, status=413, headers={"Connection": "close"})
    return body
