"""A computer that lacks something, for one process: Linux shows it disks and a network of its own (namespaces(7)).

Nothing of the computer itself is changed, and all of it is gone with the process.
"""

import functools
import os
import subprocess
import sys

import pytest

# An ordinary user is root in a namespace of their own, where the system lets them have one.
_AS_ROOT = () if sys.platform == "win32" or os.geteuid() == 0 else ("--user", "--map-root-user")


def inside(*steps: str) -> list[str]:
    """The beginning of a command that runs the rest of it with disks and a network of its own.

    The network is one of this computer alone. Skips the test where the system has no such thing.

    Args:
        steps: shell commands that come before it. If one fails, the whole command does.
    """
    _need()
    script = " && ".join(["ip link set lo up", *steps, 'exec "$@"'])
    return ["unshare", *_AS_ROOT, "--mount", "--net", "sh", "-c", script, "sh"]


def never(command: str) -> str:
    """A step that a command has to fail in: that what is meant to be lacking is."""
    return f"! ({command}) >/dev/null 2>&1"


@functools.cache
def _lacking() -> str:
    if sys.platform != "linux":
        return "Only Linux gives a process disks and a network of its own."
    command = ["unshare", *_AS_ROOT, "--mount", "--net", "sh", "-c", "ip link set lo up && mount -t tmpfs tmpfs /mnt"]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=10, check=False)
    except OSError as error:
        return f"There is no unshare on this machine: {error.strerror}."
    return done.stderr.strip() and f"This machine lets nobody have disks of their own: {done.stderr.strip()}"


def _need() -> None:
    if reason := _lacking():
        pytest.skip(reason)
