"""`serve` is killed, so that it can't clear up: what it left behind misleads nobody."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from course import Tenant
from course.served_tenant import ControlError
from tests.children import running, tenant_folder

PORTS = ("--https-port", "0", "--http-port", "0")


def files(folder: Path) -> set[str]:
    """What served tenants have written down about themselves."""
    return {path.name for path in tenant_folder(folder).glob("serve-*")}


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """A tenant that is served until the end of the block, and then killed; its port."""
    before = files(folder)
    with running("-m", "practice_tenant", "serve", *PORTS, folder=folder) as process:
        while not (line := process.stdout.readline()).startswith("Stop with"):
            assert line, process.stderr.read()
        [port] = {int(Path(name).stem.removeprefix("serve-")) for name in files(folder) - before}
        yield port
        process.kill()


def test_who_looks_for_a_killed_tenant_is_told_that_it_does_not_run(tmp_path: Path):
    with serving(tmp_path) as port:
        assert Tenant.served(tenant_folder(tmp_path)).faults == ()
    assert files(tmp_path) == {f"serve-{port}.json", f"serve-{port}.pem"}
    with pytest.raises(
        ControlError, match=rf"serve-{port}\.json doesn't run any more.* port {port}\. Start serve again\."
    ):
        Tenant.served(tenant_folder(tmp_path))


def test_a_program_that_gets_the_port_of_a_killed_tenant_is_not_taken_for_it(tmp_path: Path):
    with serving(tmp_path) as port:
        pass
    gone = rf"doesn't run any more: it doesn't answer on port {port}\."
    with socket.create_server(("127.0.0.1", port)), pytest.raises(ControlError, match=gone):
        Tenant.served(tenant_folder(tmp_path))


def test_one_that_is_killed_does_not_hide_one_that_runs(tmp_path: Path):
    with serving(tmp_path) as runs:
        with serving(tmp_path) as killed:
            assert killed != runs
        assert f"serve-{killed}.json" in files(tmp_path)
        assert Tenant.served(tenant_folder(tmp_path)).ports[0] == runs


def test_the_next_one_clears_up_after_those_that_were_killed_and_no_other(tmp_path: Path):
    with serving(tmp_path) as runs:
        with serving(tmp_path) as killed:
            pass
        with serving(tmp_path) as after:
            assert killed not in (runs, after)
            assert files(tmp_path) == {f"serve-{port}.{kind}" for port in (runs, after) for kind in ("json", "pem")}
            assert Tenant.served(tenant_folder(tmp_path), https_port=runs).faults == ()
