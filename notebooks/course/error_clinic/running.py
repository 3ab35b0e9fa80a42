"""Runs a case's program; keeps its result or exception and the requests it sent, and judges what many cases share."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from course import transport
from course.claims import read_jwt
from course.error_clinic import symptom
from course.exercises import run_answer
from course.exercises.verdict import code, shown
from course.http_trace import Exchange, Trace


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the program returned, or the exception it raised, and the requests that it sent meanwhile.

    `exchanges` are those with Microsoft's hosts. `claims` are those of each access token among the answers: the exchanges
    hold no token.
    """

    result: Any
    exchanges: tuple[Exchange, ...]
    claims: tuple[dict[str, Any], ...] = ()


def tried(function: object, given: Mapping[str, Any], parameters: tuple[str, ...]) -> Any:
    """What the learner's function returns. Raises Settled if it is none, or raised."""
    with _quiet():
        return run_answer.call(function, *(given[name] for name in parameters))


@contextmanager
def acted(
    situation: Callable[[], AbstractContextManager[Mapping[str, Any]]],
    listener: Callable[[str, int, bytes], None] | None = None,
) -> Iterator[tuple[Mapping[str, Any], Trace]]:
    """What a situation gives, and the trace of what is sent in it; the situation's own requests are in neither trace."""
    with transport.scope(), situation() as given, transport.scope(listener=listener) as trace:
        yield given, trace


def run(
    source: str, situation: Callable[[], AbstractContextManager[Mapping[str, Any]]], parameters: tuple[str, ...]
) -> Outcome:
    """Run a cell as the notebook would, without its check."""
    import msal

    functions: list[Callable] = []
    namespace = {"msal": msal, "check": lambda _, function: functions.append(function)}
    exec(compile(source, "<case>", "exec"), namespace)  # noqa: S102 - the course's own text
    claims: list[dict[str, Any]] = []

    def look(url: str, status: int, body: bytes) -> None:
        if status == HTTPStatus.OK and url.endswith("/oauth2/v2.0/token"):
            claims.append(read_jwt(json.loads(body)["access_token"]).payload)

    with acted(situation, look) as (given, trace), _quiet():
        try:
            result = functions[0](*(given[name] for name in parameters))
        except Exception as error:  # noqa: BLE001 - the exception is the symptom
            result = error.with_traceback(None)
        return Outcome(result=result, exchanges=trace.exchanges, claims=tuple(claims))


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


def token_requests() -> int:
    """How many token requests the program sent."""
    trace = transport.current_trace()
    return sum(exchange.method == "POST" and exchange.path.endswith("/token") for exchange in trace)
