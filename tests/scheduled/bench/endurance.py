"""Minutes or an hour of tokens at a steady pace, asked for by real MSAL clients: does anything grow in the server?"""

import math
import os
import sqlite3
import statistics
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from practice_tenant.state import DATABASE
from tests.environment import hermetic
from tests.notebooks.live.served import ServedTenant, served
from tests.scheduled.bench import seeding
from tests.scheduled.bench.clients import Client, ClientFailed, Daemon, SignedIn
from tests.scheduled.bench.figure import Figure, percentile, slope
from tests.scheduled.bench.plan import Plan
from tests.scheduled.bench.server import resident

TOKENS_A_SECOND = 20
SECONDS_BETWEEN_SAMPLES = 10

# In each second one person signs in anew and one daemon starts; four refresh, the rest asks on a kept connection.
SIGN_IN, NEW_DAEMON, REFRESH, DAEMON = "device code sign-in", "new daemon", "refresh token", "daemon, kept connection"
# Values that are given out for a while in a second of that, and found in the file afterwards.
_KEPT_A_SECOND = 11
_AT_ONCE, _CLIENTS_OF_A_KIND = 16, 16


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The server at one moment.

    Attributes:
        seconds: since the load began.
        memory: resident, MB (a million bytes).
        files: open ones, sockets included; handles on Windows.
        kept: the SQLite file and its log, MB.
        values: codes, refresh tokens and the like in the file.
    """

    seconds: float
    memory: float
    files: int
    threads: int
    kept: float
    values: int


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """One run of ``plan.minutes``, whatever the repeats.

    Raises:
        RuntimeError: not every token was given; the text has the errors. The figures are yielded before.
    """
    seconds = max(2 * SECONDS_BETWEEN_SAMPLES, plan.minutes * 60)
    environment = hermetic(folder)
    home = Path(environment["PRACTICE_TENANT_HOME"])
    # As if it had been used for months: what is forgotten in the file meanwhile is as much as what is given out.
    seeding.forgotten_soon(home, round(seconds * _KEPT_A_SECOND), seconds)
    with served(environment) as tenant:
        crew = Crew(tenant)
        process = psutil.Process(tenant.process_id)
        used = sum(process.cpu_times()[:2])
        began = time.monotonic()
        samples = list(_load(crew, process, home / DATABASE, seconds))
        took, used = time.monotonic() - began, sum(process.cpu_times()[:2]) - used
    name = f"{plan.minutes:g} min at {TOKENS_A_SECOND} tokens/s"
    given = sum(len(each) for each in crew.milliseconds.values())
    yield Figure(name=f"{name}: tokens given", unit="tokens/s", values=(given / took,))
    yield Figure(name=f"{name}: errors", unit="", values=(float(crew.errors.total()),), bar="0")
    for kind, values in crew.milliseconds.items():
        for share in (50, 95):
            p = tuple([percentile(values, share)] if values else [])
            yield Figure(name=f"{name}: {kind}, p{share}", unit="ms", values=p, missing="" if p else "none was given")
    yield Figure(name=f"{name}: the server's share of one core", unit="x", values=(used / took,))
    yield from growth(name, samples)
    if crew.errors:
        told = "; ".join(f"{count} x {error}" for error, count in crew.errors.most_common(5))
        raise RuntimeError(f"{crew.errors.total()} tokens of {given + crew.errors.total()} were not given: {told}")


def growth(name: str, samples: list[Sample]) -> Iterator[Figure]:
    """What each sample says, and how that went on after half the time: what is loaded or kept first is there by then."""
    for part, unit, told in (
        ("memory", "MB", "resident memory"),
        ("files", "", "open files"),
        ("threads", "", "threads"),
        ("kept", "MB", "SQLite file and log"),
        ("values", "", "codes and refresh tokens in the file"),
    ):
        values = tuple(float(getattr(sample, part)) for sample in samples)
        yield Figure(name=f"{name}: {told}, each {SECONDS_BETWEEN_SAMPLES} s", unit=unit, values=values)
    later = samples[len(samples) // 2 :]
    # The pages of the file that SQLite keeps (2 MB) take some eight minutes to fill: a shorter run still grows by them.
    an_hour = slope([(sample.seconds / 3600, sample.memory) for sample in later])
    yield Figure(
        name=f"{name}: growth of memory over the second half", unit="MB/h", values=(an_hour,), bar="about 0 in an hour"
    )
    tenth = max(1, len(later) // 5)
    first, last = (statistics.median(each.memory for each in some) for some in (later[:tenth], later[-tenth:]))
    yield Figure(
        name=f"{name}: memory at the end / at half the time", unit="x", values=(last / first,), bar="≤ 1.02 in an hour"
    )


def kind_of(number: int) -> str:
    """Which kind of token is asked for as the number-th one."""
    place = number % TOKENS_A_SECOND
    return {0: SIGN_IN, 10: NEW_DAEMON}.get(place) or (REFRESH if place % 5 == 2 else DAEMON)


class Crew:
    """The clients, what they were answered in how many ms by kind, and the errors they met."""

    def __init__(self, tenant: ServedTenant):
        self.milliseconds: dict[str, list[float]] = {kind: [] for kind in (DAEMON, NEW_DAEMON, REFRESH, SIGN_IN)}
        self.errors: Counter[str] = Counter()
        self._tenant = tenant
        self._idle: dict[type[Client], deque[Client]] = {Daemon: deque(), SignedIn: deque()}

    def ask(self, number: int) -> None:
        """Have the number-th token asked for, by a client that is new or idle."""
        kind = kind_of(number)
        who = SignedIn if kind in (SIGN_IN, REFRESH) else Daemon
        idle = self._idle[who]
        try:
            client = None if kind in (SIGN_IN, NEW_DAEMON) else idle.popleft()
        except IndexError:
            client, kind = None, {REFRESH: SIGN_IN, DAEMON: NEW_DAEMON}[kind]
        began = time.perf_counter()
        try:
            new = client is None
            client = client or who(self._tenant)
            token = client.token()
            self.milliseconds[kind].append((time.perf_counter() - began) * 1000)
            if new:
                client.call(token)
        except (ClientFailed, requests.RequestException, ValueError) as problem:
            self.errors[f"{kind}: {type(problem).__name__}: {str(problem)[:200]}"] += 1
            if client is not None:
                client.close()
            return
        idle.append(client)
        if new and len(idle) > _CLIENTS_OF_A_KIND:
            idle.popleft().close()

    def close(self) -> None:
        """Close all connections."""
        for idle in self._idle.values():
            for client in idle:
                client.close()


def _load(crew: Crew, process: psutil.Process, file: Path, seconds: float) -> Iterator[Sample]:
    """Ask at the pace; a sample each ten seconds. Whether answers come in time changes nothing in when is asked."""
    os.environ["COURSE_PERSON_PASSWORD"] = crew._tenant.seeded.user_password
    began, each = time.monotonic(), TOKENS_A_SECOND * SECONDS_BETWEEN_SAMPLES
    with closing(crew), ThreadPoolExecutor(_AT_ONCE) as pool:
        for number in range(math.ceil(seconds * TOKENS_A_SECOND) + 1):
            time.sleep(max(0, began + number / TOKENS_A_SECOND - time.monotonic()))
            if number % each == 0:
                sample = _sample(process, file, time.monotonic() - began)
                print(
                    f"  {sample.seconds:.0f} s: {sample.memory:.1f} MB, {crew.errors.total()} errors", file=sys.stderr
                )
                yield sample
            pool.submit(crew.ask, number)


def _sample(process: psutil.Process, file: Path, seconds: float) -> Sample:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        [values] = database.execute("SELECT count(*) FROM issued").fetchone()
    log = file.with_name(f"{file.name}-wal")
    size = file.stat().st_size + (log.stat().st_size if log.exists() else 0)
    return Sample(
        seconds=seconds,
        memory=resident(process),
        files=process.num_handles() if sys.platform == "win32" else process.num_fds(),
        threads=process.num_threads(),
        kept=size / 1e6,
        values=values,
    )
