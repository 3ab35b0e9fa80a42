"""The wire trace: the requests that were really sent, in order, with secrets hidden.

What each request is for follows MSAL's own order: instance discovery, tenant discovery, token request.
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import anywidget
import traitlets

from . import static_html
from .http_trace import Exchange
from .redaction import NOTHING_KNOWN
from .transport import current_trace

_STATIC = Path(__file__).parent / "static"
_LONGEST_TEXT = 4_000

_PURPOSES = (
    ("/discovery/instance", "instance discovery: is this host a known authority?"),
    ("/.well-known/openid-configuration", "tenant discovery: where are this tenant's endpoints?"),
    ("/discovery/v2.0/keys", "signing keys: which keys verify this tenant's tokens?"),
    ("/oauth2/v2.0/devicecode", "device code request"),
    ("/oauth2/v2.0/token", "token request"),
    ("/common/userrealm/", "user realm discovery: who signs this user in?"),
)


class WireTrace(anywidget.AnyWidget):
    """Show the requests recorded so far, each with its method, address, status, time taken and redacted content.

    Args:
        exchanges: those to show, such as a case's; None: what this process has sent. The widget shows what has been sent
            when it is made; make another one to see later requests.
    """

    _esm = _STATIC / "trace_widget.js"
    _css = _STATIC / "trace_widget.css"

    heading = traitlets.Unicode().tag(sync=True)
    exchanges = traitlets.List().tag(sync=True)

    def __init__(self, exchanges: Iterable[Exchange] | None = None):
        exchanges = list(current_trace() if exchanges is None else exchanges)
        self._lines = [stored_line(exchange) for exchange in exchanges]
        views = [_view(number, exchange) for number, exchange in enumerate(exchanges, start=1)]
        super().__init__(heading=_heading(len(exchanges)), exchanges=views)

    def _repr_mimebundle_(self, **kwargs):
        heading = f"Wire trace: {self.heading}"
        text = "\n".join([heading, *(f"  {number}. {line}" for number, line in enumerate(self._lines, start=1))])
        items = static_html.html_list(self._lines) if self._lines else ""
        html = f"<div>{static_html.html_paragraph(heading, strong=True)}{items}</div>"
        return static_html.with_fallback(super()._repr_mimebundle_(**kwargs), html=html, text=text)


def _heading(count: int) -> str:
    if count == 0:
        return "no request was sent."
    return "1 request was sent." if count == 1 else f"{count} requests were sent, in this order."


def stored_line(exchange) -> str:
    """Return the stored form of an exchange: no identifier, no port, no time."""
    host, path = _address(exchange.url)
    again = f" (attempt {exchange.attempt})" if exchange.attempt > 1 else ""
    return f"{exchange.method} {host}{_mask_path(path)} -> {_outcome(exchange)}{again}"


def _view(number: int, exchange) -> dict:
    host, path = _address(exchange.url)
    sections = [
        ("Query", dict(parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True))),
        ("Form fields sent", exchange.request_body),
        ("Headers sent", exchange.request_headers),
        ("Headers received", exchange.response_headers),
    ]
    return {
        "number": number,
        "method": exchange.method,
        "address": NOTHING_KNOWN.text(f"{host}{path}"),
        "outcome": _outcome(exchange),
        "good": exchange.status is not None and exchange.status < 400,
        "milliseconds": round(exchange.milliseconds),
        "purpose": ". ".join(filter(None, (_again(exchange), _purpose(host, path)))),
        "sections": [{"title": title, "fields": _fields(content)} for title, content in sections if content],
        "body": _body(exchange.response_body),
        "error": NOTHING_KNOWN.text(exchange.error or ""),
    }


def _address(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.path


def _outcome(exchange) -> str:
    return "no answer" if exchange.status is None else str(exchange.status)


def _again(exchange) -> str:
    if exchange.attempt == 1:
        return ""
    return f"attempt {exchange.attempt}, which the session made by itself after {exchange.waited:.1f} s"


def _mask_path(path: str) -> str:
    _, *segments = path.split("/")
    masked = ["{tenant}" if index == 0 and static_html.is_guid(s) else s for index, s in enumerate(segments)]
    return NOTHING_KNOWN.text(static_html.mask_guids("/" + "/".join(masked), "id"))


def _purpose(host: str, path: str) -> str:
    for part, purpose in _PURPOSES:
        if part in path:
            return purpose
    return "API call" if host.startswith("graph.") else ""


# The recorder has hidden secrets already. They are hidden a second time: a notebook is stored and shared.


def _fields(content: object) -> list[list[str]]:
    redacted = NOTHING_KNOWN.value(content)
    if not isinstance(redacted, dict):
        return [["", _as_text(redacted)]]
    return [[str(name), _as_text(value)] for name, value in redacted.items()]


def _body(content: object) -> str:
    if content is None:
        return ""
    text = _as_text(NOTHING_KNOWN.value(content, answer=True), indent=2)
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "\n…"


def _as_text(value: object, indent: int | None = None) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=indent, ensure_ascii=False, default=str)
