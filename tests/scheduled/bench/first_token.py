"""From a fresh kernel to a token, the practice tenant's start included."""

from collections.abc import Iterator
from pathlib import Path

from tests.environment import hermetic
from tests.scheduled.bench import kernel
from tests.scheduled.bench.figure import Figure, from_repeats
from tests.scheduled.bench.plan import Plan

FIRST_TOKEN = """
import time
began = time.perf_counter()
from course import Registration
registration = Registration.load()
app = msal.ConfidentialClientApplication(
    registration.client_id,
    authority=registration.authority,
    client_credential=registration.client_credential,
)
result = app.acquire_token_for_client(registration.scopes)
print(time.perf_counter() - began)
assert "access_token" in result, result["error"]
"""

# To its first answer over TLS: a port that is open doesn't say yet that somebody answers there.
START = """
import ssl, time, urllib.request
began = time.perf_counter()
from practice_tenant import start
tenant = start()
url = f"https://localhost:{tenant.https_port}/{tenant.seeded.tenant_id}/v2.0/.well-known/openid-configuration"
context = ssl.create_default_context(cadata=tenant.ca_certificate)
with urllib.request.build_opener(urllib.request.HTTPSHandler(context=context)).open(url) as answer:
    answer.read()
print(time.perf_counter() - began)
"""

AGAIN = """
began = time.perf_counter()
start()
print(time.perf_counter() - began)
"""


def figures(folder: Path, plan: Plan) -> Iterator[Figure]:
    """Each repeat has a new state folder and three kernels: the first day's, a later one, one that only starts."""
    _repeat(folder / "warm-up")
    measured = [_repeat(folder / f"repeat {number}") for number in range(plan.repeats)]
    yield from_repeats(measured, "first token after `import msal`, first day: keys made on the way", "first day", "s")
    yield from_repeats(measured, "first token after `import msal`, keys already made", "later", "s", "≤ 0.6 s")
    started = "`start()` in a fresh kernel, from its import to its first answer, keys already made"
    yield from_repeats(measured, started, "start", "s", "≤ 0.35 s")
    yield from_repeats(measured, "`start()` again", "again", "s", "a no-op")


def _repeat(folder: Path) -> dict[str, float]:
    environment = hermetic(folder)
    measured = {}
    for day in ("first day", "later"):
        with kernel.running(environment) as client:
            kernel.printed(client, "import msal")
            measured[day] = float(kernel.printed(client, FIRST_TOKEN))
    with kernel.running(environment) as client:
        kernel.printed(client, "import msal")
        measured["start"] = float(kernel.printed(client, START))
        measured["again"] = float(kernel.printed(client, AGAIN))
    return measured
