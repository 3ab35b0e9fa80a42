"""A process that is killed while it writes, again and again, on the same files: none is ever half written or emptied."""

import json
import random
import time
from pathlib import Path

from course import dotenv_file
from practice_tenant.state import open_state
from scripts import http_cache_file
from tests.children import running, tenant_folder
from tests.directory.opened_state import holds_its_secrets, set_aside

KILLS = 30

# Writes all that the course keeps until it is killed. A line on its output is a promise: this was kept.
WRITES = """
import itertools, sys, uuid
from pathlib import Path
from course import dotenv_file
from course.exercises.progress import note_done
from practice_tenant.directory.objects import Application, ServicePrincipal
from practice_tenant.state import open_state
from scripts import http_cache_file

folder = Path(sys.argv[1])
directory = open_state().directory
tenant_id = directory.tenants()[0].id
for number in itertools.count():
    mark = uuid.uuid4().hex
    app = {"app_id": str(uuid.uuid4()), "tenant_id": tenant_id, "display_name": f"written {mark}"}
    with directory.transaction():
        directory.add_application(Application(id=str(uuid.uuid4()), **app))
        directory.add_service_principal(ServicePrincipal(id=str(uuid.uuid4()), **app))
    print("app", app["app_id"], flush=True)
    dotenv_file.save(folder / ".env", {"CLIENT_ID": mark, "SCOPE": mark * 2000})
    print("env", mark, flush=True)
    note_done(mark)
    print("done", mark, flush=True)
    http_cache_file.save({"mark": mark, "much": mark * 2000}, folder / "http_cache.bin")
    print("cache", mark, flush=True)
"""


def written_until_killed(folder: Path, moment: random.Random) -> dict[str, list[str]]:
    """What a process promised to have kept, by kind, before it was killed at some moment."""
    promised = {"app": [], "env": [], "done": [], "cache": []}
    with running("-c", WRITES, str(folder), folder=folder) as process:
        lines = []
        # Each thing was done once by then, and what it needs is imported.
        while not lines or not lines[-1].startswith("cache"):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        time.sleep(moment.uniform(0, 0.03))
        process.kill()
        lines += process.stdout
    for line in lines:
        if line.endswith("\n"):
            kind, name = line.split()
            promised[kind].append(name)
    return promised


def test_nothing_that_was_kept_is_lost_however_often_writers_are_killed(tmp_path: Path):
    moment = random.Random(5)
    apps, done = set(), set()
    for _ in range(KILLS):
        promised = written_until_killed(tmp_path, moment)
        state = open_state(tenant_folder(tmp_path))
        try:
            directory, tenant_id = state.directory, state.directory.tenants()[0].id
            found = {app.app_id: app.display_name for app in directory.applications(tenant_id)}
            written = [app_id for app_id, name in found.items() if name.startswith("written")]
            halves = [app_id for app_id in written if not directory.service_principal(tenant_id, app_id=app_id)]
            assert holds_its_secrets(state)
        finally:
            state.directory.close()
        apps |= set(promised["app"])
        done |= set(promised["done"])
        assert state.notices == ()
        assert apps <= found.keys()
        assert halves == [], "an app and its service principal are written in one transaction"
        progress = json.loads((tmp_path / "course" / "progress.json").read_text("utf-8"))["done"]
        assert done <= set(progress)
        env_file = dotenv_file.read(tmp_path / ".env")
        assert env_file.problems == ()
        assert env_file.values["SCOPE"] == env_file.values["CLIENT_ID"] * 2000
        # load() takes a half written file for an empty one.
        cache = http_cache_file.load(tmp_path / "http_cache.bin")
        assert cache["much"] == cache["mark"] * 2000
    assert len(apps) > KILLS, "they were killed in the middle of their work"
    assert set_aside(tenant_folder(tmp_path)) == []
