"""How a notebook shows a registration. A stored output must stay the same: nothing here varies between runs."""

from html import escape
from typing import TYPE_CHECKING

from . import surroundings
from .redaction import MASK

if TYPE_CHECKING:
    from .registration import Registration

_LABELS = {
    "practice": "the practice tenant answers",
    "live": "your own tenant answers",
    "live, incomplete": "nothing is sent until the errors below are corrected",
    "undecided": "correct what is listed below first",
}
_CARRIED = (
    "In this kernel, Microsoft's hosts lead to the practice tenant, for MSAL and requests. httpx isn't carried: it reaches "
    "the internet."
)
_NOT_GIVEN = "(not given)"
_CELL = "text-align: left; padding: 2px 16px 2px 0; overflow-wrap: anywhere"
# The colour is decoration: the text says whether a problem is an error or a warning.
_EDGE = {"error": "var(--jp-error-color1, #d32f2f)", "warning": "var(--jp-warn-color1, #b26a00)"}


def as_text(registration: "Registration") -> str:
    """Lines for a terminal and for text/plain."""
    mode = _mode(registration)
    rows = _rows(registration)
    width = max(map(len, rows))
    return "\n".join(
        [
            f"Registration: {mode} ({_LABELS[mode]})",
            *(f"  {name:<{width}}  {value}" for name, value in rows.items()),
            *(f"{problem.severity.capitalize()}: {problem.message}" for problem in registration.problems),
            *_notices(registration),
        ]
    )


def as_html(registration: "Registration") -> str:
    """A table with a caption, then the problems; readable in light and dark themes, and without any style."""
    mode = _mode(registration)
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}"><code>{name}</code></th><td style="{_CELL}">{escape(value)}</td></tr>'
        for name, value in _rows(registration).items()
    )
    problems = "".join(
        f'<li style="border-left: 4px solid {_EDGE[problem.severity]}; padding-left: 8px; margin: 4px 0">'
        f"<strong>{problem.severity.capitalize()}:</strong> {escape(problem.message)}</li>"
        for problem in registration.problems
    )
    notices = "".join(f"<p>{escape(notice)}</p>" for notice in _notices(registration))
    return (
        '<table><caption style="caption-side: top; text-align: left; padding: 4px 0">'
        f"Registration: <strong>{mode}</strong> ({_LABELS[mode]})</caption><tbody>{rows}</tbody></table>"
        + (f'<ul style="list-style: none; padding: 0">{problems}</ul>' if problems else "")
        + notices
    )


def _mode(registration: "Registration") -> str:
    if not registration.undecided:
        return registration.mode
    return "live, incomplete" if registration.mode == "live" else "undecided"


def _notices(registration: "Registration") -> tuple[str, ...]:
    """What the hook does, the practice tenant's notices, and those on the surroundings."""
    tenant = registration.practice_tenant
    leads = tenant and not registration._source.served and not registration.undecided
    return (
        *([_CARRIED] if leads else []),
        *getattr(tenant, "notices", ()),
        *surroundings.notices(registration.mode),
    )


def _rows(registration: "Registration") -> dict[str, str]:
    rows = {
        "instance": registration.instance,
        "tenant": registration.tenant or _NOT_GIVEN,
        "authority": registration.authority if registration.tenant else _NOT_GIVEN,
        "client_id": registration.client_id or _NOT_GIVEN,
        "public_client_id": registration.public_client_id or _NOT_GIVEN,
        "client_secret": MASK if registration.client_secret else _NOT_GIVEN,
    }
    if registration.client_certificate_path:
        rows["client_certificate_path"] = registration.client_certificate_path
        rows["client_certificate_passphrase"] = MASK if registration.client_certificate_passphrase else _NOT_GIVEN
    return rows | {
        "redirect_uri": registration.redirect_uri,
        "scope": registration.scope,
        "api_endpoint": registration.api_endpoint,
    }
