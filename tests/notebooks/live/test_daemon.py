"""The daemon of notebook 08 with a settings file that names the cloud: the same script, nothing of the practice tenant."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.environment import ROOT, hermetic
from tests.notebooks.live.proxy import ConnectProxy
from tests.notebooks.live.served import ServedTenant

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "notebooks" / "scripts" / "daemon.py"
_SECONDS = 30


@pytest.mark.parametrize(
    "more",
    [
        "",
        (
            "INSTANCE=https://login.microsoftonline.com\n"
            "SCOPE=https://graph.microsoft.com/.default\n"
            "API_ENDPOINT=https://graph.microsoft.com/v1.0/users?$top=5\n"
        ),
    ],
    ids=["the values that README asks for", "all values"],
)
def test_the_same_script_counts_a_live_tenants_users(
    tenant: ServedTenant, connect_proxy: ConnectProxy, tmp_path: Path, more: str
):
    connect_proxy.asked.clear()
    settings, folder = tmp_path / ".env", tmp_path / "daemon"
    folder.mkdir()
    settings.write_text(
        f"COURSE_MODE=live\nTENANT={tenant.seeded.tenant_id}\n"
        f"CLIENT_ID={tenant.seeded.client_id}\n"
        f"CLIENT_SECRET='{tenant.seeded.client_secret}'\n"
        f"INTERVAL=0.1\n{more}",
        encoding="utf-8",
    )
    environment = hermetic(tmp_path / "state") | {
        "HTTPS_PROXY": connect_proxy.url,
        "REQUESTS_CA_BUNDLE": str(connect_proxy.certificates.authority),
    }
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), str(settings), str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as daemon:
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end and daemon.poll() is None and len(jobs(folder)) < 2:
            time.sleep(0.05)
        daemon.kill()
        said = daemon.stdout.read()
    # Twelve users, in the second run in pages of five: it followed the links.
    assert [(job["job"], job["users"]) for job in jobs(folder)[:2]] == [(1, 12), (2, 12)], said
    assert set(connect_proxy.asked) == {"login.microsoftonline.com:443", "graph.microsoft.com:443"}
    assert tenant.seeded.client_secret not in said


def jobs(folder: Path) -> list[dict]:
    """The finished jobs that are written down."""
    file = folder / "jobs.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
