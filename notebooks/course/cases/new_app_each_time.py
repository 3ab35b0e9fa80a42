"""A new client application for every request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell
from course.exercises.verdict import shown


def _judge(sources: Any, given: Mapping[str, Any]) -> str:
    count = running.token_requests()
    if count > 1:
        return f"three calls still sent {count} token requests: each application begins with an empty cache"
    if sources != ["identity_provider", "cache", "cache"]:
        return f"the three sources are wanted, the first from the tenant and two from the cache; it returned {shown(sources)}"
    return ""


CASE = Case(
    title="Slow, every time",
    group="caching",
    order=20,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/549",
        "https://github.com/Azure-Samples/ms-identity-python-webapp/issues/54",
    ),
    story="A function in the cloud handles three calls. Each of them is slow, and the tenant is asked more often than "
    "it should be.",
    symptom="['identity_provider', 'identity_provider', 'identity_provider']",
    predict="How many requests are that for each call? Which of them could be spared?",
    solved=cell("""
        def handle(practice, make_app):
            sources = []
            app = make_app()  #:
            for _ in range(3):
                #: app = make_app()
                result = app.acquire_token_for_client(practice.scopes)
                sources.append(result["token_source"])
            return sources


        check("07-new-app-each-time", handle)
    """),
    hints=(
        "The token cache belongs to the application, and goes with it.",
        "Make the application where it is made once, and use it in all three rounds.",
    ),
    lesson="One application for the life of the process: its caches answer everybody after the first.",
    situation=situations.practising,
    judge=_judge,
    wrong=(
        Wrong(old="make_app()", new="make_app(http_cache={})", because="3 token requests"),
        Wrong(
            old='result["token_source"]',
            new='"cache" if sources else result["token_source"]',
            because="3 token requests",
        ),
    ),
)
