"""What the daemon meets, in order. Each phase makes one thing go wrong, and puts it right if that isn't the daemon's task."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from .world import World

# MSAL asks for a new token when less than five minutes are left: such tokens last a second for it.
SHORT_LIVED = 301
# An API lets five minutes pass after a token's end, because clocks differ.
PAST_EXPIRY = SHORT_LIVED + 300 + 120

# How long an API throttles or is down here; minutes or hours in the cloud.
SECONDS_OF_TROUBLE = 3
RETRY_AFTER = 1

# What a patient daemon sends meanwhile: one request for each Retry-After, or a handful with exponential back-off.
MOST_REQUESTS = 9

_ENDLESS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One kind of trouble.

    Attributes:
        name: what happens, in a few words.
        repair: what a daemon that doesn't survive it lacks.
        happen: makes it happen; returns a sentence if the daemon behaved badly meanwhile.
        wait: waits for the moment.
    """

    name: str
    repair: str
    happen: Callable[[World], str | None]
    wait: Callable[[World], object] = lambda world: None


def _starts(world: World) -> None:
    world.tenant.token_lifetime(SHORT_LIVED)
    world.daemon.start()


def _new_token(world: World) -> None:
    # To MSAL a token lasts a second now, so one that is asked for at all is asked for soon.
    world.wait_for_token_requests(1, share=1 / 4)


def _long_lived_token(world: World) -> None:
    world.tenant.token_lifetime(None)
    world.wait_for_token_requests(1)
    world.wait_for_jobs(2)


def _token_ends(world: World) -> str | None:
    world.tenant.shift_clock(PAST_EXPIRY)
    recovered = world.wait_for_jobs(2)
    world.tenant.shift_clock(0)
    return None if recovered else "it went on with a token that had ended"


def _secret_ends(world: World) -> None:
    world.tenant.expire_secret(world.client_id)
    time.sleep(1)
    world.use_new_secret()


def _certificates_change(world: World) -> None:
    world.use_new_certificate()
    world.wait_for_token_requests(1)
    world.use_new_certificate()
    world.wait_for_token_requests(1)


def _signing_key_changes(world: World) -> None:
    world.tenant.rotate_signing_key()
    world.wait_for_token_requests(1)


def _api_throttles(world: World) -> str | None:
    before = world.tenant.requests("graph")
    world.tenant.throttle(times=_ENDLESS, retry_after=RETRY_AFTER, endpoint="graph")
    return _wait_out(world, before, f"it was told to wait {RETRY_AFTER} s each time")


def _api_is_down(world: World) -> str | None:
    before = world.tenant.requests("graph")
    world.tenant.fail(times=_ENDLESS, status=503, endpoint="graph")
    return _wait_out(world, before, "nobody answered, and it asked on and on")


def _tenant_restarts(world: World) -> None:
    world.stop_tenant()
    time.sleep(1)
    world.start_tenant()


def _killed(world: World) -> str | None:
    world.daemon.kill()
    before = world.tenant.requests("token", world.client_id)
    world.daemon.start()
    if world.wait_for_jobs(2) and world.tenant.requests("token", world.client_id) > before:
        return "it asked for a new token after the restart, although the one it had was good: its cache is lost"
    return None


def _killed_while_writing(world: World) -> None:
    world.daemon.kill()
    for file in world.daemon.other_files():
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
    world.daemon.start()


def _wait_out(world: World, before: int, reason: str) -> str | None:
    time.sleep(SECONDS_OF_TROUBLE)
    sent = world.tenant.requests("graph") - before
    world.tenant.clear()
    world.tenant.token_lifetime(SHORT_LIVED)
    if sent > MOST_REQUESTS:
        return f"it sent {sent} requests in {SECONDS_OF_TROUBLE} s: {reason}"
    return None


PHASES = (
    Phase(name="it starts", repair="print the report's log, and read what it said", happen=_starts),
    Phase(
        name="a token ends before its time",
        repair="ask MSAL for the token before each job, and take a 401 as a reason to ask for a new one",
        happen=_token_ends,
        wait=_new_token,
    ),
    Phase(
        name="the secret ends, a new one is in the settings",
        repair="read the settings again before a job, and make a new application when they have changed",
        happen=_secret_ends,
    ),
    Phase(
        name="a certificate takes the secret's place, then the next one",
        repair="let CLIENT_CERTIFICATE_PATH, where it is set, be the credential",
        happen=_certificates_change,
    ),
    Phase(
        name="the tenant signs with a new key",
        repair="leave checking the token to the API: the daemon has nothing to do here",
        happen=_signing_key_changes,
    ),
    Phase(
        name="the API throttles: 429 with Retry-After",
        repair="wait as long as Retry-After says",
        happen=_api_throttles,
    ),
    Phase(name="the API is down: 503", repair="wait longer after each failure", happen=_api_is_down),
    Phase(
        name="the tenant restarts: nobody listens for a while",
        repair="catch what requests and MSAL raise without a network, wait, and try again",
        happen=_tenant_restarts,
    ),
    Phase(
        name="the daemon is killed and starts again",
        repair="write the token cache down when it has changed, and read it at the start",
        happen=_killed,
        wait=_long_lived_token,
    ),
    Phase(
        name="it is killed while it writes its cache: half a file is left",
        repair="begin with an empty cache when the file can't be read",
        happen=_killed_while_writing,
    ),
)
