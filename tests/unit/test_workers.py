"""`serve --workers 2`: two processes that answer as one tenant. Each request of these tests goes to the other one."""

import itertools
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import jwt
import pytest

from practice_tenant import workers
from practice_tenant.__main__ import main
from practice_tenant.directory.permissions import GRAPH_APP_ID
from practice_tenant.directory.store import Directory
from practice_tenant.state import DATABASE
from tests.conformance.clients import Authority, Headers
from tests.conformance.person import Person
from tests.conformance.relying_party import DEVICE_GRANT, RelyingParty, sent_back
from tests.unit.children import NOTEBOOKS, SECONDS, running, tenant_folder
from tests.unit.practice import GRAPH_SCOPE

linux = pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere --workers is refused.")


@dataclass(frozen=True, kw_only=True)
class InTurn:
    """Sends each request to another worker than the one before, as ``InProcess`` would to an application."""

    clients: Sequence[httpx.Client]
    turns: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def request(self, method: str, path: str, *, headers: Headers = (), content: bytes = b"") -> httpx.Response:
        """One request."""
        client = self.clients[next(self.turns) % len(self.clients)]
        return client.request(method, path, headers=list(headers), content=content)

    def get(self, path: str, *, headers: Headers = ()) -> httpx.Response:
        """One GET."""
        return self.request("GET", path, headers=headers)


@dataclass(frozen=True, kw_only=True)
class Served:
    """A tenant of two workers: the process that started them, their IDs, and how to ask them in turn."""

    process: subprocess.Popen
    workers: list[int]
    folder: Path
    values: dict = field(repr=False)
    https: InTurn
    http: InTurn

    @property
    def authority(self) -> Authority:
        """The authorization server."""
        return Authority(http=self.https, tenant=self.values["tenant_id"])

    def person(self, label: str = "learner") -> Person:
        """One of the practice users."""
        name = f"{label}@{self.values['tenant_domain']}"
        return Person(http=self.http, username=name, password=self.values["user_password"])

    def tokens(self, times: int = 2) -> list[httpx.Response]:
        """Answers to the same token request of the seeded app, from each worker in turn."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.values["client_id"],
            "client_secret": self.values["client_secret"],
            "scope": GRAPH_SCOPE,
        }
        return [self.authority.token(form) for _ in range(times)]

    @contextmanager
    def directory(self) -> Iterator[Directory]:
        """What this process, which is neither of them, sees and changes."""
        directory = Directory(self.folder / DATABASE)
        yield directory
        directory.close()


def sockets_of(process: int) -> int:
    """How many sockets a process has open."""
    count = 0
    for name in os.listdir(f"/proc/{process}/fd"):
        try:
            count += os.readlink(f"/proc/{process}/fd/{name}").startswith("socket:")
        except FileNotFoundError:
            continue
    return count


def one_connection_each(base_url: str, processes: list[int], context: ssl.SSLContext, kept: ExitStack) -> InTurn:
    """An open connection to each worker; Linux decides whose a new one is, so several are tried."""
    found: dict[int, httpx.Client] = {}
    for _ in range(200):
        before = {process: sockets_of(process) for process in processes}
        client = httpx.Client(base_url=base_url, verify=context, trust_env=False, timeout=SECONDS)
        kept.callback(client.close)
        client.get("/")
        [whose] = [process for process in processes if sockets_of(process) > before[process]]
        found.setdefault(whose, client)
        if len(found) == len(processes):
            return InTurn(clients=list(found.values()))
    raise AssertionError(f"All connections went to {list(found)}")


@contextmanager
def serve(folder: Path) -> Iterator[tuple[subprocess.Popen, dict, list[int]]]:
    """The command in another process, what it wrote down, and its workers."""
    ports = ("--https-port", "0", "--http-port", "0")
    with running("-m", "practice_tenant", "serve", *ports, "--workers", "2", folder=folder) as process:
        lines = []
        while not lines or not lines[-1].startswith("Stop with"):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        [file] = tenant_folder(folder).glob("serve-*.json")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        yield process, json.loads(file.read_text("utf-8")), [int(child) for child in children.split()]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A tenant of two workers, and a connection to each."""
    with serve(tmp_path) as (process, told, children), ExitStack() as kept:
        assert len(children) == 2
        home = tenant_folder(tmp_path)
        context = ssl.create_default_context(cafile=told["ca_certificate"])
        yield Served(
            process=process,
            workers=children,
            folder=home,
            values=told | told["seeded"] | json.loads((home / "seeded-secrets.json").read_text("utf-8")),
            https=one_connection_each(f"https://localhost:{told['https_port']}", children, context, kept),
            http=one_connection_each(f"http://localhost:{told['http_port']}", children, context, kept),
        )


@linux
def test_a_sign_in_goes_from_worker_to_worker_and_each_value_counts_once(served: Served):
    app = RelyingParty(
        authority=served.authority, client_id=served.values["public_client_id"], redirect_uri="http://localhost"
    )
    code = sent_back(served.person().sign_in(app.link()))["code"]
    first = app.redeem(code)
    assert first.status_code == 200, first.text
    again = app.redeem(code)
    assert again.json()["error"] == "invalid_grant"


@linux
def test_a_refresh_token_of_one_worker_is_good_at_the_other(served: Served):
    app = RelyingParty(
        authority=served.authority, client_id=served.values["public_client_id"], redirect_uri="http://localhost"
    )
    answer = app.redeem(sent_back(served.person().sign_in(app.link()))["code"])
    for _ in range(4):
        answer = app.token(grant_type="refresh_token", refresh_token=answer.json()["refresh_token"], scope="User.Read")
        assert answer.status_code == 200, answer.text


@linux
def test_a_device_code_of_one_worker_is_known_to_the_other(served: Served):
    form = f"client_id={served.values['public_client_id']}&scope=User.Read".encode()
    kind = [("Content-Type", "application/x-www-form-urlencoded")]
    path = f"/{served.values['tenant_id']}/oauth2/v2.0/devicecode"
    begun = served.https.request("POST", path, headers=kind, content=form).json()
    poll = {
        "grant_type": DEVICE_GRANT,
        "client_id": served.values["public_client_id"],
        "device_code": begun["device_code"],
    }
    # That it was asked a moment ago, the other knows too.
    assert [served.authority.token(poll).json()["error"] for _ in range(2)] == ["authorization_pending", "slow_down"]


@linux
def test_both_sign_with_the_published_keys_and_have_one_certificate(served: Served):
    keys = jwt.PyJWKSet.from_dict(served.https.get("/common/discovery/v2.0/keys").json())
    for answer in served.tokens():
        token = answer.json()["access_token"]
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["RS256"], audience="https://graph.microsoft.com")
        assert claims["appid"] == served.values["client_id"]


@linux
def test_a_secret_that_is_removed_is_refused_by_both_at_once(served: Served):
    app_id = served.values["client_id"]
    assert [answer.status_code for answer in served.tokens(4)] == [200] * 4
    with served.directory() as directory:
        for item in directory.passwords(app_id):
            assert directory.remove_password(app_id, item.key_id)
    assert [answer.json()["error_codes"] for answer in served.tokens()] == [[7000215]] * 2


@linux
def test_consent_that_is_taken_back_is_in_no_token_of_either(served: Served):
    def roles() -> list[list[str]]:
        tokens = [answer.json()["access_token"] for answer in served.tokens(4)]
        return [jwt.decode(token, options={"verify_signature": False}).get("roles", []) for token in tokens]

    assert all(roles())
    with served.directory() as directory:
        principal = directory.service_principal(served.values["tenant_id"], app_id=served.values["client_id"])
        graph = directory.service_principal(served.values["tenant_id"], app_id=GRAPH_APP_ID)
        for item in directory.app_role_assignments(principal.id):
            assert item.resource_id != graph.id or directory.remove_app_role_assignment(principal.id, item.id)
    assert roles() == [[]] * 4


@linux
def test_the_control_api_is_refused_with_a_sentence(served: Served):
    bearer = [("Authorization", f"Bearer {served.values['control_token']}")]
    for method, path in (("GET", "faults"), ("POST", "faults"), ("DELETE", "faults"), ("GET", "requests")):
        for _ in range(2):
            answer = served.https.request(method, f"/control/{path}", headers=bearer)
            assert answer.status_code == 409
            assert "serve it without --workers" in answer.json()["error"]


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_all_of_it_stops_when_it_is_told_to(served: Served, number: int):
    served.process.send_signal(number)
    output, errors = served.process.communicate(timeout=20)
    assert (served.process.returncode, output) == (0, "The practice tenant stopped.\n")
    assert "Traceback" not in errors
    assert ended(served)
    assert list(served.folder.glob("serve-*")) == []


@linux
def test_one_that_is_killed_ends_all_of_it_and_that_is_said(served: Served):
    os.kill(served.workers[0], signal.SIGKILL)
    _, errors = served.process.communicate(timeout=20)
    assert served.process.returncode == 1
    assert errors.endswith("A worker of the practice tenant ended by itself, so the others were stopped.\n")
    assert "Traceback" not in errors
    assert ended(served)


@linux
def test_workers_do_not_outlive_the_process_that_started_them(served: Served):
    served.process.kill()
    # The workers hold its pipes: end of file is the end of the last of them.
    served.process.communicate(timeout=20)
    assert ended(served)


def ended(served: Served) -> bool:
    """Whether nobody listens any more."""
    for client in (served.https.clients[0], served.http.clients[0]):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", urlsplit(str(client.base_url)).port), SECONDS)
    return True


@linux
@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=["one", "two"])
def test_a_port_that_workers_share_is_taken_for_everybody_else(served: Served, options: tuple[str, ...]):
    port = str(served.values["https_port"])
    command = [sys.executable, "-m", "practice_tenant", "serve", "--https-port", port, "--http-port", "0", *options]
    environment = os.environ | {"PRACTICE_TENANT_HOME": str(served.folder)}
    done = subprocess.run(
        command, cwd=NOTEBOOKS, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stderr.startswith(f"Port {port} is taken")) == (1, True)


@linux
def test_a_tenant_in_memory_can_not_be_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    (tmp_path / "in the way").touch()
    monkeypatch.setenv("PRACTICE_TENANT_HOME", str(tmp_path / "in the way"))
    assert main(["serve", "--workers", "2", "--https-port", "0", "--http-port", "0"]) == 1
    assert capsys.readouterr().err.endswith(
        "--workers 2 needs a state folder: processes can't share a tenant in memory.\n"
    )


@pytest.mark.parametrize("number", ["0", "65", "-1", "two", "9" * 5000])
def test_a_number_of_workers_that_can_not_be_is_refused_with_a_sentence(number: str, capsys):
    with pytest.raises(SystemExit) as ended_by:
        main(["serve", f"--workers={number}"])
    assert ended_by.value.code == 2
    assert "is no number of processes: 1 to 64 was expected" in capsys.readouterr().err


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_more_than_one_is_refused_with_a_sentence(system: str, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(workers.sys, "platform", system)
    assert workers.refusal(1) is None
    with pytest.raises(SystemExit) as ended_by:
        main(["serve", "--workers", "2"])
    assert ended_by.value.code == 2
    assert "several processes share a port on Linux only" in capsys.readouterr().err
