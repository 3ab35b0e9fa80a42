"""The disk is full, before the course starts or while it runs: nothing is lost, a sentence says so, and it goes on."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

from tests.children import NOTEBOOKS, SECONDS
from tests.environment import hermetic
from tests.faults.learner import LEARNT, learn
from tests.faults.namespaces import inside

# A disk that the process can fill up, and make room on again.
FILLS = """
import errno, pathlib
def fill(folder):
    with open(folder / "filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC
def make_room(folder):
    (folder / "filler").unlink()
"""


def disk(folder: Path, kilobytes: int) -> list[str]:
    """What a process starts with that has a small disk in the place of a folder."""
    return inside(f"mount -t tmpfs -o size={kilobytes}k tmpfs {shlex.quote(str(folder))}")


def test_the_disk_is_full_when_a_learner_starts(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    full = ["sh", "-c", f'cat /dev/zero > {shlex.quote(str(home))}/filler 2>/dev/null; exec "$@"', "sh"]
    found = learn(hermetic(home), before=[*disk(home, 256), *full])
    assert found.answers == LEARNT | {"saved": False}
    tenant, env_file, done = found.said
    assert tenant.startswith(f"The practice tenant runs in memory: its state folder {home / 'tenant'} can't be written")
    assert "disk is full" in tenant or "No space left on device" in tenant
    assert ".env was not saved: No space left on device. The file is unchanged." in env_file
    assert done == (
        f"`{home / 'course'}` can't be used (No space left on device), "
        "so progress is kept in memory and ends with this kernel."
    )


RUNS_FULL = f"""{FILLS}
import json, os, msal
from course import Administrator, Registration
from course.administrator import GraphRefusal
from course.problem import RegistrationError
from course.exercises.progress import note_done, progress
from scripts import http_cache_file

home = pathlib.Path(os.environ["HOME"])
registration = Registration.load()
administrator = Administrator(registration=registration)
kept = administrator.register_app("Registered while there was room", ())
registration.with_values(client_id=kept.client_id, client_secret=kept.client_secret).save()
note_done("00-mode")
cache = home / "http_cache.bin"
http_cache_file.save({{"kept": "1"}}, cache)

def token(registration):
    return msal.ConfidentialClientApplication(
        registration.client_id, authority=registration.authority,
        client_credential=registration.client_credential,
    ).acquire_token_for_client(["https://graph.microsoft.com/.default"])

def files():
    names = [".env", "course/progress.json", "http_cache.bin", "tenant/seeded-secrets.json"]
    return {{name: (home / name).read_bytes() for name in names}}, sorted(os.listdir(home))

def refused(do):
    try:
        do()
    except (GraphRefusal, RegistrationError, OSError) as error:
        return str(error)

def device_flow():
    # An app of its own each time: MSAL repeats a server error for seconds without asking again.
    return msal.PublicClientApplication(
        registration.public_client_id, authority=registration.authority
    ).initiate_device_flow(["User.Read"])

fill(home)
before = files()
told = {{
    "token": token(kept)["token_source"],
    "register": [refused(lambda: administrator.register_app("x" * 200, ())) for _ in range(9)][-1],
    "sign in": [device_flow().get("error_codes") for _ in range(9)][-1],
    "save": refused(lambda: registration.with_values(scope="openid " * 4000).save()),
    "progress": note_done("01-scope"),
    "cache": refused(lambda: http_cache_file.save({{"new": "2" * 99999}}, cache)),
    "unchanged": files() == before,
}}
make_room(home)
told["room again"] = {{
    "register": administrator.register_app("Registered when there was room again", ()).client_id != kept.client_id,
    "sign in": "user_code" in device_flow(),
    "progress": note_done("02-first"),
    "done": sorted(progress().done),
    "saved": token(Registration.load())["token_source"],
}}
print(json.dumps(told))
"""


def test_the_disk_runs_full_while_a_learner_works_and_has_room_again_later(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [*disk(home, 2048), sys.executable, "-c", RUNS_FULL],
        cwd=NOTEBOOKS,
        env=hermetic(home) | {"HOME": str(home)},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    [progress] = told.pop("progress")
    assert "can't be used (No space left on device), so progress is kept in memory" in progress
    assert told == {
        "token": "identity_provider",
        "register": "serviceNotAvailable: The service isn't available. Try the request again after a delay. "
        "The practice tenant can't use its state file: database or disk is full.",
        "sign in": [90033],
        "save": ".env was not saved: No space left on device. The file is unchanged.",
        "cache": "[Errno 28] No space left on device",
        "unchanged": True,
        "room again": {
            "register": True,
            "sign in": True,
            "progress": [],
            "done": ["00-mode", "01-scope", "02-first"],
            "saved": "identity_provider",
        },
    }
