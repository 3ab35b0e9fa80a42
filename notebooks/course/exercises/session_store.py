"""The checks of two exercises: a session's token cache, read from a store that servers share and written to it."""

from __future__ import annotations

from typing import Any

from course.exercises import run_answer
from course.exercises.verdict import RIGHT, Verdict, shown, wrong

_DAY = 24 * 3600
# What MSAL hands to its cache after an answer.
_EVENT = {
    "client_id": "00001111-aaaa-2222-bbbb-3333cccc4444",
    "scope": ["https://graph.microsoft.com/.default"],
    "token_endpoint": "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/oauth2/v2.0/token",
    "response": {"access_token": "a-token", "expires_in": 3599, "token_type": "Bearer"},
}


class _Store:
    """As much of redis.Redis as an exercise needs, and what was done with it."""

    def __init__(self, **values: str):
        self.values = dict(values)
        self.seconds: dict[str, object] = {}

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def set(self, key: str, value: str, ex: object = None) -> None:
        self.values[key], self.seconds[key] = value, ex

    def setex(self, key: str, seconds: object, value: str) -> None:
        self.set(key, value, ex=seconds)


def _cache(*, filled: bool) -> Any:
    import msal

    cache = msal.SerializableTokenCache()
    if filled:
        cache.add(_EVENT)
    return cache


def _tokens(cache: Any) -> int:
    return len(list(cache.search(cache.CredentialType.ACCESS_TOKEN)))


def _check_load(load: object) -> Verdict:
    import msal

    text = _cache(filled=True).serialize()
    for case, stored, expected in (
        ("for a session whose cache is in the store", {"tokens:ada": text}, 1),
        ("for a new session, beside another's cache", {"tokens:bea": text, "tokens:": text}, 0),
        ("for a cache of which only half is in the store", {"tokens:ada": text[: len(text) // 2]}, 0),
    ):
        cache = run_answer.call(load, _Store(**stored), "ada", when=case)
        if not isinstance(cache, msal.SerializableTokenCache):
            return wrong(
                f"{case} it returned {shown(cache)}: a `SerializableTokenCache` is wanted, an empty one at least"
            )
        if _tokens(cache) != expected:
            return wrong(
                f"{case} the cache has {_tokens(cache)} tokens, and {expected} is right: {_WHY_LOAD[expected]}"
            )
    return RIGHT


_WHY_LOAD = {
    0: "no session may see the tokens of another",
    1: 'they are under the key `"tokens:" + session`, and `deserialize` reads them',
}


def _check_save(save: object) -> Verdict:
    cache, store = _cache(filled=True), _Store(**{"tokens:bea": "another session's"})
    run_answer.call(save, store, "ada", cache, when="for a cache that has changed")
    if "tokens:ada" not in store.values:
        return wrong('a changed cache is not in the store: its key is `"tokens:" + session`')
    if store.values["tokens:bea"] != "another session's":
        return wrong("the cache of another session was written over")
    back = _cache(filled=False)
    try:
        back.deserialize(store.values["tokens:ada"])
    except (TypeError, ValueError):
        return wrong("what is in the store can't be read back: `serialize()` gives the text")
    if _tokens(back) != 1:
        return wrong("what is in the store has no token: `serialize()` gives the text")
    return _why_not_the_time(store.seconds["tokens:ada"]) or _why_not_unchanged(save) or RIGHT


def _why_not_the_time(seconds: object) -> Verdict | None:
    if seconds is None:
        return wrong("the cache would stay in the store for ever: `ex` is the number of seconds after which it goes")
    if not isinstance(seconds, int) or not 0 < seconds <= _DAY:
        return wrong(f"`ex` is {shown(seconds)}: more than 0 seconds are wanted, and a day at the most")
    return None


def _why_not_unchanged(save: object) -> Verdict | None:
    cache, store = _cache(filled=False), _Store()
    run_answer.call(save, store, "ada", cache, when="for a cache that has not changed")
    return wrong("a cache that has not changed was written: ask `has_state_changed` first") if store.values else None
