"""The computer's clock jumps by an hour while a kernel runs: the tenant, MSAL and TLS all go by the new time."""

import errno
import socket
import ssl
import tempfile
import threading
import time
from contextlib import suppress

import pytest

from practice_tenant.listeners.tls import TlsIdentity
from tests.children import run

HOUR = 3600

# Every part reads the clock with time.time or datetime.now. Both are replaced before anything of the course is imported.
JUMPS = """
import datetime, json, sys, time

right, jump = time.time, [0.0]
time.time = lambda: right() + jump[0]

class Jumped(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

datetime.datetime = Jumped

import msal, requests
from course import Administrator, Registration, person

registration = Registration.load()
SCOPE, USERS = ["https://graph.microsoft.com/.default"], "https://graph.microsoft.com/v1.0/users"

def daemon(cache=None):
    return msal.ConfidentialClientApplication(
        registration.client_id, authority=registration.authority, token_cache=cache,
        client_credential=registration.client_credential,
    )

def users(result):
    return requests.get(USERS, headers={"Authorization": f"Bearer {result['access_token']}"}).status_code

def sign_in(app):
    flow = app.initiate_device_flow(["User.Read"])
    person.visit(f"{flow['verification_uri']}?otc={flow['user_code']}")
    return app.acquire_token_by_device_flow(flow)

public = msal.PublicClientApplication(registration.public_client_id, authority=registration.authority)
kept = daemon()
before = kept.acquire_token_for_client(SCOPE)
sign_in(public)
seen = {"users before": users(before)}

jump[0] = float(sys.argv[1])
seen["kept app"] = kept.acquire_token_for_client(SCOPE)["token_source"]
seen["new app"] = users(daemon().acquire_token_for_client(SCOPE))
seen["silent"] = public.acquire_token_silent(["User.Read"], public.get_accounts()[0], force_refresh=True)["token_source"]
seen["sign-in"] = sign_in(public)["id_token_claims"]["preferred_username"]
seen["old token"] = users(before)
seen["registered"] = Administrator(registration=registration).register_app("After the jump", ()).client_id != ""
print(json.dumps(seen))
"""

GOES_ON = '"new app": 200, "silent": "identity_provider", "sign-in": "learner@practice.example"'


def test_an_hour_ahead_msal_asks_for_a_new_token(tmp_path):
    """The old one has just ended, which the API forgives for five minutes."""
    said = run(JUMPS, tmp_path, str(HOUR))
    assert said == (
        f'{{"users before": 200, "kept app": "identity_provider", {GOES_ON}, "old token": 200, "registered": true}}\n'
    )


def test_an_hour_back_the_old_token_does_not_count_yet_and_a_new_one_does(tmp_path):
    said = run(JUMPS, tmp_path, str(-HOUR))
    assert said == f'{{"users before": 200, "kept app": "cache", {GOES_ON}, "old token": 401, "registered": true}}\n'


DAY = 24 * HOUR
YEARS = 3650 * DAY


def trusted(identity: TlsIdentity, client: ssl.SSLContext, now: float) -> bool:
    """Whether a client takes the certificate that a listener shows, whose clock says *now*. OpenSSL reads the computer's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with suppress(OSError), identity.at(now).wrap_socket(listener.accept()[0], server_side=True) as connection:
                connection.sendall(b"trusted")
                connection.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        connection = socket.create_connection(("127.0.0.1", listener.getsockname()[1]), 30)
        try:
            with connection, client.wrap_socket(connection, server_hostname="localhost") as tls:
                assert tls.recv(7) == b"trusted"
                tls.sendall(b".")
                return True
        except ssl.SSLCertVerificationError:
            return False
        finally:
            thread.join()


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 14 * DAY, -14 * DAY], ids=lambda jump: f"{jump / HOUR:.0f} h")
def test_tls_is_trusted_after_the_jump_with_the_certificate_from_before(jump: int):
    identity = TlsIdentity(time.time() - jump)
    client = ssl.create_default_context(cadata=identity.ca_certificate)
    assert trusted(identity, client, time.time() - jump)


@pytest.mark.parametrize(
    "jump", [16 * DAY, -16 * DAY, YEARS, -YEARS, time.time() - DAY], ids=lambda jump: f"{jump / DAY:.0f} d"
)
def test_tls_is_trusted_by_the_same_client_however_old_the_run_is_and_wherever_the_clock_was(jump: float):
    """A kernel that runs for weeks, a clock that stood in 1970 or in another decade when it started."""
    identity = TlsIdentity(time.time() - jump)
    client = ssl.create_default_context(cadata=identity.ca_certificate)
    assert trusted(identity, client, time.time())


def test_a_certificate_that_has_ended_is_not_trusted():
    """Without this, the tests before would show nothing."""
    identity = TlsIdentity(time.time() - 31 * DAY)
    client = ssl.create_default_context(cadata=identity.ca_certificate)
    assert not trusted(identity, client, time.time() - 31 * DAY)
    assert trusted(identity, client, time.time())


def test_the_old_certificate_stays_where_no_file_can_be_written(monkeypatch):
    identity = TlsIdentity(time.time() - 16 * DAY)
    client = ssl.create_default_context(cadata=identity.ca_certificate)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    assert trusted(identity, client, time.time())
