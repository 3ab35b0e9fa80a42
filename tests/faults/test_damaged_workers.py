"""`serve --workers 2` on a state file that is damaged: before it starts, while it starts, and while it runs."""

import json
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from practice_tenant.state import DATABASE, SECRETS, open_state
from tests.conformance.clients import FORM
from tests.unit.children import SECONDS, ended, tenant_folder
from tests.unit.opened_state import set_aside
from tests.unit.test_workers import InTurn, one_connection_each, serve

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere --workers is refused.")

SENTENCE = "The practice tenant's state file is damaged ("
# Whoever starts the workers has opened a sound file.
DAMAGED_MEANWHILE = f"""
from practice_tenant import workers
from practice_tenant.__main__ import main

start = workers._start

def damage_and_start(listeners, sets, index, *more):
    # Once: while it is written it is empty for a moment, and to who looks then it is a new one.
    if index == 0:
        (listeners.state.folder / "{DATABASE}").write_bytes(b"no database " * 1000)
    return start(listeners, sets, index, *more)

workers._start = damage_and_start
raise SystemExit(main(["serve", "--workers", "2", "--https-port", "0", "--http-port", "0"]))
"""


@contextmanager
def both(folder: Path) -> Iterator[tuple[subprocess.Popen, dict, InTurn]]:
    """The command in another process, what it wrote down, and a connection to each worker."""
    with serve(folder) as (process, told, workers), ExitStack() as kept:
        context = ssl.create_default_context(cafile=told["ca_certificate"])
        yield process, told, one_connection_each(f"https://localhost:{told['https_port']}", workers, context, kept)


def tokens(folder: Path, told: dict, https: InTurn) -> list[httpx.Response]:
    """An answer to a token request from each worker."""
    form = {
        "grant_type": "client_credentials",
        "client_id": told["seeded"]["client_id"],
        "client_secret": json.loads((tenant_folder(folder) / SECRETS).read_text("utf-8"))["client_secret"],
        "scope": "https://graph.microsoft.com/.default",
    }
    path = f"/{told['seeded']['tenant_id']}/oauth2/v2.0/token"
    headers = [("Content-Type", FORM)]
    return [https.request("POST", path, headers=headers, content=urlencode(form).encode()) for _ in range(2)]


def change(folder: Path) -> None:
    """Change the file so that only who makes objects of its rows sees it."""
    with closing(sqlite3.connect(tenant_folder(folder) / DATABASE)) as database, database:
        database.execute("UPDATE application SET lists = '{}'")


def test_a_file_that_was_damaged_is_named_once_and_both_work_on_the_new_one(tmp_path: Path):
    open_state(tenant_folder(tmp_path)).directory.close()
    change(tmp_path)
    with both(tmp_path) as (process, told, https):
        [kept] = set_aside(tenant_folder(tmp_path))
        assert [answer.status_code for answer in tokens(tmp_path, told, https)] == [200, 200]
        process.terminate()
        _, said = process.communicate(timeout=SECONDS)
    assert said.count(f"is kept as {kept.name}") == 1
    assert "Traceback" not in said


def test_a_file_that_is_damaged_while_they_run_is_named_by_each(tmp_path: Path):
    with both(tmp_path) as (process, told, https):
        assert [answer.status_code for answer in tokens(tmp_path, told, https)] == [200, 200]
        change(tmp_path)
        for answer in tokens(tmp_path, told, https):
            assert (answer.status_code, answer.json()["error_codes"]) == (500, [90036])
            assert SENTENCE in answer.json()["error_description"]
        process.terminate()
        _, said = process.communicate(timeout=SECONDS)
    assert said.count(SENTENCE) == 2
    assert "Traceback" not in said


def test_a_file_that_is_damaged_while_they_start_ends_all_of_it_with_a_sentence(tmp_path: Path):
    done = ended("-c", DAMAGED_MEANWHILE, folder=tmp_path)
    assert done.returncode == 1
    assert SENTENCE in done.stderr
    assert "Traceback" not in done.stderr
