"""Where a registration's values come from: the keys that `.env` may have, and what was given for each.

The seeded values of the practice tenant stand in where nothing was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .problem import Problem, plain
from .secret import Secret

if TYPE_CHECKING:
    from practice_tenant import RunningTenant, SeededValues

KEYS = (
    "COURSE_MODE",
    "INSTANCE",
    "TENANT",
    "CLIENT_ID",
    "PUBLIC_CLIENT_ID",
    "CLIENT_SECRET",
    "CLIENT_CERTIFICATE_PATH",
    "CLIENT_CERTIFICATE_PASSPHRASE",
    "REDIRECT_URI",
    "SCOPE",
    "API_ENDPOINT",
)
SECRET_KEYS = ("CLIENT_SECRET", "CLIENT_CERTIFICATE_PASSPHRASE")


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a registration's values came from, kept to resolve them again with some of them changed.

    In `given` an empty value is one that was taken away. `stored` says whether they came from `env_file`.
    """

    env_file: Path
    given: Mapping[str, str | Secret]
    exported: frozenset[str]
    file_problems: tuple[Problem, ...]
    stored: bool = True
    running: "RunningTenant | None" = field(default=None, repr=False)


def own(key: str, value: str | Secret, seeded: Mapping[str, str | Secret]) -> str | Secret:
    """A value as the learner's own; empty if it only repeats the seeded one, which no file and no live tenant may get."""
    text = "" if plain(value) == plain(seeded.get(key, "")) else plain(value)
    return Secret(text) if key in SECRET_KEYS else text


def seeded_values(tenant: "SeededValues") -> dict[str, str | Secret]:
    """What the practice tenant is seeded with, under the keys of `.env`."""
    return {
        "TENANT": tenant.tenant_id,
        "CLIENT_ID": tenant.client_id,
        "PUBLIC_CLIENT_ID": tenant.public_client_id,
        "CLIENT_SECRET": Secret(tenant.client_secret),
    }
