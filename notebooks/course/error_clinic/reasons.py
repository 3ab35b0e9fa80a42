"""Reasons that many cases share: why what the repaired program returned is no cure."""

from __future__ import annotations

from typing import Any

from course.error_clinic import symptom
from course.exercises.verdict import code, shown


def no_token(result: Any) -> str:
    """Why a result holds no token; empty if it holds one."""
    if isinstance(result, dict) and "access_token" in result:
        return ""
    if result is None:
        return "it returned `None`: neither a token nor an error"
    if isinstance(result, dict) and "error" in result:
        return f"the program still gets {code(symptom.headline(result))}: {code(symptom.said(result))}"
    return f"MSAL's result is wanted, with a token in it, and it returned {shown(result)}"


def token_requests(practice: Any) -> int:
    """How many token requests the program sent."""
    return sum(exchange.method == "POST" and exchange.path.endswith("/token") for exchange in practice.http.trace)
