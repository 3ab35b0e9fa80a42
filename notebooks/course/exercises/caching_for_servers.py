"""Exercises of notebook 05b: a cache for each session in a shared store, what may share one, a token through an outage."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.verdict import NOT_TRIED, RIGHT, Verdict, shown, wrong

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


_NOTEBOOK = "05b-caching-for-servers"
_OWNERS = {
    "a daemon's own token, on three servers": "the app",
    "a person signed in to a web app": "the session",
    "an API that acts on behalf of its callers": "the caller's token",
}
_WHY_OWNER = {
    "the app": "the token is the app's own, the same for every server, and no person's",
    "the session": "whoever has the session is that person, and nobody else may find their tokens",
    "the caller's token": "an API has no sessions: a hash of the token that it was called with tells callers apart",
}


def _check_owner(answer: object) -> Verdict:
    if not isinstance(answer, dict) or set(answer) != set(_OWNERS):
        return wrong(f"the dict with its three cases is wanted, and you gave {shown(answer)}")
    for case, owner in _OWNERS.items():
        if answer[case] is ...:
            return NOT_TRIED
        if answer[case] not in _WHY_OWNER:
            return wrong(f"for {shown(case)} you gave {shown(answer[case])}, which is none of the names in `owners`")
        if answer[case] != owner:
            return wrong(f"for {shown(case)} you gave {shown(answer[case])}: {_WHY_OWNER[owner]}")
    return RIGHT


def _check_outage(get_token: object) -> Verdict:
    result = {"access_token": "a-new-token", "token_source": "identity_provider"}
    returned = run_answer.call(get_token, _app(answer=result), _EVENT["scope"], when="while the tenant answers")
    if returned != result:
        return wrong(f"while the tenant answers it returned {shown(returned)}: pass MSAL's result on")
    returned = run_answer.call(
        get_token, _app(filled=True), _EVENT["scope"], when="in an outage with a valid token cached"
    )
    if not isinstance(returned, dict) or returned.get("access_token") != "a-token":
        return wrong(
            f"in an outage with a valid token cached it returned {shown(returned)}: a dict is wanted with the entry's "
            "`secret` as `access_token`"
        )
    for case, app in (("nothing", _app()), ("an expired token", _app(filled=True, age=4000))):
        if not _raises(get_token, app):
            return wrong(f"in an outage with {case} cached there is no token to return: let the error through")
    return RIGHT


def _app(*, answer: dict | None = None, filled: bool = False, age: int = 0) -> Any:
    """An app whose tenant answers that, or is out; its cache has a token that was cached so many seconds ago."""
    import msal

    def acquire(scopes: object) -> dict:
        if answer is None:
            raise msal.exceptions.MsalServiceError("HTTP Error: 503", error=None, error_description=None)
        return answer

    cache = msal.TokenCache()
    if filled:
        cache.add(_EVENT, now=time.time() - age)
    return SimpleNamespace(client_id=_EVENT["client_id"], token_cache=cache, acquire_token_for_client=acquire)


def _raises(get_token: Any, app: Any) -> bool:
    import msal

    try:
        get_token(app, _EVENT["scope"])
    except Exception as error:  # noqa: BLE001 - any other exception than the tenant's hides what the tenant said
        return isinstance(error, msal.exceptions.MsalServiceError)
    return False


EXERCISES = (
    Exercise(
        id="05b-load",
        notebook=_NOTEBOOK,
        title="Load the cache of one session",
        solved=cell("""
            def load(store, session):
                cache = msal.SerializableTokenCache()
                text = store.get("tokens:" + session)  #: ...
                try:  #:
                    cache.deserialize(text)
                except ValueError:
                    pass
                return cache


            check("05b-load", load)
        """),
        hints=(
            "A new session has no text yet, and a text can be damaged. Both end with an empty cache, not with an error.",
            (
                'The text is under the key `"tokens:" + session`. `deserialize` takes `None` for no text; for half a '
                "text it raises a `ValueError` (a `JSONDecodeError` is one)."
            ),
        ),
        check=_check_load,
        success="A cache that can't be read costs a sign-in or a request, and never the page.",
    ),
    Exercise(
        id="05b-save",
        notebook=_NOTEBOOK,
        title="Save the cache of one session",
        solved=cell("""
            def save(store, session, cache):
                if cache.has_state_changed:  #: ...
                    store.set("tokens:" + session, cache.serialize(), ex=8 * 3600)


            check("05b-save", save)
        """),
        hints=(
            "Three questions: is there something new, under which key, and for how long?",
            (
                "`store.set` takes the key, the text and `ex`, the seconds until Redis removes it. Keep it no longer than a "
                "session lasts: a day at the most."
            ),
        ),
        check=_check_save,
        success="Each session has a key of its own, and what nobody comes back for goes by itself.",
    ),
    Exercise(
        id="05b-whose-cache",
        notebook=_NOTEBOOK,
        title="Whose cache is it?",
        solved=cell("""
            owners = ("the app", "the session", "the caller's token")
            key = {
                "a daemon's own token, on three servers": "the app",  #: ...
                "a person signed in to a web app": "the session",  #: ...
                "an API that acts on behalf of its callers": "the caller's token",  #: ...
            }

            check("05b-whose-cache", key)
        """),
        hints=(
            "Ask of each: who may use the tokens in it? Exactly those may share a key.",
            "A daemon has no persons. A web app has persons with sessions. An API has callers, and only what they send.",
        ),
        check=_check_owner,
        success="The key says who may find the tokens, so it names exactly that.",
    ),
    Exercise(
        id="05b-outage",
        notebook=_NOTEBOOK,
        title="Get through an outage",
        solved=cell("""
            def get_token(app, scopes):
                try:
                    return app.acquire_token_for_client(scopes)
                except msal.exceptions.MsalServiceError:
                    own = {"client_id": app.client_id}
                    search = app.token_cache.search
                    entries = search("AccessToken", target=scopes, query=own)
                    for entry in entries:  #: return ...
                        return {"access_token": entry["secret"]}
                    raise  #:


            check("05b-outage", get_token)
        """),
        hints=(
            "`search` gives only tokens that have not expired. Is there one? Then return it as MSAL returns a token.",
            "The token is the entry's `secret`. If the loop finds no entry, the error has to go on its way.",
        ),
        check=_check_outage,
        success="A token that is still valid is worth more than an error.",
    ),
)
