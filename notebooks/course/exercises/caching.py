"""Exercises of notebook 05: where a token came from, what a hit needs, when a cache is worth saving, and what the HTTP
cache keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.verdict import RIGHT, Verdict, shown, wrong

_NOTEBOOK = "05-caching"

_RESULTS = (
    ("for a token from the cache", {"access_token": "eyJ…", "expires_in": 3500, "token_source": "cache"}, True),
    ("for a new token", {"access_token": "eyJ…", "expires_in": 3599, "token_source": "identity_provider"}, False),
    ("for a token from a broker", {"access_token": "eyJ…", "expires_in": 3599, "token_source": "broker"}, False),
    ("for an error", {"error": "invalid_client", "error_codes": [7000215]}, False),
)


def _check_token_source(from_cache: object) -> Verdict:
    for case, result, expected in _RESULTS:
        returned = run_answer.call(from_cache, dict(result), when=case)
        if returned is not expected:
            return wrong(f"{case} it returned {shown(returned)}: {_why_not_the_source(returned, result, expected)}")
    return RIGHT


def _why_not_the_source(returned: object, result: dict, expected: bool) -> str:
    if returned is None:
        return "the function ends without `return`, or returns what an absent member gives"
    if not isinstance(returned, bool):
        return "`True` or `False` is wanted: a comparison gives one"
    if "error" in result:
        return "there is no token, so it came from nowhere"
    source = shown(result["token_source"])
    return f"its `token_source` is {source}, so {shown(expected)} is wanted"


def _check_save(save: object) -> Verdict:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "token_cache.json"
        reason = (
            _why_not_the_changed_cache(save, path)
            or _why_not_the_unchanged_cache(save, path, saved_by_another="what another process has saved")
            or _why_not_the_unchanged_cache(save, path, saved_by_another=None)
        )
    return wrong(reason) if reason else RIGHT


def _why_not_the_changed_cache(save: Any, path: Path) -> str:
    cache = _changed_cache()
    run_answer.call(save, cache, path, when="for a cache that has changed")
    if not path.exists() and not cache.has_state_changed:
        return (
            "a changed cache was not written. Its `has_state_changed` is False by now: `serialize()` resets it, "
            "so ask first"
        )
    if not path.exists():
        return "a changed cache was not written to `path`"
    text = path.read_bytes().decode("utf-8", "replace")
    try:
        written = json.loads(text)
    except ValueError:
        return f"the file has {shown(text[:60])}, and a cache reads back only what `serialize()` gives"
    if isinstance(written, str):
        return "the text is encoded as JSON twice: `serialize()` gives JSON already"
    if not isinstance(written, dict) or set(written) != set(json.loads(cache.serialize())):
        return "the file has something else than what `serialize()` gives, so no cache can read it back"
    return ""


def _why_not_the_unchanged_cache(save: Any, path: Path, *, saved_by_another: str | None) -> str:
    import msal

    cache = msal.SerializableTokenCache()
    cache.deserialize(_changed_cache().serialize())
    path.unlink(missing_ok=True)
    if saved_by_another:
        path.write_text(saved_by_another, encoding="utf-8")
    run_answer.call(save, cache, path, when="for a cache that has not changed")
    left = path.read_text(encoding="utf-8", errors="replace") if path.exists() else None
    if left == saved_by_another:
        return ""
    if saved_by_another is None:
        return "a file was made for a cache that has not changed"
    if left == "":
        return 'an unchanged cache left an empty file: `open(path, "w")` empties it, so ask before opening'
    return "an unchanged cache was written, over what another process may have saved there in the meantime"


def _changed_cache() -> Any:
    """A SerializableTokenCache to which a token has been added, as MSAL adds one."""
    import msal

    cache = msal.SerializableTokenCache()
    cache.add(
        {
            "client_id": "00001111-aaaa-2222-bbbb-3333cccc4444",
            "scope": ["https://graph.microsoft.com/.default"],
            "token_endpoint": "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/oauth2/v2.0/token",
            "response": {"access_token": "a-token", "expires_in": 3599, "token_type": "Bearer"},
        }
    )
    return cache


_NOW = 1_800_000_000
_SCOPE = "https://graph.microsoft.com/.default"
_ENTRY = {"realm": "a-tenant", "client_id": "an-app", "target": f"{_SCOPE} openid", "expires_on": str(_NOW + 3000)}
_WANTED = {"realm": "a-tenant", "client_id": "an-app", "scopes": [_SCOPE]}


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One question, and the rule that answers it. `entry` and `wanted` hold what differs from `_ENTRY`, `_WANTED`."""

    when: str
    hit: bool
    rule: str
    entry: dict = field(default_factory=dict)
    wanted: dict = field(default_factory=dict)


_CASES = (
    _Case(when="for an entry that has all that is wanted", hit=True, rule="nothing is missing"),
    _Case(
        when="for two scopes in another order",
        hit=True,
        rule="the order of scopes doesn't matter, so compare sets",
        wanted={"scopes": ["openid", _SCOPE]},
    ),
    _Case(
        when="with exactly 300 seconds left",
        hit=True,
        rule="five minutes are enough",
        entry={"expires_on": str(_NOW + 300)},
    ),
    _Case(
        when="with 299 seconds left",
        hit=False,
        rule="less than five minutes count as expired",
        entry={"expires_on": str(_NOW + 299)},
    ),
    _Case(
        when="for another tenant's token",
        hit=False,
        rule="`realm` has to be the same",
        entry={"realm": "another-tenant"},
    ),
    _Case(
        when="for another app's token",
        hit=False,
        rule="`client_id` has to be the same",
        entry={"client_id": "another-app"},
    ),
    _Case(
        when="for a scope that the entry hasn't",
        hit=False,
        rule="every wanted scope has to be in `target`",
        wanted={"scopes": [_SCOPE, "profile"]},
    ),
    _Case(
        when="for the beginning of a scope's name",
        hit=False,
        rule="whole scopes are compared, so split `target` into its words",
        wanted={"scopes": [_SCOPE[:-1]]},
    ),
    _Case(
        when="for a scope in capitals",
        hit=False,
        rule="scopes are compared as they are written",
        wanted={"scopes": [_SCOPE.upper()]},
    ),
)


def _check_cache_hit(is_hit: object) -> Verdict:
    """The verdict on the learner's function of a cache entry, the wanted values and the time in seconds."""
    for case in _CASES:
        returned = run_answer.call(is_hit, _ENTRY | case.entry, _WANTED | case.wanted, _NOW, when=case.when)
        if not isinstance(returned, bool):
            return wrong(f"{case.when} it returned {shown(returned)}: `True` or `False` is wanted")
        if returned is not case.hit:
            return wrong(f"{case.when} it returned {shown(returned)}: {case.rule}")
    return RIGHT


# msal 1.39.0, throttled_http_client.py: GET 2xx for 24 hours, POST 400 for 60 seconds; 429, 5xx and
# answers with Retry-After for as long as that says; 401, 403 and 404 without one never.
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


def _check_cached_answers(answer: object) -> Verdict:
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


EXERCISES = (
    Exercise(
        id="05-token-source",
        notebook=_NOTEBOOK,
        title="Did this token come from the cache?",
        solved=cell("""
            def from_cache(result):
                return result.get("token_source") == "cache"  #: ...


            check("05-token-source", from_cache)
        """),
        hints=(
            "MSAL adds a member to each result with a token that says where the token came from.",
            (
                "The member is `token_source`. An error has none, so read it with the dict's method `get`, "
                "and compare it with the one word that means the cache."
            ),
        ),
        check=_check_token_source,
        success="`token_source` is how a program sees its cache at work, without counting requests.",
    ),
    Exercise(
        id="05-hit",
        notebook=_NOTEBOOK,
        title="Is this entry a hit?",
        solved=cell("""
            def is_hit(entry, wanted, now):
                same_tenant = entry["realm"] == wanted["realm"]
                left = int(entry["expires_on"]) - now
                same_app = entry["client_id"] == wanted["client_id"]  #:
                covered = set(wanted["scopes"]) <= set(entry["target"].split())  #:
                return same_tenant and same_app and covered and left >= 300  #: ...


            check("05-hit", is_hit)
        """),
        hints=(
            "Two of the rules are there. Two more compare: the app, and the scopes. All have to hold.",
            (
                "`target` is a text with spaces between the scopes: split it. Sets know whether one is part of another, "
                "with the operator for *less or equal*. And how many seconds are five minutes?"
            ),
        ),
        check=_check_cache_hit,
        success="These are the rules of `token_cache`, and MSAL also compares the host and the account.",
    ),
    Exercise(
        id="05-save-if-changed",
        notebook=_NOTEBOOK,
        title="Save a token cache when there is something new",
        solved=cell("""
            def save(cache, path):
                if cache.has_state_changed:  #: ...
                    path.write_text(cache.serialize(), encoding="utf-8")


            check("05-save-if-changed", save)
        """),
        hints=(
            (
                "A `SerializableTokenCache` writes nothing itself, but an attribute of it tells whether it has changed "
                "since it was last read or written out."
            ),
            (
                "Ask `has_state_changed` first. `serialize()` gives the text, and `path` is a `pathlib.Path`, which "
                "has a method to write text."
            ),
        ),
        check=_check_save,
        success="A file is written only for something new, so processes that merely read tokens do not overwrite "
        "each other; in a real program make the file private too, as above.",
    ),
    Exercise(
        id="05-http-cache",
        notebook=_NOTEBOOK,
        title="What does the HTTP cache keep?",
        solved=cell("""
            answers = ("discovery document", "access token")
            answers += ("400 invalid_scope", "401 invalid_client")
            kept = {"discovery document", "400 invalid_scope"}  #: ...

            check("05-http-cache", kept)
        """),
        hints=(
            (
                "Look at the keys of the dict that you passed as `http_cache`: each begins with the method and the URL, "
                "and ends with the kind of answer."
            ),
            (
                "Two of the four are kept: one because it hardly ever changes, one because asking again would change "
                "nothing."
            ),
        ),
        check=_check_cached_answers,
        success="`http_cache` keeps what is no token: discovery for 24 hours, and an answer of 400 for 60 seconds.",
    ),
)
