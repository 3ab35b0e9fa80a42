"""The human pages, on the plain-HTTP loopback listener: a browser would warn about this run's certificate authority."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Practice tenant</title><meta name="viewport" content="width=device-width"></head>
<body>
<main>
<h1>Practice tenant</h1>
<p>{sentence}</p>
<p>This is a practice tenant for learning MSAL Python. It runs on this computer only and is not an identity provider.</p>
</main>
</body>
</html>
"""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def application() -> Starlette:
    """The pages as an ASGI application."""
    app = Starlette(routes=[Route("/", home)], exception_handlers={HTTPException: not_found})
    app.router.redirect_slashes = False
    return app


async def home(request: Request) -> HTMLResponse:
    """What is listening here."""
    return _page("Its authorization server and its API answer on the HTTPS port.", 200)


async def not_found(request: Request, error: HTTPException) -> HTMLResponse:
    """A page that isn't there; tokens are never given over plain HTTP, so neither is anything else."""
    return _page("There is no page at this address.", error.status_code)


def _page(sentence: str, status: int) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(sentence=sentence), status, headers=_HEADERS)
