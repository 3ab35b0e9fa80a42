"""A token cache that is written before there is anything in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell
from course.exercises.verdict import shown


@contextmanager
def _situation() -> Iterator[situations.Given]:
    import msal

    with situations.practising() as given, TemporaryDirectory() as folder:
        file = Path(folder) / "token_cache.json"

        def load() -> msal.SerializableTokenCache:
            cache = msal.SerializableTokenCache()
            if file.exists():
                cache.deserialize(file.read_text(encoding="utf-8"))
            return cache

        def save(cache: msal.SerializableTokenCache) -> None:
            if cache.has_state_changed:
                file.write_text(cache.serialize(), encoding="utf-8")

        yield given | {"load": load, "save": save}


def _judge(sources: Any, given: Mapping[str, Any]) -> str:
    count = running.token_requests()
    if count > 1:
        return f"two runs still sent {count} token requests: nothing was in the file when the second one began"
    if sources != ["identity_provider", "cache"]:
        return f"the sources of both runs are wanted, and it returned {shown(sources)}"
    return ""


CASE = Case(
    title="Monday and Tuesday",
    group="caching",
    order=30,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/98",),
    story="A program runs on Monday and on Tuesday. `load()` reads the token cache from a file, and `save(cache)` writes it "
    "if `has_state_changed`.",
    symptom="['identity_provider', 'identity_provider']",
    predict="At the moment of saving, what is `has_state_changed`?",
    solved=cell("""
        def run_twice(practice, make_app, load, save):
            sources = []
            for _ in ("Monday", "Tuesday"):
                cache = load()
                app = make_app(token_cache=cache)
                #: save(cache)
                result = app.acquire_token_for_client(practice.scopes)
                save(cache)  #:
                sources.append(result["token_source"])
            return sources


        check("07-cache-saved-too-early", run_twice)
    """),
    hints=(
        "The cache writes nothing by itself. It only says whether something is new in it.",
        "Something is new once a token has been acquired: move the line that saves.",
    ),
    lesson="Save after acquiring, whenever `has_state_changed` says so: the library never writes a file.",
    situation=_situation,
    judge=_judge,
    wrong=(
        Wrong(old="        save(cache)\n", new="", because="2 token requests"),
        Wrong(old="save(cache)", new="save(load())", because="2 token requests"),
    ),
    given={
        "load": "`load()`, which returns the token cache from the file",
        "save": "`save(cache)`, which writes it to the file if `has_state_changed`",
    },
)
