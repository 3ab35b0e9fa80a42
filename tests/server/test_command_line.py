"""`python -m practice_tenant serve | show | reset`, as a person runs it from the notebooks' folder."""

import errno
import io
import json
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path

import msal
import pytest
import requests

from practice_tenant.__main__ import main
from practice_tenant.directory import seed
from practice_tenant.state import SECRETS, State
from tests.children import SECONDS, ended, running, tenant_folder
from tests.directory.opened_state import REGISTERED
from tests.environment import SURROUNDINGS

pytestmark = pytest.mark.usefixtures("ready_keys")

# How a person, a service manager or a console window stops a program.
STOPS = (signal.CTRL_BREAK_EVENT,) if os.name == "nt" else (signal.SIGINT, signal.SIGTERM)
OPTIONS = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {}


def command(*arguments: str, folder: Path, **options: object) -> subprocess.CompletedProcess:
    """What a command prints, and how it ends."""
    return ended("-m", "practice_tenant", *arguments, folder=folder, **options)


@contextmanager
def served(folder: Path, *ports: str) -> Iterator[tuple[subprocess.Popen, list[str]]]:
    """A tenant in the foreground of another process, with what it printed up to its last line."""
    ports = ports or ("--https-port", "0", "--http-port", "0")
    with running("-m", "practice_tenant", "serve", *ports, folder=folder, **OPTIONS) as process:
        lines = []
        while not lines or not lines[-1].startswith("Stop with"):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        yield process, lines


def connection(folder: Path) -> dict:
    """What a served tenant wrote down for clients on this computer."""
    [file] = tenant_folder(folder).glob("serve-*.json")
    return json.loads(file.read_text("utf-8"))


def secrets(folder: Path) -> dict[str, str]:
    """The two secrets of the seed."""
    return json.loads((tenant_folder(folder) / SECRETS).read_text("utf-8"))


def ask(folder: Path, secret: str) -> tuple[dict, requests.Response]:
    """A token as MSAL gets it over the network, and the users as Graph gives them for it."""
    tenant = connection(folder)
    base, verify = f"https://localhost:{tenant['https_port']}", tenant["ca_certificate"]
    app = msal.ConfidentialClientApplication(
        seed.DAEMON_CLIENT_ID,
        authority=f"{base}/{seed.TENANT_DOMAIN}",
        client_credential=secret,
        instance_discovery=False,
        verify=verify,
    )
    result = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    bearer = {"Authorization": f"Bearer {result.get('access_token')}"}
    return result, requests.get(f"{base}/graph/v1.0/users", headers=bearer, verify=verify, timeout=SECONDS)


@pytest.fixture(autouse=True)
def no_proxy_and_no_other_certificates(monkeypatch) -> None:
    """Keep what this computer sets for the internet away from the clients in these tests."""
    for name in SURROUNDINGS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def opened_there(opened, tmp_path, monkeypatch) -> State:
    """The state that a command finds which is given in this process."""
    state = opened(tenant_folder(tmp_path))
    monkeypatch.setattr("practice_tenant.state.open_state", lambda **_: state)
    return state


def test_a_served_tenant_answers_msal_and_an_api_call(tmp_path):
    with served(tmp_path) as (_, lines):
        result, users = ask(tmp_path, secrets(tmp_path)["client_secret"])
        assert result["token_type"] == "Bearer"
        assert "learner@practice.example" in [user["userPrincipalName"] for user in users.json()["value"]]
        said = "".join(lines)
        port = connection(tmp_path)["https_port"]
        assert "It is not an identity provider." in said
        assert f"https://localhost:{port}/graph/v1.0" in said
        assert "instance_discovery=False" in said
        assert not [value for value in secrets(tmp_path).values() if value in said]


def test_what_a_served_tenant_writes_down_only_its_owner_can_read_and_goes_when_it_stops(tmp_path):
    with served(tmp_path) as (process, _):
        files = sorted(tenant_folder(tmp_path).glob("serve-*"))
        assert [file.suffix for file in files] == [".json", ".pem"]
        if os.name == "posix":
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        process.send_signal(STOPS[0])
        process.wait(10)
        assert not [file for file in files if file.exists()]


@pytest.mark.parametrize("stop", STOPS, ids=lambda number: number.name)
def test_it_stops_cleanly_when_it_is_told_to_even_with_clients_connected(stop, tmp_path):
    with served(tmp_path) as (process, _):
        tenant = connection(tmp_path)
        with (
            socket.create_connection(("127.0.0.1", tenant["https_port"])),
            socket.create_connection(("127.0.0.1", tenant["http_port"])) as idle,
            requests.Session() as session,
        ):
            idle.sendall(b"GET / HTTP/1.1\r\nHost: ")
            url = f"https://localhost:{tenant['https_port']}/common/discovery/v2.0/keys"
            assert session.get(url, verify=tenant["ca_certificate"]).ok
            process.send_signal(stop)
            output, errors = process.communicate(timeout=10)
        assert (process.returncode, output) == (0, "The practice tenant stopped.\n")
        assert "Traceback" not in errors
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", tenant["https_port"]))


def test_what_goes_wrong_in_a_served_tenant_is_on_stderr(tmp_path):
    with served(tmp_path) as (process, _):
        with socket.create_connection(("127.0.0.1", connection(tmp_path)["http_port"]), timeout=10) as client:
            client.sendall(b"no HTTP\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 400 ")
        process.send_signal(STOPS[0])
        _, errors = process.communicate(timeout=10)
    assert "Invalid HTTP request received." in errors


@pytest.mark.parametrize("option", ["--https-port", "--http-port"])
def test_a_port_that_is_taken_is_named_with_what_to_do(option, opened_there, tmp_path, capsys):
    other = {"--https-port": "--http-port", "--http-port": "--https-port"}[option]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status = main(["serve", option, str(port), other, "0"])
    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert said.err.startswith(f"Port {port} is taken")
    [suggested] = re.findall(rf"choose another port: {option} (\d+)$", said.err.strip())
    assert 0 < int(suggested) <= 65535
    assert int(suggested) != port
    assert list(tenant_folder(tmp_path).glob("serve-*")) == []


@pytest.mark.parametrize("port", ["65536", "-1", "http", "8443.0", "9" * 5000])
def test_a_port_that_is_none_is_refused_with_a_sentence(port, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["serve", f"--https-port={port}"])
    assert ended.value.code == 2
    assert "is not a port" in capsys.readouterr().err


def test_the_last_port_of_all_is_not_followed_by_another(opened_there, capsys):
    with socket.create_server(("127.0.0.1", 65535)):
        assert main(["serve", "--https-port", "65535", "--http-port", "0"]) == 1
    assert "65536" not in capsys.readouterr().err


def test_a_served_tenant_without_a_writable_folder_says_so_and_answers(tmp_path):
    tenant_folder(tmp_path).write_text("in the way")
    with served(tmp_path) as (process, lines):
        authority = next(line.split()[1] for line in lines if line.startswith("Authority"))
        ca_file = next(Path(line.split()[1]) for line in lines if line.startswith("CA "))
        answer = requests.get(f"{authority}/v2.0/.well-known/openid-configuration", verify=ca_file, timeout=SECONDS)
        assert answer.ok
        process.send_signal(STOPS[0])
        _, errors = process.communicate(timeout=10)
    assert errors.count("runs in memory") == 1
    assert not ca_file.exists()


def test_show_lists_what_the_tenant_holds_and_no_secret(opened, tmp_path):
    state = opened(tenant_folder(tmp_path))
    state.directory.add_application(REGISTERED)
    done = command("show", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for shown in (
        str(tenant_folder(tmp_path)),
        state.seeded.tenant_id,
        state.seeded.client_id,
        "learner@practice.example",
        f"{REGISTERED.app_id}  {REGISTERED.display_name} (confidential, AzureADMyOrg, secrets: 0)",
    ):
        assert shown in done.stdout
    credentials = state.directory.passwords(state.seeded.client_id)
    for secret in (*secrets(tmp_path).values(), *(credential.value_hash.hex() for credential in credentials)):
        assert secret not in done.stdout


def test_reset_starts_afresh_and_a_tenant_that_is_served_follows_at_once(opened, tmp_path):
    opened(tenant_folder(tmp_path)).directory.add_application(REGISTERED)
    before = secrets(tmp_path)
    with served(tmp_path):
        done = command("reset", "--yes", folder=tmp_path)
        after = secrets(tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "restart their kernels" in done.stdout
        assert not [value for value in (*before.values(), *after.values()) if value in done.stdout]
        assert not set(before.values()) & set(after.values())
        assert ask(tmp_path, after["client_secret"])[0]["token_type"] == "Bearer"
        assert ask(tmp_path, before["client_secret"])[0]["error_codes"] == [7000215]
        assert opened(tenant_folder(tmp_path)).directory.application(app_id=REGISTERED.app_id) is None


def test_reset_without_a_terminal_wants_to_be_told_that_it_is_meant(opened, tmp_path):
    opened(tenant_folder(tmp_path)).directory.add_application(REGISTERED)
    before = secrets(tmp_path)
    done = command("reset", folder=tmp_path, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert "add --yes" in done.stderr
    assert secrets(tmp_path) == before
    assert opened(tenant_folder(tmp_path)).directory.application(app_id=REGISTERED.app_id)


class Terminal(io.StringIO):
    """A terminal on which somebody has typed; nothing means that they ended the input."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "agreed"), [("y\n", True), ("Yes\n", True), ("\n", False), ("n\n", False), ("yet\n", False), ("", False)]
)
def test_reset_asks_at_a_terminal_and_takes_only_yes_for_yes(opened_there, monkeypatch, capsys, typed, agreed):
    state = opened_there
    state.directory.add_application(REGISTERED)
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    status = main(["reset"])
    said = capsys.readouterr().out
    assert said.startswith(f"Reset the practice tenant in {state.folder}? [y/N] ")
    assert status == (0 if agreed else 1)
    assert (state.directory.application(app_id=REGISTERED.app_id) is None) is agreed
    assert ("starts afresh" in said, "Nothing was changed." in said) == (agreed, not agreed)


def test_nothing_is_reset_where_the_folder_cannot_be_used(tmp_path):
    tenant_folder(tmp_path).write_text("in the way")
    done = command("reset", "--yes", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "runs in memory" in done.stderr
    assert "Nothing was changed" in done.stderr


def test_a_process_that_may_open_no_more_files_is_told_so(monkeypatch, capsys):
    def refuse():
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("practice_tenant.state.open_state", refuse)
    assert main(["show"]) == 1
    assert "too many files are open" in capsys.readouterr().err


def test_letters_that_a_code_page_lacks_are_written_as_escapes(tmp_path, monkeypatch):
    """A console or a pipe on Windows, whose code page has no letter of the folder's name."""
    folder = tmp_path / "päth 空"
    monkeypatch.setenv("PYTHONIOENCODING", "ascii:strict")
    with served(folder) as (process, lines):
        assert "State      " + ascii(str(tenant_folder(folder)))[1:-1] + "\n" in lines
        process.send_signal(STOPS[0])
        assert "Traceback" not in process.communicate(timeout=10)[1]
    for done in (command("show", folder=folder), command("reset", "--yes", folder=folder)):
        assert (done.returncode, done.stderr) == (0, "")
        assert "\\u7a7a" in done.stdout


if os.name == "posix":

    def test_a_closed_terminal_ends_it_as_ctrl_c_does(tmp_path):
        with served(tmp_path) as (process, _):
            process.send_signal(signal.SIGHUP)
            assert process.wait(10) == 0
            assert "Traceback" not in process.stderr.read()
        assert list(tenant_folder(tmp_path).glob("serve-*")) == []

    def test_nohup_has_it_go_on_after_the_terminals_end(tmp_path):
        with running(
            "-c",
            "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
            "os.execv(sys.executable, [sys.executable, '-m', 'practice_tenant', *sys.argv[1:]])",
            *("serve", "--https-port", "0", "--http-port", "0"),
            folder=tmp_path,
        ) as process:
            while not process.stdout.readline().startswith("Stop with"):
                assert process.poll() is None
            process.send_signal(signal.SIGHUP)
            assert ask(tmp_path, secrets(tmp_path)["client_secret"])[0]["token_type"] == "Bearer"


def test_what_was_begun_is_finished_when_it_is_told_to_stop(tmp_path):
    """Sixteen clients that ask without a pause, half of them with a new connection each time."""
    with served(tmp_path) as (process, _):
        tenant = connection(tmp_path)
        began, answered, context = [], [], ssl.create_default_context(cafile=tenant["ca_certificate"])

        def ask_until_it_stops(number: int) -> None:
            client = None
            while True:
                try:
                    client = client or connected(tenant["https_port"], context)
                except ConnectionRefusedError:
                    return
                began.append(number)
                client.request(
                    "GET", "/common/discovery/v2.0/keys", headers={"Connection": "close"} if number % 2 else {}
                )
                answer = client.getresponse()
                answer.read()
                answered.append(answer.status)
                if answer.will_close:
                    client.close()
                    client = None

        with ThreadPoolExecutor(16) as pool:
            asking = [pool.submit(ask_until_it_stops, number) for number in range(16)]
            while len(answered) < 100:
                time.sleep(0.01)
            process.send_signal(STOPS[-1])
            for each in asking:
                each.result(timeout=SECONDS)
        assert process.wait(10) == 0
    assert answered == [200] * len(began)


def connected(port: int, context: ssl.SSLContext) -> HTTPSConnection:
    """A client with an open connection."""
    client = HTTPSConnection("localhost", port, context=context, timeout=SECONDS)
    client.connect()
    return client


def test_without_a_command_it_says_which_there_are(tmp_path):
    done = command(folder=tmp_path)
    assert done.returncode == 2
    assert "serve | show | reset" in done.stderr
