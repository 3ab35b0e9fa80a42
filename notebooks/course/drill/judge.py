"""The drill's findings: sentences with reasons, from outside observation only."""

import os
from collections.abc import Iterable
from pathlib import Path

from course.redaction import Redaction, holds_a_token

from .daemon_process import Job


def lost_work(jobs: list[Job], users: int) -> Iterable[str]:
    """Jobs that are missing, were done twice, or counted other than *users* users."""
    numbers = [job.number for job in jobs]
    if numbers != list(range(1, len(numbers) + 1)):
        first = next((n for n, number in enumerate(numbers, start=1) if n != number), len(numbers))
        yield f"work was lost or done twice: job {first} should have come where job {numbers[first - 1]} stands"
    if wrong := [job for job in jobs if job.users != users]:
        yield f"job {wrong[0].number} counted {wrong[0].users} users, and there are {users}"


def too_many_applications(discoveries: int, allowed: int) -> Iterable[str]:
    """More discovery documents than applications that had to be made."""
    if discoveries > allowed:
        yield (
            f"the discovery document was read {discoveries} times, and {allowed} would do: a new application is made "
            "where the old one should be used again"
        )


def secrets_in(log: str, redaction: Redaction) -> Iterable[str]:
    """A secret, a passphrase or a token in the log; the finding doesn't repeat it."""
    lines = log.splitlines()
    for kind, found in (
        ("a secret", redaction.knows),
        ("a token", holds_a_token),
    ):
        if where := [number for number, line in enumerate(lines, start=1) if found(line)]:
            yield f"{kind} is in the log, in line {where[0]} first"


def open_files(files: Iterable[Path]) -> Iterable[str]:
    """A file beside the jobs, so with tokens in it, that others on this computer can read."""
    if os.name == "nt":
        # Windows has no such bits; a profile folder is its owner's.
        return
    for file in files:
        mode = file.stat().st_mode & 0o777
        if mode & 0o077:
            yield f"the cache is written unsafely: {file.name} has mode {mode:o}, so others can read its tokens"
