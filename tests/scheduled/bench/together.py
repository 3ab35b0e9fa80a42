"""200 programs that begin at the same moment, a quarter of them with somebody who signs in: how long each waits."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.environment import hermetic
from tests.notebooks.live.served import ServedTenant, served
from tests.scheduled.bench.clients import ClientFailed, Daemon, SignedIn
from tests.scheduled.bench.figure import Figure, percentile
from tests.scheduled.bench.plan import Plan

CLIENTS, WITH_DEVICE_CODE = 200, 50

INSTANTIATE, TOKEN, SIGN_IN, CALL = "instantiate", "token", "token by device code, sign-in pages included", "API call"
_STEPS = (INSTANTIATE, TOKEN, SIGN_IN, CALL)
_SECONDS_TO_BEGIN = 30


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one client fared: the ms that each step took it, and what stopped it; empty if nothing did."""

    milliseconds: dict[str, float] = field(default_factory=dict)
    error: str = ""


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """A new tenant in each repeat. The clients are threads of one process, which has more to do than the server.

    Raises:
        RuntimeError: a client met an error; the figures are yielded before.
    """
    repeats, seconds = [], []
    for number in range(plan.repeats):
        with served(hermetic(folder / str(number))) as tenant:
            began = time.perf_counter()
            repeats.append(at_once(tenant))
            seconds.append(time.perf_counter() - began)
    name = f"{CLIENTS} clients at once"
    errors = [[outcome.error for outcome in outcomes if outcome.error] for outcomes in repeats]
    yield Figure(name=f"{name}: errors", unit="", values=tuple(float(len(each)) for each in errors), bar="0")
    yield Figure(name=f"{name}: all of them are done", unit="s", values=tuple(seconds))
    for step in _STEPS:
        for share in (50, 95):
            values = tuple(percentile(taken, share) for outcomes in repeats if (taken := _taken(outcomes, step)))
            yield Figure(name=f"{name}: {step}, p{share}", unit="ms", values=values, missing="" if values else "none")
    if met := [error for each in errors for error in each]:
        raise RuntimeError(f"{len(met)} clients met an error, the first: {met[0]}")


def _taken(outcomes: list[Outcome], step: str) -> list[float]:
    return [outcome.milliseconds[step] for outcome in outcomes if step in outcome.milliseconds]


def at_once(tenant: ServedTenant, clients: int = CLIENTS, with_device_code: int = WITH_DEVICE_CODE) -> list[Outcome]:
    """Let so many clients instantiate, get a token and call the API, all at the same moment."""
    os.environ["COURSE_PERSON_PASSWORD"] = tenant.seeded.user_password
    together = threading.Barrier(clients, timeout=_SECONDS_TO_BEGIN)

    def client(number: int) -> Outcome:
        together.wait()
        return _outcome(tenant, SignedIn if number < with_device_code else Daemon)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(client, range(clients)))


def _outcome(tenant: ServedTenant, kind: type[Daemon] | type[SignedIn]) -> Outcome:
    milliseconds = {}

    def timed(step: str, act, *values):
        began = time.perf_counter()
        done = act(*values)
        milliseconds[step] = (time.perf_counter() - began) * 1000
        return done

    try:
        with closing(timed(INSTANTIATE, kind, tenant)) as client:
            token = timed(TOKEN if kind is Daemon else SIGN_IN, client.token)
            timed(CALL, client.call, token)
    except (ClientFailed, requests.RequestException, ValueError) as problem:
        return Outcome(milliseconds=milliseconds, error=f"{type(problem).__name__}: {str(problem)[:200]}")
    return Outcome(milliseconds=milliseconds)
