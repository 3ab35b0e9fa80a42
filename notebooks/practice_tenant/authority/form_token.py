"""Form tokens: the one-time value in each form of a sign-in, and the check of the form's origin.

No cookie carries a session: cookies ignore ports, so other pages on this computer could use them. Instead each form has
a token for one step (RFC 6749 section 10.12). The browser's headers must also show that the form is ours.
"""

from starlette.requests import Request

from ..directory.store import Directory
from .form import read_form

SECONDS = 900
KIND = "form_token"


class Forbidden(Exception):
    """The form comes from another page, or its token is missing, used or expired."""


def begin(directory: Directory, content: dict, now: float) -> str:
    """Issue a token for the next step; *content* is the state of the sign-in."""
    return directory.issue(KIND, content, expires=now + SECONDS)


async def take(request: Request, *, pages: str, purposes: tuple[str, ...]) -> tuple[dict, dict[str, str]]:
    """Redeem the token of a posted form, and return the sign-in's state and the form.

    Args:
        pages: base URL of the pages; only their own origin may post to them.
        purposes: the purposes of the page; tokens for others are refused.

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
        Forbidden: the browser's headers name another origin.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        # A hub's proxy changes the host, so Origin differs from ours. Only a page of the same origin has this value.
        if site not in ("same-origin", "none"):
            raise Forbidden
        return
    own = "/".join(pages.split("/")[:3])
    # Browsers omit Sec-Fetch-Site on a hub without TLS. Its proxy passes on the Host that the browser sent. A Host that
    # reaches this line is allow-listed, or the request has the key of the pages.
    if origin not in (None, own) and origin.partition("://")[2] != request.headers["host"]:
        raise Forbidden
