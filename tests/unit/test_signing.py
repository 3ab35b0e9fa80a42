"""Where tokens are signed: at once, or in a process of its own."""

import asyncio
import json
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest

from practice_tenant import server
from practice_tenant.authority import signing_process
from practice_tenant.authority.signing import Unsigned, here
from practice_tenant.authority.signing_process import SigningProcess
from practice_tenant.directory.signing_keys import SigningKey
from practice_tenant.state import State, in_memory
from tests.unit.children import ended
from tests.unit.practice import Practice

needs_fork = pytest.mark.skipif(not signing_process.available(), reason="needs Linux and two cores")

# What a process of its own runs, because a process that has threads must not be copied: tokens asked for at once.
ASKED = """
import asyncio, json, os, signal, sys
from practice_tenant.authority.signing import Unsigned
from practice_tenant.authority.signing_process import SigningProcess
from practice_tenant.state import in_memory
from practice_tenant.directory.signing_keys import SigningKeys

keys = SigningKeys(in_memory().directory, lambda: 2_000_000_000)
process = SigningProcess()
process.start()

async def ask(number, key):
    await asyncio.sleep(number % 7 / 1000)
    body = {"n": number, "access_token": Unsigned(header={"kid": key.kid}, claims={"uti": number}, key=key)}
    return await process(body)

async def several(count, key):
    return await asyncio.gather(*(ask(number, key) for number in range(count)))

def public():
    return {key.kid: key.jwk for key in keys.published()}

"""
ROTATED = """
async def everybody():
    first = await several(100, keys.current())
    keys.rotate()
    return first + await several(100, keys.current())

print(json.dumps({"answers": asyncio.run(everybody()), "keys": public(), "asked": process._key.kid}))
process.stop()
"""
KILLED = """
async def everybody():
    first = await several(20, keys.current())
    asyncio.get_running_loop().call_later(0.01, os.kill, process._process, signal.SIGKILL)
    return first + await several(300, keys.current()) + await several(20, keys.current())

print(json.dumps({"answers": asyncio.run(everybody()), "keys": public()}))
process.stop()
"""
OPEN = """
print(json.dumps([os.readlink(file.path).partition(":")[0] for file in os.scandir(f"/proc/{process._process}/fd")]))
process.stop()
"""
LEFT = """
print(process._process, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def state() -> Iterator[State]:
    state = in_memory()
    yield state
    state.directory.close()


@pytest.fixture
def key(practice: Practice) -> SigningKey:
    return practice.app.signing_keys.current()


def signed_answers(done: subprocess.CompletedProcess, count: int) -> dict:
    """What a process said that got so many tokens: each has its own number, and is signed by the key that it names."""
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert len(said["answers"]) == count
    for answer in said["answers"]:
        kid = jwt.get_unverified_header(answer["access_token"])["kid"]
        public = jwt.PyJWK(said["keys"][kid]).key
        assert jwt.decode(answer["access_token"], public, algorithms=["RS256"]) == {"uti": answer["n"]}
    return said


@pytest.mark.parametrize("sign", [here, SigningProcess()], ids=["here", "a process that isn't started"])
def test_only_tokens_are_signed_each_with_its_own_claims(sign: Callable, key: SigningKey):
    body = {
        "token_type": "Bearer",
        "access_token": Unsigned(header={"kid": key.kid}, claims={"uti": "one"}, key=key),
        "expires_in": 3599,
        "id_token": Unsigned(header={"kid": key.kid}, claims={"uti": "two"}, key=key),
    }
    signed = asyncio.run(sign(body))
    assert list(signed) == list(body)
    assert (signed["token_type"], signed["expires_in"]) == ("Bearer", 3599)
    public = key.private_key.public_key()
    for name, expected in (("access_token", "one"), ("id_token", "two")):
        assert jwt.get_unverified_header(signed[name]) == {"alg": "RS256", "typ": "JWT", "kid": key.kid}
        assert jwt.decode(signed[name], public, algorithms=["RS256"]) == {"uti": expected}


def test_a_token_without_its_signature_shows_no_key(key: SigningKey):
    assert "private" not in repr(Unsigned(header={"kid": key.kid}, claims={}, key=key))


def test_the_process_answers_with_signatures_in_the_order_of_its_requests(key: SigningKey):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        signing = threading.Thread(target=signing_process.answer, args=(theirs,))
        signing.start()
        signer = SigningProcess()
        frames = b""
        for number in range(3):
            token = Unsigned(header={}, claims={"uti": number}, key=key)
            job = signing_process._Job(token=token, signing_input=token.signing_input(), signature=None)
            frames += b"".join(signer._frames(job))
        # However the bytes arrive.
        for start in range(0, len(frames), 700):
            ours.sendall(frames[start : start + 700])
        ours.shutdown(socket.SHUT_WR)
        signing.join(10)
        signatures = ours.recv(3 * job.size, socket.MSG_WAITALL)
    public = key.private_key.public_key()
    for number in range(3):
        token = Unsigned(header={}, claims={"uti": number}, key=key)
        signature = signatures[number * job.size : (number + 1) * job.size]
        compact = signing_process.jws.compact(token.signing_input(), signature)
        assert jwt.decode(compact, public, algorithms=["RS256"]) == {"uti": number}


@needs_fork
def test_hundreds_at_once_are_each_answered_with_their_own_also_after_a_rotation(tmp_path: Path):
    said = signed_answers(ended("-c", ASKED + ROTATED, folder=tmp_path), 200)
    used = {jwt.get_unverified_header(answer["access_token"])["kid"] for answer in said["answers"]}
    assert len(used) == 2
    # Others were asked for meanwhile, so the process signed, and with the new key at the end.
    assert said["asked"] in used


@needs_fork
def test_if_the_process_is_killed_everybody_is_answered_and_it_is_said(tmp_path: Path):
    done = ended("-c", ASKED + KILLED, folder=tmp_path)
    signed_answers(done, 340)
    assert "The process that signs has ended; from now on this one signs." in done.stderr


@needs_fork
def test_from_the_beginning_the_process_has_no_socket_but_its_own(tmp_path: Path):
    done = ended("-c", ASKED + OPEN, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout).count("socket") == 1


@needs_fork
def test_the_process_ends_with_the_one_that_made_it_even_if_that_is_killed(tmp_path: Path):
    done = ended("-c", ASKED + LEFT, folder=tmp_path)
    assert done.returncode == -signal.SIGKILL
    process = int(done.stdout)
    for _ in range(100):
        if not _lives(process):
            break
        threading.Event().wait(0.05)
    assert not _lives(process)


def _lives(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("how", "own"), [({}, signing_process.available()), ({"private": True}, False), ({"several": True}, False)], ids=str
)
def test_only_a_server_alone_signs_in_a_process_of_its_own(how: dict, own: bool, state: State):
    listeners = server.listen(state, **how)
    try:
        assert isinstance(listeners.new_app.keywords["sign"], SigningProcess) is own
        assert (listeners.signer is not None) is own
    finally:
        for bound in (*listeners.https, *listeners.http):
            bound.close()
