"""Kernels: other processes that start the practice tenant as a notebook does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from practice_tenant import SeededValues
from tests.children import running

_CODE = """
import dataclasses, json, sys
from practice_tenant import start

def named(value):
    return {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}

tenant = start()
print(json.dumps(named(tenant) | {"seeded": named(tenant.seeded)}), flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """The result of a kernel's own `start()`: enough to reach its tenant, as `course` does."""

    https_port: int
    http_port: int
    ca_certificate: str = field(repr=False)
    face_header: tuple[str, str] = field(repr=False)
    seeded: SeededValues
    notices: tuple[str, ...]
    portal_url: str = field(repr=False)
    control_token: str = field(repr=False)


@contextmanager
def kernel(folder: Path) -> Iterator[Kernel]:
    """A process with a running tenant, whose state is below *folder*."""
    with running("-c", _CODE, folder=folder) as process:
        told = process.stdout.readline()
        assert told, process.stderr.read()
        values = json.loads(told)
        yield Kernel(**values | {"seeded": SeededValues(**values["seeded"])})
        process.stdin.close()
        process.wait(10)
