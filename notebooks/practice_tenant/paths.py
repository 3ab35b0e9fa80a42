"""Request paths, taken as the cloud's front end takes them: letter case and double slashes don't matter.

MSAL's default authority ends in a slash, as Microsoft's own tables write it, so clients ask for ``/common//v2.0/…``.
Microsoft Graph's SDK asks for ``/v1.0//users``.
"""

import re
from collections.abc import Iterable

from starlette.routing import BaseRoute, Mount, Route

_SLASHES = re.compile("/{2,}")


def single_slashes(scope: dict, *, start: int = 0) -> None:
    """Collapse the double slashes in a request's path.

    Args:
        start: where to begin; what stands before stays as it is.
    """
    # A client that encodes a slash doesn't mean a separator.
    if b"%2f" not in (scope.get("raw_path") or b"").lower():
        path = scope["path"]
        scope["path"] = path[:start] + _SLASHES.sub("/", path[start:])


def without_slash_at_end(scope: dict) -> None:
    """Remove the slash at the end of a request's path."""
    scope["path"] = scope["path"].removesuffix("/") or "/"


def in_any_case(routes: Iterable[BaseRoute]) -> None:
    """Let routes match paths in any letter case; their parameters stay as the request wrote them."""
    for route in routes:
        if isinstance(route, Route | Mount):
            route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
            in_any_case(getattr(route, "routes", None) or ())
