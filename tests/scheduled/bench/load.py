"""Load from a process of its own: wrk asks for tokens on kept-alive connections. https://github.com/wg/wrk"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.scheduled.bench.server import Answering

# wrk's own two seconds are too short for a server that hashes a secret for each of 64 clients.
_SECONDS_TO_ANSWER = 30
_SCRIPT = Path(__file__).with_name("token_requests.lua")


class LoadToolMissing(Exception):
    """The tool that makes the load isn't installed; the text says how to get it."""


class NobodyAnswered(RuntimeError):
    """Not one request was answered while the load ran, and none failed."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one load run was answered: how many tokens in how many seconds, and half and 95 % of them within so many ms."""

    tokens: int
    seconds: float
    p50: float
    p95: float

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return self.tokens / self.seconds


def tool() -> str:
    """The load tool's version; or that there is none."""
    if shutil.which("wrk") is None:
        return "wrk is not installed"
    # It ends with status 1 when it only says its version.
    said = subprocess.run(["wrk", "--version"], check=False, capture_output=True, text=True).stdout
    return said.partition(" [")[0].strip() or "wrk"


def require_tool() -> None:
    """Raises LoadToolMissing where there is no wrk."""
    if shutil.which("wrk") is None:
        raise LoadToolMissing(
            "The load is made by wrk, which is not installed: apt-get install wrk, or brew install wrk."
        )


def ask(server: Answering, *, connections: int, seconds: float) -> Load:
    """Ask a server for tokens, each connection again as soon as it is answered.

    Raises:
        LoadToolMissing: there is no wrk.
        RuntimeError: something else than tokens was answered.
    """
    require_tool()
    # wrk takes whole seconds only.
    duration = f"{max(1, round(seconds))}s"
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", duration]
    command += ["--timeout", f"{_SECONDS_TO_ANSWER}s"]
    environment = os.environ | {"TOKEN_FORMS": str(server.forms)}
    if server.authorization:
        environment["TOKEN_AUTHORIZATION"] = server.authorization
    ended = subprocess.run(
        [*command, "--script", str(_SCRIPT), server.token_url],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        return read(ended.stdout, ended.stderr)
    except NobodyAnswered:
        # Slower than the run was long.
        if seconds >= _SECONDS_TO_ANSWER:
            raise
        return ask(server, connections=connections, seconds=_SECONDS_TO_ANSWER)


def read(written: str, problem: str = "") -> Load:
    """What the script wrote last, after what wrk itself says.

    Raises:
        NobodyAnswered: there is no answer at all.
        RuntimeError: it wrote no result, or not every request was answered with success.
    """
    lines = written.splitlines()
    if not lines or not lines[-1].startswith("{"):
        raise RuntimeError(f"wrk ended without a result: {problem.strip() or written[-500:]}")
    counted = json.loads(lines[-1])
    failed = ", ".join(f"{number} {how}" for how, number in counted.pop("failed").items() if number)
    if not failed and not counted["tokens"]:
        raise NobodyAnswered(f"Not one token was given in {counted['seconds']:.0f} s.")
    if failed:
        told = f"{counted['tokens']} answers, {failed}"
        raise RuntimeError(f"The load was not answered with tokens only: {told}.")
    return Load(**counted)
