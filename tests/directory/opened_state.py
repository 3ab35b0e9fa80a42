"""What tests of the tenant's state look for in it."""

from pathlib import Path

from practice_tenant.directory import seed
from practice_tenant.directory.objects import Application
from practice_tenant.state import State

REGISTERED = Application(
    id="aaaaaaaa-0000-4000-8000-000000000001",
    app_id="aaaaaaaa-0000-4000-8000-000000000002",
    tenant_id=seed.TENANT_ID,
    display_name="Registered by a learner",
)


def holds_its_secrets(state: State) -> bool:
    """Whether the secrets that are given away are the ones the directory knows."""
    return seed.holds_secrets(state.directory, {name: getattr(state.seeded, name) for name in seed.SECRET_NAMES})


def set_aside(folder: Path) -> list[Path]:
    """The state files that were set aside, without SQLite's companions."""
    return sorted(folder.glob("tenant-set-aside-*.sqlite3"))
