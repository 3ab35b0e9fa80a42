"""The tenant's listeners: started once in a process, on this computer only, and gone with it."""

import errno
import json
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import msal
import pytest
import requests

from course.http_session import practice_session
from practice_tenant import state
from practice_tenant.hosts import RUN_HEADER
from practice_tenant.listeners.listener import CannotListen, PortTaken
from practice_tenant.server import listen
from tests.children import run, running
from tests.kernel import Kernel, kernel


def has_ipv6() -> bool:
    """Whether this computer can listen on ::1."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


IPV6 = has_ipv6()
NAMES = ("localhost", "127.0.0.1", "[::1]") if IPV6 else ("localhost", "127.0.0.1")
GRAPH = "https://graph.microsoft.com/v1.0"


@pytest.fixture(scope="module")
def running_kernel(tmp_path_factory) -> Iterator[Kernel]:
    """A tenant that runs in another process."""
    with kernel(tmp_path_factory.mktemp("kernel")) as running:
        yield running


@pytest.fixture
def in_memory() -> Iterator[state.State]:
    """A state to listen for."""
    made = state.in_memory()
    yield made
    made.directory.close()


def trusting(kernel: Kernel) -> ssl.SSLContext:
    """TLS as a client has it that was given the run's certificate authority."""
    return ssl.create_default_context(cadata=kernel.ca_certificate)


def token(session: requests.Session, client_id: str, secret: str, tenant_id: str) -> str:
    """An access token for Graph, as a learner gets it."""
    app = msal.ConfidentialClientApplication(
        client_id,
        authority=f"https://login.microsoftonline.com/{tenant_id}",
        client_credential=secret,
        http_client=session,
    )
    return app.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]


def send(session: requests.Session, method: str, path: str, bearer: str, body: dict | None = None) -> dict:
    """What Graph answers to a request that it grants."""
    response = session.request(method, GRAPH + path, json=body, headers={"Authorization": f"Bearer {bearer}"})
    assert response.ok, response.text
    return response.json()


def test_starting_again_gives_the_same_tenant_and_starts_nothing(tmp_path):
    code = """
import threading
from concurrent.futures import ThreadPoolExecutor
from practice_tenant import start
with ThreadPoolExecutor(16) as pool:
    tenants = list(pool.map(lambda _: start(), range(16)))
tenants.append(start("a folder that is not looked at"))
print(len({id(tenant) for tenant in tenants}), [thread.name for thread in threading.enumerate()].count("practice-tenant"))
"""
    assert run(code, tmp_path) == "1 1\n"


def test_the_tenant_ends_with_the_process_that_started_it(tmp_path):
    code = "from practice_tenant import start; print(start().https_port)"
    port = int(run(code, tmp_path))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_starting_in_a_kernel_leaves_its_loop_its_signals_and_its_logging_alone(tmp_path):
    # The one thing it adds is what keeps uvicorn's records out of the notebook.
    code = """
import asyncio, logging, signal
def handlers(name):
    return [handler for handler in logging.getLogger(name).handlers if type(handler) is not logging.NullHandler]
def surroundings():
    names = ["", "uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"]
    loggers = [(logging.getLogger(name).level, handlers(name)) for name in names]
    return loggers, [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)], asyncio.get_running_loop()
async def cell():
    before = surroundings()
    from practice_tenant import start
    start()
    return before == surroundings()
print(asyncio.run(cell()))
"""
    assert run(code, tmp_path) == "True\n"


PROVOKED = """
import logging, socket, sys
from practice_tenant import app, start
if sys.argv[1] == "logging":
    logging.basicConfig(stream=sys.stdout)
port = start().http_port
def answer(sent):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(sent)
        return client.recv(100).split()[1].decode()
def fail(*_):
    raise ZeroDivisionError("inside")
app.PracticeTenant._misdirected = fail
print(answer(b"no HTTP\\r\\n\\r\\n"), answer(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n"))
"""


def test_what_goes_wrong_inside_is_not_written_into_a_notebook(tmp_path):
    with running("-c", PROVOKED, "nothing", folder=tmp_path) as process:
        assert process.communicate(timeout=60) == ("400 500\n", "")


def test_what_goes_wrong_inside_is_found_by_who_turns_on_logging(tmp_path):
    said = run(PROVOKED, tmp_path, "logging")
    assert "Invalid HTTP request received." in said
    assert "ZeroDivisionError: inside" in said


def test_importing_the_package_loads_nothing_heavy(tmp_path):
    code = """
import sys, practice_tenant
heavy = {"uvicorn", "starlette", "cryptography", "jwt", "requests", "msal", "sqlite3", "asyncio", "platformdirs"}
print(sorted(heavy & sys.modules.keys()))
"""
    assert run(code, tmp_path) == "[]\n"


def test_https_answers_a_client_that_trusts_the_authority_of_the_run(running_kernel):
    for name in NAMES:
        base = f"https://{name}:{running_kernel.https_port}"
        answer = httpx.get(
            f"{base}/common/v2.0/.well-known/openid-configuration", verify=trusting(running_kernel), trust_env=False
        )
        assert answer.status_code == 200
        assert answer.json()["token_endpoint"].startswith(f"https://localhost:{running_kernel.https_port}/common/")


def test_a_client_that_does_not_trust_the_run_is_not_connected(running_kernel):
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://localhost:{running_kernel.https_port}/", trust_env=False)


def test_the_pages_are_on_plain_http_for_who_has_the_key_of_the_run(running_kernel):
    root = f"http://localhost:{running_kernel.http_port}/"
    assert running_kernel.portal_url.startswith(root)
    home = httpx.get(running_kernel.portal_url.removesuffix("portal"), trust_env=False)
    assert home.status_code == 200
    assert "not an identity provider" in home.text
    for guess in (root, f"{root}portal", f"{root}guessed/portal"):
        refused = httpx.get(guess, trust_env=False)
        assert refused.status_code == 404
        assert "this run's key" in refused.json()["error_description"]


@pytest.mark.parametrize("value", [None, "", "guessed", "ü"])
def test_the_cloud_face_answers_only_to_who_holds_the_header_of_the_run(value, running_kernel):
    name, right = running_kernel.face_header
    assert name == RUN_HEADER
    statuses = []
    for sent in (value, right):
        headers = {"Host": "login.microsoftonline.com"} | ({name: sent.encode()} if sent is not None else {})
        answer = httpx.get(
            f"https://localhost:{running_kernel.https_port}/common/v2.0/.well-known/openid-configuration",
            headers=headers,
            verify=trusting(running_kernel),
            trust_env=False,
        )
        statuses.append(answer.status_code)
    assert statuses == [403, 200]


def test_only_this_computer_can_connect(in_memory):
    listeners = listen(in_memory)
    addresses = {bound.getsockname()[0] for bound in (*listeners.https, *listeners.http)}
    for bound in (*listeners.https, *listeners.http):
        bound.close()
    assert "127.0.0.1" in addresses
    assert addresses <= {"127.0.0.1", "::1"}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize("which", ["https_port", "http_port"])
def test_a_port_that_is_taken_is_named_and_the_other_is_given_back(which, taken, in_memory):
    with socket.create_server(("127.0.0.1", 0)) as free:
        other = free.getsockname()[1]
    ports = {"https_port": other, "http_port": other} | {which: taken}
    with pytest.raises(PortTaken, match=f"Port {taken} on this computer is taken.") as raised:
        listen(in_memory, **ports)
    assert raised.value.port == taken
    socket.create_server(("127.0.0.1", other)).close()


def test_a_port_of_a_tenant_that_only_just_starts_is_taken_too(in_memory):
    first = listen(in_memory)
    with pytest.raises(PortTaken):
        listen(in_memory, https_port=first.https_port)
    for bound in (*first.https, *first.http):
        bound.close()


if IPV6:

    def test_a_port_that_is_taken_under_the_other_address_of_localhost_is_taken(in_memory):
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
            port = other.getsockname()[1]
            with pytest.raises(PortTaken, match=f"Port {port} "):
                listen(in_memory, https_port=port)


REFUSALS = {
    "Windows reserved the port (WinError 10013)": (errno.EACCES, "doesn't give port 8443 to programs like this one"),
    "no loopback interface": (errno.EADDRNOTAVAIL, "no address 127.0.0.1"),
    "no file descriptor is left": (errno.EMFILE, "may not open more files"),
    "the computer has too many open files": (errno.ENFILE, "too many open files"),
    "something else": (errno.ENOBUFS, "No buffer space available"),
}


@pytest.mark.parametrize("port", [8443, 0])
@pytest.mark.parametrize(("number", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_socket_that_the_system_refuses_is_no_taken_port(number, said, port, in_memory, monkeypatch):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(CannotListen, match=said.replace("8443", str(port))) as raised:
        listen(in_memory, https_port=port)
    assert not isinstance(raised.value, PortTaken)


@pytest.mark.parametrize("refused", [errno.EADDRINUSE, errno.EACCES])
def test_a_free_port_is_looked_for_again_where_only_one_address_has_it(refused, in_memory, monkeypatch):
    bind, left = socket.socket.bind, iter(range(3))

    def refuse(bound, address):
        if address[0] == "::1" and next(left, None) is not None:
            raise OSError(refused, os.strerror(refused))
        bind(bound, address)

    monkeypatch.setattr(socket.socket, "bind", refuse)
    listeners = listen(in_memory)
    for bound in (*listeners.https, *listeners.http):
        bound.close()
    assert next(left, None) is None or not IPV6


def test_an_address_that_never_has_a_free_port_is_not_tried_for_ever(in_memory, monkeypatch):
    bind = socket.socket.bind

    def refuse(bound, address):
        if address[0] == "::1":
            raise OSError(errno.EADDRINUSE, "Address already in use")
        bind(bound, address)

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(CannotListen, match="No port is free on both"):
        listen(in_memory)


def test_two_kernels_see_each_others_registrations_and_accept_each_others_tokens(tmp_path):
    with kernel(tmp_path) as one, kernel(tmp_path) as other:
        assert one.seeded == other.seeded
        seeded = one.seeded
        with practice_session(one) as here, practice_session(other) as there:
            bearer = token(here, seeded.administrator_client_id, seeded.administrator_secret, seeded.tenant_id)
            app = send(here, "POST", "/applications", bearer, {"displayName": "Made in the first kernel"})
            secret = send(here, "POST", f"/applications/{app['id']}/addPassword", bearer)["secretText"]
            send(here, "POST", "/servicePrincipals", bearer, {"appId": app["appId"]})
            assert send(there, "GET", f"/applications/{app['id']}", bearer)["displayName"] == "Made in the first kernel"
            assert token(there, app["appId"], secret, seeded.tenant_id)
            users = token(there, seeded.client_id, seeded.client_secret, seeded.tenant_id)
            assert send(here, "GET", "/users", users)["value"]


def test_a_kernel_without_a_writable_folder_says_so_and_works(tmp_path):
    (tmp_path / "tenant").write_text("in the way")
    with kernel(tmp_path) as running, practice_session(running) as session:
        [notice] = running.notices
        assert "runs in memory" in notice
        seeded = running.seeded
        bearer = token(session, seeded.client_id, seeded.client_secret, seeded.tenant_id)
        assert send(session, "GET", "/users", bearer)["value"]


def test_no_secret_of_the_run_is_in_the_repr(tmp_path):
    code = """
import json
from practice_tenant import start
tenant = start()
seeded = tenant.seeded
secrets = [tenant.face_header[1], tenant.portal_url.split("/")[3]]
secrets += [seeded.client_secret, seeded.administrator_secret, seeded.api_secret, seeded.user_password]
print(json.dumps([repr(tenant), secrets]))
"""
    shown, secrets = json.loads(run(code, tmp_path))
    assert len(secrets) == 6
    assert not [secret for secret in secrets if secret in shown]
    assert str(Path(tmp_path)) not in shown
