"""Real kernels that are killed in the middle of a flow, and several that start at once on one new state folder."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from jupyter_client import BlockingKernelClient

from tests.directory.opened_state import set_aside
from tests.environment import hermetic
from tests.scheduled.bench.kernel import printed, running

KERNELS = 5
SECONDS = 30

FIRST_CELL = """
import json, pathlib
import msal, requests
from course import Administrator, Registration, Tenant, person
registration = Registration.load()
"""

DAEMON = """
app = msal.ConfidentialClientApplication(
    registration.client_id, authority=registration.authority,
    client_credential=registration.client_credential,
)
result = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
"""

PUBLIC = """
app = msal.PublicClientApplication(registration.public_client_id, authority=registration.authority)
"""


# As the system ends a process whose memory it needs: without a word. On Windows SIGTERM does just that.
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def process_of(client: BlockingKernelClient) -> int:
    """A kernel's process, by its id."""
    return int(printed(client, "import os; print(os.getpid())"))


def kill_within(client: BlockingKernelClient, cell: str, underway: Callable[[], bool]) -> None:
    """Kill a kernel while a cell runs in it, once the cell has come so far."""
    process = process_of(client)
    client.execute(cell)
    end = time.monotonic() + SECONDS
    while not underway():
        assert time.monotonic() < end
        time.sleep(0.02)
    os.kill(process, KILL)


def test_a_kernel_is_killed_while_it_waits_for_a_token_and_the_next_one_runs_the_notebook(tmp_path: Path):
    environment, mark = hermetic(tmp_path), tmp_path / "underway"
    with running(environment) as client:
        printed(client, FIRST_CELL + "Tenant.of(registration).delay(60)")
        # Another thread sees the request arrive; the cell's own waits for the answer.
        watch = f"""
import threading, time
def watch():
    while not Tenant.of(registration).requests("token"):
        time.sleep(0.02)
    pathlib.Path({str(mark)!r}).touch()
threading.Thread(target=watch, daemon=True).start()
"""
        kill_within(client, watch + DAEMON, mark.exists)
    with running(environment) as client:
        assert printed(client, FIRST_CELL + "print(registration.practice_tenant.notices)") == "()\n"
        assert printed(client, DAEMON + "print(result['token_source'])") == "identity_provider\n"


def test_a_kernel_is_killed_during_a_device_code_flow_and_the_next_one_finishes_it(tmp_path: Path):
    environment, mark, kept = hermetic(tmp_path), tmp_path / "underway", tmp_path / "flow.json"
    with running(environment) as client:
        begun = f"""
flow = app.initiate_device_flow(["User.Read"])
pathlib.Path({str(kept)!r}).write_text(json.dumps(flow))
"""
        printed(client, FIRST_CELL + PUBLIC + begun)
        waits = f"""
def not_yet(flow):
    pathlib.Path({str(mark)!r}).touch()
    return False
app.acquire_token_by_device_flow(flow, exit_condition=not_yet)
"""
        kill_within(client, waits, mark.exists)
    with running(environment) as client:
        # Pages have another address in the new kernel; the code that the person was shown is the same.
        goes_on = f"""
flow = json.loads(pathlib.Path({str(kept)!r}).read_text())
page = app.initiate_device_flow(["User.Read"])["verification_uri"]
person.visit(f"{{page}}?otc={{flow['user_code']}}")
result = app.acquire_token_by_device_flow(flow)
print(result["id_token_claims"]["preferred_username"])
"""
        assert printed(client, FIRST_CELL + PUBLIC + goes_on) == "learner@practice.example\n"


def test_a_kernel_is_killed_after_a_sign_in_and_the_next_one_goes_on_with_the_saved_cache(tmp_path: Path):
    environment, saved = hermetic(tmp_path), tmp_path / "cache.json"
    signs_in = f"""
cache = msal.SerializableTokenCache()
app = msal.PublicClientApplication(
    registration.public_client_id, authority=registration.authority, token_cache=cache
)
path = pathlib.Path({str(saved)!r})
if path.exists():
    cache.deserialize(path.read_text())
"""
    with running(environment) as client:
        printed(client, FIRST_CELL + signs_in + "result = app.acquire_token_interactive(['User.Read'], timeout=30)")
        assert printed(client, "print(path.write_text(cache.serialize()) > 0)") == "True\n"
        os.kill(process_of(client), KILL)
    silently = """
result = app.acquire_token_silent(["User.Read"], app.get_accounts()[0], force_refresh=True)
me = requests.get("https://graph.microsoft.com/v1.0/me", headers={"Authorization": "Bearer " + result["access_token"]})
print(result["token_source"], me.json()["userPrincipalName"])
"""
    with running(environment) as client:
        assert printed(client, FIRST_CELL + signs_in + silently) == "identity_provider learner@practice.example\n"


def test_five_kernels_start_at_once_on_one_new_state_folder(tmp_path: Path):
    environment = hermetic(tmp_path)
    registers = """
own = Administrator(registration=registration).register_app("Of one of five kernels", ())
told = [own.client_id, result["token_source"], registration.practice_tenant.notices]
"""
    sees = """
administrator = Administrator(registration=registration)
seen = sorted(
    app["appId"] for app in administrator.send("GET", "/applications")["value"]
    if app["displayName"] == "Of one of five kernels"
)
"""
    with ExitStack() as kept:
        clients = [kept.enter_context(running(environment)) for _ in range(KERNELS)]

        def all_at_once(cell: str, shown: str) -> list[str]:
            for client in clients:
                client.execute(cell)
            # A kernel runs one cell after the other.
            return [printed(client, f"print({shown})") for client in clients]

        told = [json.loads(text) for text in all_at_once(FIRST_CELL + DAEMON + registers, "json.dumps(told)")]
        assert [rest for _, *rest in told] == [["identity_provider", []]] * KERNELS
        app_ids = sorted(app_id for app_id, *_ in told)
        assert len(set(app_ids)) == KERNELS
        assert all_at_once(sees, "seen") == [f"{app_ids}\n"] * KERNELS
    assert set_aside(tmp_path / "tenant") == []
