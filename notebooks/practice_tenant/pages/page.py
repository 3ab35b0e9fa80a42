"""Renders a page, with headers against framing, foreign scripts and a leak of its address."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent
_SUBMIT = "document.forms[0].submit()"


def page(name: str, *, status: int = 200, answer_to: str | None = None, **values: object) -> HTMLResponse:
    """A page of the practice tenant.

    Args:
        name: a template, without its ending.
        answer_to: the redirect URI that a form on the page leads to; a browser would otherwise stop the redirect.
        values: what the template shows; everything is escaped.
    """
    style = _style()
    html = _environment().get_template(f"{name}.html").render(style=style, submit=_SUBMIT, **values)
    return HTMLResponse(html, status, headers=_headers(style, answer_to))


def _headers(style: str, answer_to: str | None) -> dict[str, str]:
    targets = "'self'"
    if answer_to:
        parts = urlsplit(answer_to)
        # A ";" would end the directive; a redirect URI is only registered with a plain host (directory/redirect_uri).
        targets += f" {parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f" {parts.scheme}:"
    policy = (
        f"default-src 'none'; style-src '{_sha256(style)}'; script-src '{_sha256(_SUBMIT)}'; form-action {targets}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        # Not no-referrer: browsers then post our own forms with "Origin: null".
        "Referrer-Policy": "same-origin",
    }


def _sha256(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> "Environment":
    # Imported here, so a tenant without a browser doesn't wait for it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    return (_FOLDER / "style.css").read_text("utf-8")
