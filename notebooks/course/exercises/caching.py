"""Exercises of notebook 05: where a token came from, what a hit needs, when a cache is worth saving, and what the HTTP
cache keeps."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from course.exercises import cache_hit, cached_answers, run_answer
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
        check=cache_hit.check,
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
        check=cached_answers.check,
        success="`http_cache` keeps what is no token: discovery for 24 hours, and an answer of 400 for 60 seconds.",
    ),
)
