"""Exercises of notebook 05b: a cache for each session in a shared store, what may share one, a token through an outage."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.session_store import _EVENT, _check_load, _check_save
from course.exercises.solved_cell import cell
from course.exercises.verdict import NOT_TRIED, RIGHT, Verdict, shown, wrong

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
    except Exception as error:  # noqa: BLE001  whatever the learner's code raises in its place is not the tenant's word
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
