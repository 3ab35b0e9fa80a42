"""One step of a sign-in on a page: where it came from, and the one-time value that says which sign-in it belongs to.

No cookie carries a session: cookies ignore ports, so another page on this computer could use them. Each form holds a
value that is good for one step, and the browser's own headers say that the step comes from our page (RFC 6749 section
10.12).
"""

from starlette.requests import Request

from ..directory.store import Directory
from .form import read_form

SECONDS = 900
KIND = "transaction"


class Forbidden(Exception):
    """The step doesn't come from a page of ours, or its one-time value is missing, used or expired."""


def begin(directory: Directory, content: dict, now: float) -> str:
    """A one-time value for the next step."""
    return directory.issue(KIND, content, expires=now + SECONDS)


async def take(request: Request, *, pages: str, purposes: tuple[str, ...]) -> tuple[dict, dict[str, str]]:
    """The content and the form of a step; its one-time value is used up.

    Args:
        pages: base URL of the pages; only their own origin may post to them.
        purposes: what the transaction may be for; a value from another kind of page doesn't count.

    Raises:
        Forbidden: see there.
    """
    require_own_origin(request, pages)
    form = await read_form(request)
    authority = request.app.state.authority
    value, now = form.pop("ctx", ""), authority.clock()
    issued = authority.directory.issued(KIND, value)
    if issued is None or now >= issued.expires or not authority.directory.redeem(KIND, value, now):
        raise Forbidden
    if issued.content["purpose"] not in purposes:
        raise Forbidden
    return issued.content, form


def require_own_origin(request: Request, pages: str) -> None:
    """Refuse a form that another page posts.

    Raises:
        Forbidden: the browser says that it comes from elsewhere.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        # A hub's proxy changes the host, so that Origin isn't ours; only a page of the same origin has this value.
        if site not in ("same-origin", "none"):
            raise Forbidden
        return
    own = "/".join(pages.split("/")[:3])
    # Browsers leave Sec-Fetch-Site out on a hub without TLS. Its proxy passes on the Host that the browser asked for,
    # and no other Host gets here: it is allow-listed, or whoever sends it knows the key of the pages.
    if origin not in (None, own) and origin.partition("://")[2] != request.headers["host"]:
        raise Forbidden
