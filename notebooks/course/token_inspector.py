"""The token inspector: what stands in a token, claim by claim, and whether its signature holds.

Explanations of the claims: `course.claims`. The widget's state carries the decoded claims only: neither the token
nor its signature is sent to the page, so a notebook saved with its widget state holds nothing that an API accepts.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anywidget
import traitlets

from . import claims, static_html
from .claims import JwtParts, read_jwt
from .signature import SignatureCheck, check_signature

_STATIC = Path(__file__).parent / "static"
_STABLE = frozenset({"alg", "appidacr", "azpacr", "idtyp", "roles", "scp", "typ", "ver"})
_ISSUERS = frozenset({"idp", "iss"})

CAUTION = (
    "Inspecting is not validating: the API named in aud decides whether to accept this token, "
    "and a client should not read a token meant for another API, whose format can change at any time."
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One claim: `value` is for the live view, `stable` for the stored one; `seconds` since 1970 if it is a time."""

    name: str
    value: str
    stable: str
    meaning: str
    seconds: float | None = None


class TokenInspector(anywidget.AnyWidget):
    """Show a token's header, payload and signature, each claim explained, times as dates, the signature verified.

    Args:
        token: the access token as a string, or the whole dictionary that MSAL returned. Anything else (`None`, an
            opaque token, an error) is answered by a sentence in the widget, never by an exception.
        registration: whose `http` session fetches the tenant's public keys. Without it nothing is verified.
    """

    _esm = _STATIC / "token_inspector.js"
    _css = _STATIC / "token_inspector.css"

    view = traitlets.Dict().tag(sync=True)

    def __init__(self, token: object, registration=None):
        view, self._html, self._text = _inspect(token, registration)
        super().__init__(view=view)

    def _repr_mimebundle_(self, **kwargs):
        return static_html.with_fallback(super()._repr_mimebundle_(**kwargs), html=self._html, text=self._text)


def _inspect(token: object, registration) -> tuple[dict, str, str]:
    token, problem, facts = _find_token(token)
    parts = read_jwt(token) if token else problem
    if isinstance(parts, str):
        return _problem_view(parts, facts)
    check = check_signature(token, parts.header, parts.payload, registration)
    return _token_view(parts, check)


def _find_token(given: object) -> tuple[str, str, dict[str, object]]:
    """Return the token to read, or else a sentence and the facts to show with it."""
    if isinstance(given, dict):
        if "error" in given:
            names = ("error", "suberror", "error_codes", "error_description")
            facts = {name: given[name] for name in names if given.get(name)}
            return "", "This result holds an error, not a token. Read what it says, and repair that first.", facts
        given = given.get("access_token") or given.get("id_token")
        if given is None:
            return "", "This dictionary holds no access_token. Give the result of an acquire_token_… call of MSAL.", {}
    if given is None:
        return "", "There is no token: None. A silent call returns None when the cache holds nothing that fits.", {}
    if isinstance(given, bytes):
        given = given.decode("ascii", errors="replace")
    if not isinstance(given, str):
        return "", f"A token is a string, or the dictionary that MSAL returned; this is {type(given).__name__}.", {}
    token = given.strip().removeprefix("Bearer ").strip()
    return token, "There is no token: the string is empty.", {}


def _token_view(parts: JwtParts, check: SignatureCheck) -> tuple[dict, str, str]:
    header = [_row(name, value, parts, header=True) for name, value in parts.header.items()]
    payload = [_row(name, value, parts) for name, value in parts.payload.items()]
    lifetime = _lifetime(parts.payload)
    view = {
        "shape": True,
        "parts": [
            {"kind": "header", "title": "Header: how the token is signed", "rows": [_live(row) for row in header]},
            {"kind": "payload", "title": "Payload: the claims", "rows": [_live(row) for row in payload]},
            {
                "kind": "signature",
                "title": "Signature",
                "verified": check.verified,
                "sentence": check.sentence,
                "detail": check.detail,
            },
        ],
        "notes": [*lifetime, CAUTION],
    }
    columns = ("claim", "value", "meaning")
    tables = {
        caption: [(row.name, row.stable, row.meaning) for row in rows]
        for caption, rows in (("Header", header), ("Payload", payload))
    }
    sentences = [f"Signature. {check.sentence}", *lifetime, CAUTION]
    html = "".join(
        [
            static_html.html_paragraph("Token inspector: eyJ… . eyJ… . …", strong=True),
            *(static_html.html_table(caption, columns, rows) for caption, rows in tables.items()),
            *(static_html.html_paragraph(sentence) for sentence in sentences),
        ]
    )
    text = "\n".join(
        [
            "Token inspector: eyJ… . eyJ… . …",
            *(static_html.text_table(caption, rows) for caption, rows in tables.items()),
            *sentences,
        ]
    )
    return view, f"<div>{html}</div>", text


def _problem_view(sentence: str, facts: dict[str, object]) -> tuple[dict, str, str]:
    shown = {name: _as_text(value) for name, value in facts.items()}
    # A description ends in a trace ID and a time, which differ in each run.
    stable = [(name, static_html.VARIES if name == "error_description" else value) for name, value in shown.items()]
    view = {"problem": sentence, "facts": [[name, value] for name, value in shown.items()]}
    html = static_html.html_paragraph("Token inspector", strong=True) + static_html.html_paragraph(sentence)
    text = f"Token inspector\n{sentence}"
    if stable:
        html += static_html.html_table("The error", ("name", "value"), stable)
        text += "\n" + static_html.text_table("The error", stable)
    return view, f"<div>{html}</div>", text


def _row(name: str, value: object, parts: JwtParts, *, header: bool = False) -> Row:
    seconds = value if not header and name in claims.TIMES and _date(value) else None
    return Row(
        name=_as_text(name),
        value=_as_text(value) if seconds is None else f"{value} = {_date(value)}",
        stable=_stable(name, value, parts.payload),
        meaning=claims.explain(name, header=header),
        seconds=seconds,
    )


def _live(row: Row) -> dict:
    return {"name": row.name, "value": row.value, "meaning": row.meaning, "seconds": row.seconds}


def _stable(name: str, value: object, payload: dict) -> str:
    issued = payload.get("iat")
    if name in ("exp", "nbf") and _date(value) and _date(issued):
        return _difference(value - issued, "iat")
    if name in _STABLE:
        return _as_text(sorted(map(str, value)) if isinstance(value, list) else value)
    if static_html.is_guid(value):
        return static_html.A_GUID
    if name in _ISSUERS and isinstance(value, str):
        return static_html.mask_guids(_as_text(value), "tenant")
    if name == "aud" and isinstance(value, str):
        return static_html.mask_guids(_as_text(value), "id")
    if name == "wids" and isinstance(value, list):
        return ", ".join(static_html.A_GUID for _ in value)
    return static_html.VARIES


def _lifetime(payload: dict) -> list[str]:
    issued, expires = payload.get("iat"), payload.get("exp")
    if not (_date(issued) and _date(expires)):
        return []
    return [f"Lifetime: {_duration(expires - issued)} from iat to exp."]


def _difference(seconds: float, name: str) -> str:
    if seconds == 0:
        return f"the same as {name}"
    return f"{_duration(abs(seconds))} {'after' if seconds > 0 else 'before'} {name}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} minutes" if not rest else f"{minutes} minutes {rest} seconds"


def _date(value: object) -> str | None:
    """Return a NumericDate (seconds since 1970 in UTC) in ISO 8601, or `None` when the value is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None


def _as_text(value: object) -> str:
    if isinstance(value, str):
        # JSON can smuggle in half a surrogate pair, which no message to the page can carry.
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        return ", ".join(_as_text(str(item)) for item in value)
    return json.dumps(value)
