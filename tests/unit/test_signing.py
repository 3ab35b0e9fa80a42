"""Where tokens are signed: at once, or beside everything else."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import jwt
import pytest

from practice_tenant import server
from practice_tenant.authority.signing import InThreads, Sign, Unsigned, here
from practice_tenant.directory.signing_keys import SigningKey
from practice_tenant.state import State, in_memory
from tests.unit.practice import Practice


@pytest.fixture
def state() -> Iterator[State]:
    state = in_memory()
    yield state
    state.directory.close()


@pytest.fixture
def key(practice: Practice) -> SigningKey:
    return practice.app.signing_keys.current()


@dataclass(frozen=True, kw_only=True)
class Waiting(Unsigned):
    """A token whose signature waits until something else happened."""

    happened: threading.Event

    def signed(self) -> str:
        return "signed" if self.happened.wait(10) else "nothing happened meanwhile"


@pytest.mark.parametrize("sign", [here, InThreads()], ids=["here", "in threads"])
def test_only_tokens_are_signed_each_with_its_own_claims(sign: Sign, key: SigningKey):
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


def test_in_threads_others_are_answered_while_a_token_is_signed(key: SigningKey):
    happened = threading.Event()
    body = {"access_token": Waiting(header={}, claims={}, key=key, happened=happened)}

    async def both() -> dict:
        signing = asyncio.ensure_future(InThreads()(body))
        await asyncio.sleep(0)
        happened.set()
        return await signing

    assert asyncio.run(both()) == {"access_token": "signed"}


def test_a_token_without_its_signature_shows_no_key(key: SigningKey):
    assert "private" not in repr(Unsigned(header={"kid": key.kid}, claims={}, key=key))


@pytest.mark.parametrize(
    ("how", "in_threads"), [({}, True), ({"private": True}, False), ({"several": True}, False)], ids=str
)
def test_a_server_of_its_own_signs_in_threads(how: dict, in_threads: bool, state: State):
    listeners = server.listen(state, **how)
    try:
        assert isinstance(listeners.new_app.keywords["sign"], InThreads) is in_threads
    finally:
        for bound in (*listeners.https, *listeners.http):
            bound.close()
