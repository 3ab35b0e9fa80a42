"""From starting a process to having its first answer and its first token, keys already made."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.scheduled.bench.figure import Figure, from_repeats, missing, ratio
from tests.scheduled.bench.peers import OIDC_PROVIDER
from tests.scheduled.bench.plan import Plan
from tests.scheduled.bench.server import OURS, Answering, Server, each

_BARE = "a Python that starts and ends"
_LIBRARIES = "a Python that imports what the practice tenant stands on"
_PYTHONS = {
    _BARE: "",
    # Without the end of the process, which no start has.
    _LIBRARIES: (
        "import os, asyncio, sqlite3, ssl, cryptography.x509, jwt, starlette.applications, uvicorn; os._exit(0)"
    ),
}
# What is asked first. What only a token needs may be loaded after the metadata were answered, so both count.
_ASKED = {"first answered request": Answering.read_metadata, "first token": Answering.require_token}


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """Each server in turn, in each repeat; and Pythons without a server."""
    servers, measured = plan.servers, []
    # Once more than is counted: the first time keys are made and files are read.
    for _ in range(1 + plan.repeats):
        repeat = {name: _seconds_of_python(code) for name, code in _PYTHONS.items()}
        for what, ask in _ASKED.items():
            answered, servers = each(servers, partial(_seconds, what, ask))
            repeat |= answered
        measured.append(repeat)
    del measured[0]
    bare, libraries = (from_repeats(measured, name, name, "s") for name in _PYTHONS)
    for what, bar in zip(_ASKED, ("< 0.7", ""), strict=True):
        answered = {}
        for server in servers:
            name = f"{server.name}: process start to {what}"
            if server.missing:
                yield missing(name, server.missing)
                continue
            answered[server.name] = from_repeats(measured, name, f"{server.name}, {what}", "s")
            yield answered[server.name]
        if OIDC_PROVIDER in answered:
            yield ratio(f"{OURS} / {OIDC_PROVIDER}, start to {what}", answered[OURS], answered[OIDC_PROVIDER], bar)
            yield ratio(
                f"the libraries' imports alone / {OIDC_PROVIDER}, start to {what}", libraries, answered[OIDC_PROVIDER]
            )
        yield ratio(f"{OURS} / bare Python, start to {what}", answered[OURS], bare)
    yield bare
    yield libraries


def _seconds(what: str, ask: Callable[[Answering], None], server: Server) -> dict[str, float]:
    began = time.perf_counter()
    with server.start() as answering:
        ask(answering)
        return {f"{server.name}, {what}": time.perf_counter() - began}


def _seconds_of_python(code: str) -> float:
    # -E: without what this process has in PYTHONPATH, as the servers.
    began = time.perf_counter()
    subprocess.run([sys.executable, "-E", "-c", code], check=True)
    return time.perf_counter() - began
