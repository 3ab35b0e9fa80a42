"""A test run stays on this computer and away from what belongs to the person who runs it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import v4

from tests.environment import REMOVED, ROOT, hermetic
from tests.notebooks import refresh
from tests.notebooks.book import NOTEBOOKS

ELSEWHERE = ("192.0.2.1", 443)  # TEST-NET-1, RFC 5737: an address that is nobody's
REFUSED = r"Tests talk to this computer only \(127\.0\.0\.1\)"
CANARY = "the-learners-own-value"


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(ELSEWHERE, timeout=1),
        lambda: socket.socket().connect(ELSEWHERE),
        lambda: socket.socket().connect_ex(ELSEWHERE),
        lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 443)),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ELSEWHERE),
        lambda: socket.getaddrinfo("login.microsoftonline.com", 443),
        lambda: socket.gethostbyname("graph.microsoft.com"),
    ],
    ids=["create_connection", "connect", "connect_ex", "IPv6", "UDP", "getaddrinfo", "gethostbyname"],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_test_cannot_reach_another_computer(reach: Callable):
    with pytest.raises(RuntimeError, match=REFUSED):
        reach()


def test_a_test_can_reach_this_computer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, port), timeout=5) as client:
                assert client.getpeername()[1] == port


@pytest.mark.slow
def test_a_kernel_cannot_reach_another_computer(tmp_path: Path):
    cell = v4.new_code_cell(
        f"import requests\nrequests.get('https://{ELSEWHERE[0]}', timeout=1)", metadata={"tags": ["raises-exception"]}
    )
    refresh.run(v4.new_notebook(cells=[cell]), tmp_path, hermetic(tmp_path / "state"))
    assert [output.ename for output in cell.outputs] == ["RuntimeError"]
    assert "Tests talk to this computer only" in cell.outputs[0].evalue


@pytest.mark.slow
def test_no_python_that_a_test_starts_can_reach_another_computer():
    code = f"import socket; socket.create_connection({ELSEWHERE!r}, timeout=1)"
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert ended.returncode == 1 and "Tests talk to this computer only" in ended.stderr


@pytest.mark.slow
def test_a_sitecustomize_of_the_systems_own_still_runs(tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text("print('the system has its say')")
    environment = hermetic(tmp_path / "state", os.environ | {"PYTHONPATH": str(tmp_path)})
    ended = subprocess.run([sys.executable, "-c", ""], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "the system has its say"


def test_nothing_of_the_persons_environment_is_kept(tmp_path: Path):
    persons = {name: CANARY for name in REMOVED} | {"https_proxy": CANARY, "COURSE_HOME": CANARY}
    environment = hermetic(tmp_path, persons)
    assert CANARY not in environment.values()
    assert all(
        str(tmp_path) in environment[name] for name in ("PRACTICE_TENANT_HOME", "COURSE_HOME", "COURSE_ENV_FILE")
    )


@pytest.mark.slow
def test_every_worker_has_folders_of_its_own():
    for name in ("PRACTICE_TENANT_HOME", "COURSE_HOME", "COURSE_ENV_FILE", "IPYTHONDIR", "JUPYTER_CONFIG_DIR"):
        assert Path(os.environ[name]).is_relative_to(Path(os.environ["COURSE_ENV_FILE"]).parent)
        assert not Path(os.environ[name]).is_relative_to(ROOT)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", [str(book) for book in NOTEBOOKS if str(book).startswith("04")])
def test_a_run_leaves_the_learners_env_file_and_state_alone(notebook: str, tmp_path: Path):
    """In a copy of the course whose `.env`, home folder and environment variables are a learner's, and traps."""
    copy, home = tmp_path / "copy of the course", tmp_path / "home"
    shutil.copytree(ROOT / "notebooks", copy / "notebooks", ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".pytest.ini", copy)
    (copy / ".env").write_text(f"COURSE_MODE=live\nTENANT={CANARY}\nCLIENT_SECRET={CANARY}\n")
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter" / "jupyter_config.py").write_text("raise SystemExit('read by a test')")
    before = {path: path.read_bytes() for folder in (copy / ".env", home) for path in files(folder)}

    persons = {name: value for name, value in os.environ.items() if name not in hermetic(tmp_path / "state", {})}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), str(home))
    homes |= {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    traps = dict.fromkeys(("COURSE_MODE", "CLIENT_ID", "CLIENT_SECRET", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE"), CANARY)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", f"notebooks/{notebook}.ipynb"],
        cwd=copy,
        check=False,
        env=persons | homes | traps,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout[-3000:]
    assert "passed" in ended.stdout
    assert {path: path.read_bytes() for folder in (copy / ".env", home) for path in files(folder)} == before


def files(folder: Path) -> list[Path]:
    return [path for path in (folder, *folder.rglob("*")) if path.is_file()]
