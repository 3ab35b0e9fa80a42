"""Runs a case's program; keeps its result or exception and the requests it sent, and judges what many cases share."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from course.claims import read_jwt
from course.error_clinic import symptom
from course.exercises import run_answer
from course.exercises.verdict import code, shown
from course.http_session import Exchange


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the program returned, or the exception it raised, and the requests that it sent meanwhile.

    `exchanges` are those of `practice.http`; a program that lets MSAL make its own session has none. `claims` are those of
    each access token among the answers: the exchanges hold no token.
    """

    result: Any
    exchanges: tuple[Exchange, ...]
    claims: tuple[dict[str, Any], ...] = ()


def tried(function: object, given: Mapping[str, Any], parameters: tuple[str, ...]) -> Any:
    """What the learner's function returns. Raises Settled if it is none, or raised."""
    with _quiet():
        return run_answer.call(function, *_arguments(given, parameters))


def run(
    source: str, situation: Callable[[], AbstractContextManager[Mapping[str, Any]]], parameters: tuple[str, ...]
) -> Outcome:
    """Run a cell as the notebook would, without its check."""
    import msal

    functions: list[Callable] = []
    namespace = {"msal": msal, "check": lambda _, function: functions.append(function)}
    exec(compile(source, "<case>", "exec"), namespace)  # noqa: S102 - the course's own text
    with situation() as given, _quiet():
        arguments = _arguments(given, parameters)
        claims = _claims_of_tokens(given["practice"].http)
        try:
            result = functions[0](*arguments)
        except Exception as error:  # noqa: BLE001 - the exception is the symptom
            result = error.with_traceback(None)
        return Outcome(result=result, exchanges=given["practice"].http.trace.exchanges, claims=tuple(claims))


def _claims_of_tokens(session: requests.Session) -> list[dict[str, Any]]:
    """The claims of each access token that is answered from now on, in a list that grows."""
    claims: list[dict[str, Any]] = []

    def look(response: requests.Response, **_: Any) -> None:
        if response.ok and response.url.endswith("/oauth2/v2.0/token"):
            claims.append(read_jwt(response.json()["access_token"]).payload)

    session.hooks["response"].append(look)
    return claims


def _arguments(given: Mapping[str, Any], parameters: tuple[str, ...]) -> list[Any]:
    given["practice"].http.trace.clear()  # what came before is the situation's, not the program's
    return [given[name] for name in parameters]


@contextmanager
def _quiet() -> Iterator[None]:
    # MSAL warns in some of the cases, and logs a traceback in one. Where nothing handles a record, logging prints it: into
    # the learner's notebook, beside the symptom. logging.basicConfig() still shows it.
    logger, handler = logging.getLogger("msal"), logging.NullHandler()
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(handler)


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
