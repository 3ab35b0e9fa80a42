"""What a person sees of an outcome, as text that is the same in each run: no times, no random identifiers, no ports."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from course.error_clinic.situations import ErrorPage
from course.redaction import GUID, without_lookalikes

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?Z?")
_PLACE = re.compile(r"(localhost|127\.0\.0\.1):\d+")
_TAIL = re.compile(r"\s+Trace ID:.*", re.DOTALL)
_LONGEST = 400


def headline(result: Any) -> str:
    """The first line: what one would type into a search engine."""
    if isinstance(result, BaseException):
        return f"{type(result).__name__}: {_first_sentence(_message(result))}"
    if isinstance(result, dict) and "error" in result:
        codes = result.get("error_codes") or []
        return ": ".join([str(result["error"]), *(f"AADSTS{code}" for code in codes[:1])])
    if isinstance(result, dict) and "access_token" in result:
        return f"a token from {result.get('token_source', 'somewhere')}"
    if hasattr(result, "status_code"):
        return f"HTTP {result.status_code}: {result.json()['error']['code']}"
    return _stable(repr(result))


def details(result: Any) -> tuple[str, ...]:
    """The lines below it: the description, or Graph's message."""
    if isinstance(result, dict) and "error" in result:
        more = [f"{name}: {result[name]}" for name in ("suberror", "classification") if result.get(name)]
        return (_stable(said(result)), *more)
    if hasattr(result, "status_code"):
        return (_stable(result.json()["error"]["message"]),)
    if isinstance(result, ErrorPage):
        return (_stable(str(result)),)
    return ()


def said(error: dict) -> str:
    """An error's description, less the identifiers at its end, by which it is found in the sign-in logs."""
    return _TAIL.sub("", str(error.get("error_description") or ""))


def _message(error: BaseException) -> str:
    # A requests exception holds one of urllib3's, and that one may hold the reason.
    inner = error.args[0] if error.args else None
    inner = getattr(inner, "reason", None) or inner
    if isinstance(inner, BaseException) and inner.args:
        if verify := getattr(inner.args[0], "verify_message", ""):
            return f"certificate verify failed: {verify}"
        return str(inner.args[0])
    return str(error)


def _first_sentence(text: str) -> str:
    return _stable(re.split(r"(?<=\w)[.:;](?:\s|$)|\n", text, maxsplit=1)[0])


def _stable(text: str) -> str:
    text = without_lookalikes(_PLACE.sub(r"\1", _relative(text)))
    text = GUID.sub(lambda match: match[0] if _is_seeded(match[0]) else "{id}", text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _relative(text: str) -> str:
    """The text with its first time as T, and every other one by its distance from it, in minutes."""
    times = [_time(match) for match in _TIME.finditer(text)]

    def named(match: re.Match[str]) -> str:
        minutes = round((_time(match) - times[0]).total_seconds() / 60)
        return f"T {'+' if minutes > 0 else '−'} {abs(minutes)} min" if minutes else "T"

    return _TIME.sub(named, text)


def _time(match: re.Match[str]) -> datetime:
    # All are UTC, some without saying so.
    return datetime.fromisoformat(match[0].rstrip("Z"))


def _is_seeded(guid: str) -> bool:
    from practice_tenant import start

    seeded = start().seeded
    return guid in (seeded.tenant_id, seeded.client_id, seeded.public_client_id)
