"""The tenant's listeners: started once in a process, on this computer only, and gone with it."""

import errno
import os
import socket
from collections.abc import Iterator

import pytest

from practice_tenant import state
from practice_tenant.listeners.listener import CannotListen, PortTaken
from practice_tenant.server import listen
from tests.children import run, running


def has_ipv6() -> bool:
    """Whether this computer can listen on ::1."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


IPV6 = has_ipv6()


@pytest.fixture
def in_memory() -> Iterator[state.State]:
    """A state to listen for."""
    made = state.in_memory()
    yield made
    made.directory.close()


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
