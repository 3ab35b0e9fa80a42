"""Another program holds the state file, or takes it away, while the tenant is served: answers come at once and say so."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from practice_tenant.directory import database, seed
from practice_tenant.state import DATABASE, open_state
from tests.server.test_command_line import connection, secrets, served
from tests.tenant.clients import FORM

CLIENTS = 20


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A served tenant, asked without a proxy, and without another certificate than its own."""

    folder: Path
    https_port: int
    http_port: int
    public_client_id: str
    client_secret: str
    session: requests.Session

    @property
    def database(self) -> Path:
        return self.folder / "tenant" / DATABASE

    def send(self, path: str, form: dict[str, str] | None = None) -> requests.Response:
        """A GET, or a POST of a form."""
        url = f"https://localhost:{self.https_port}{path}"
        headers = {"Content-Type": FORM} if form else {}
        return self.session.request("POST" if form else "GET", url, data=form, headers=headers, timeout=30)

    def begin_device_flow(self) -> requests.Response:
        """A request that has to write."""
        form = {"client_id": self.public_client_id, "scope": "openid"}
        return self.send(f"/{seed.TENANT_ID}/oauth2/v2.0/devicecode", form)

    def token(self) -> requests.Response:
        """A request that reads."""
        form = {
            "grant_type": "client_credentials",
            "client_id": seed.DAEMON_CLIENT_ID,
            "client_secret": self.client_secret,
            "scope": "https://graph.microsoft.com/.default",
        }
        return self.send(f"/{seed.TENANT_ID}/oauth2/v2.0/token", form)


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Asked]:
    """A served tenant that has answered each kind of request."""
    with served(tmp_path), requests.Session() as session:
        written = connection(tmp_path)
        # A copy: some tests move the folder.
        ca_file = shutil.copy(written["ca_certificate"], tmp_path / "ca.pem")
        session.trust_env, session.verify = False, str(ca_file)
        asked = Asked(
            folder=tmp_path,
            https_port=written["https_port"],
            http_port=written["http_port"],
            public_client_id=written["seeded"]["public_client_id"],
            client_secret=secrets(tmp_path)["client_secret"],
            session=session,
        )
        assert asked.begin_device_flow().status_code == asked.token().status_code == 200
        yield asked


@contextmanager
def held(tenant: Asked, *statements: str) -> Iterator[None]:
    """Another program has the file to itself."""
    with closing(sqlite3.connect(tenant.database, isolation_level=None)) as other:
        for statement in statements:
            other.execute(statement)
        yield


def test_while_another_program_holds_the_state_file_every_client_is_told_at_once(tenant: Asked):
    with held(tenant, "BEGIN EXCLUSIVE"), ThreadPoolExecutor(CLIENTS) as pool:
        began = time.monotonic()
        answers = list(pool.map(lambda _: tenant.begin_device_flow(), range(CLIENTS)))
        assert time.monotonic() - began < 5
        assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(503, "5")}
        assert tenant.token().status_code == 200, "in WAL mode others may still read"
    assert tenant.begin_device_flow().status_code == 200


def test_a_tenant_that_starts_meanwhile_runs_in_memory_and_says_why(tenant: Asked, monkeypatch):
    monkeypatch.setattr(database, "_OPENING_SECONDS", 0.1)
    with held(tenant, "BEGIN EXCLUSIVE"):
        state = open_state(tenant.database.parent)
    state.directory.close()
    assert f"another program holds the state file in {tenant.database.parent}" in state.notices[0]
    assert "Stop that program" in state.notices[0]


def removed(tenant: Asked) -> None:
    tenant.database.unlink()


def replaced(tenant: Asked) -> None:
    new = tenant.database.with_name("new")
    shutil.copy(tenant.database, new)
    new.replace(tenant.database)


def folder_moved(tenant: Asked) -> None:
    tenant.database.parent.rename(tenant.folder / "moved")


# Windows lets nobody remove, replace or move a file that is open.
if os.name == "posix":

    @pytest.mark.parametrize("change", [removed, replaced, folder_moved])
    def test_a_state_file_that_is_gone_is_noticed_and_said(tenant: Asked, change):
        change(tenant)
        keys = f"/{seed.TENANT_ID}/discovery/v2.0/keys"
        for answer in (tenant.begin_device_flow(), tenant.token(), tenant.send(keys)):
            assert answer.status_code == 500
            sentence = f"{tenant.database} was removed or replaced meanwhile. Restart the kernel, or serve."
            assert sentence in answer.json()["error_description"]

    def test_a_state_folder_that_comes_back_is_used_again(tenant: Asked):
        folder_moved(tenant)
        assert tenant.begin_device_flow().status_code == 500
        (tenant.folder / "moved").rename(tenant.database.parent)
        assert tenant.begin_device_flow().status_code == 200
