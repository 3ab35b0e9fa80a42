"""The computer around the course is not as one would wish: a learner gets through all the same."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.children import NOTEBOOKS, SECONDS
from tests.environment import hermetic
from tests.faults.learner import LEARNT, learn
from tests.faults.namespaces import inside, never

NO_FILES = ("__pycache__", ".ipynb_checkpoints", ".env", "*.ipynb")


def test_there_is_no_network(tmp_path: Path):
    found = learn(hermetic(tmp_path), before=inside(never("getent ahosts login.microsoftonline.com")))
    assert (found.answers, found.said) == (LEARNT, ())


def test_localhost_is_ipv6_only(tmp_path: Path):
    hosts = tmp_path / "hosts"
    hosts.write_text("::1 localhost\n")
    script = f"mount --bind {shlex.quote(str(hosts))} /etc/hosts"
    found = learn(
        hermetic(tmp_path / "person"), before=inside(script, never("getent ahosts localhost | grep -v '^::1 '"))
    )
    assert (found.answers, found.said) == (LEARNT, ())


SIGNS_IN = """
import msal
from course import Registration

registration = Registration.load()
app = msal.PublicClientApplication(registration.public_client_id, authority=registration.authority)
print(app.acquire_token_interactive(["User.Read"], timeout=30)["id_token_claims"]["preferred_username"])
"""


def test_a_browser_finds_msal_where_localhost_is_ipv6_only(tmp_path: Path):
    hosts = tmp_path / "hosts"
    hosts.write_text("::1 localhost\n")
    script = f"mount --bind {shlex.quote(str(hosts))} /etc/hosts"
    done = subprocess.run(
        [*inside(script, never("getent ahosts localhost | grep -v '^::1 '")), sys.executable, "-c", SIGNS_IN],
        cwd=NOTEBOOKS,
        env=hermetic(tmp_path / "person"),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "learner@practice.example"
    assert "Traceback" not in done.stderr


PROXY = "http://127.0.0.1:9"  # discard: nobody listens there


@pytest.mark.parametrize("spelt", [str.upper, str.lower], ids=["upper case", "lower case"])
def test_proxy_and_ca_variables_are_set(spelt, tmp_path: Path):
    proxies = dict.fromkeys(map(spelt, ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")), PROXY)
    no_ca = dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"), str(tmp_path / "no such file.pem"))
    found = learn(hermetic(tmp_path) | proxies | no_ca)
    assert (found.answers, found.said) == (LEARNT, ())


def test_paths_have_spaces_and_other_letters_than_ascii(tmp_path: Path):
    home = tmp_path / "Zoë's Übung 学習 (2)"
    notebooks = home / "notebooks"
    shutil.copytree(NOTEBOOKS, notebooks, ignore=shutil.ignore_patterns(*NO_FILES))
    found = learn(hermetic(home / "all of it"), notebooks=notebooks)
    assert (found.answers, found.said) == (LEARNT, ())
    assert (home / "all of it" / ".env").exists()
    assert (home / "all of it" / "tenant" / "tenant.sqlite3").exists()


def read_only(folder: Path) -> list[str]:
    """What a process starts with that must not write anywhere below a folder."""
    path = shlex.quote(str(folder))
    return inside(f"mount --bind {path} {path}", f"mount -o remount,bind,ro {path}", never(f"touch {path}/file"))


def test_the_home_folder_is_read_only(tmp_path: Path):
    home = tmp_path / "home"
    environment = hermetic(home) | {"HOME": str(home)}
    found = learn(environment, before=read_only(home))
    assert found.answers == LEARNT | {"saved": False}
    tenant, env_file, done = found.said
    assert tenant.startswith(f"The practice tenant runs in memory: its state folder {home / 'tenant'} can't be written")
    assert ".env was not saved: Read-only file system. The file is unchanged." in env_file
    assert done == (
        f"`{home / 'course'}` can't be used (Read-only file system), "
        "so progress is kept in memory and ends with this kernel."
    )
    assert os.listdir(home) == []


def test_the_home_folder_is_read_only_and_has_what_was_learnt_before(tmp_path: Path):
    """With every folder where it is by itself: no variable names one."""
    home = tmp_path / "home"
    chosen = {"PRACTICE_TENANT_HOME", "COURSE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"}
    environment = {name: value for name, value in hermetic(home).items() if name not in chosen} | {"HOME": str(home)}
    assert learn(environment).said == ()
    (home / ".env").unlink()  # it names an app of the tenant that can't be written now
    before = contents(home)
    assert {path.name for path in before} >= {"tenant.sqlite3", "seeded-secrets.json", "progress.json"}
    found = learn(environment, before=read_only(home))
    assert found.answers == LEARNT | {"saved": False}
    tenant, env_file = found.said
    assert "runs in memory" in tenant
    assert "was not saved" in env_file
    assert contents(home) == before


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
