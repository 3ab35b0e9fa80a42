"""What MSAL's `http_cache` keeps, as four answers of an exercise."""

from __future__ import annotations

from course.exercises.verdict import RIGHT, Verdict, shown, wrong

# msal 1.39.0, throttled_http_client.py: GET 2xx for 24 hours, POST 400 for 60 seconds; 429, 5xx and whatever has a
# Retry-After for as long as that says; 401, 403 and 404 without one never.
_KEPT = {"discovery document", "400 invalid_scope"}
_NOT_KEPT = {
    "access token": "an access token is the business of `token_cache`: the HTTP cache is for what is no secret",
    "401 invalid_client": "a plain 401 (one without `Retry-After`) always goes to the network again: of such 4xx "
    "answers MSAL keeps 400 and 429 only, so a repaired secret works at once",
}
_MISSING = {
    "discovery document": "the discovery document is missing: it hardly ever changes, and MSAL keeps it for 24 hours",
    "400 invalid_scope": "`400 invalid_scope` is missing: the same question would get the same answer, so MSAL "
    "keeps it for 60 seconds",
}


def check(answer: object) -> Verdict:
    """The verdict on the set of names that the learner says are kept."""
    if not isinstance(answer, set | frozenset | list | tuple):
        return wrong(f"a set of names from `answers` is wanted, in braces, and you gave {shown(answer)}")
    names = [name for name in answer if name is not ...]
    unknown = [name for name in names if not isinstance(name, str) or name not in _KEPT | _NOT_KEPT.keys()]
    if unknown:
        return wrong(f"{shown(unknown[0])} is none of the names in `answers`")
    reasons = [reason for name, reason in _NOT_KEPT.items() if name in names]
    reasons += [reason for name, reason in _MISSING.items() if name not in names]
    return wrong(reasons[0]) if reasons else RIGHT
