"""Where tokens are signed: at once, or beside everything else."""

import asyncio
import base64
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import jwt
import pytest

from practice_tenant import server
from practice_tenant.authority.signing import InThread, Sign, Unsigned, here
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

    def signature(self, signing_input: bytes) -> bytes:
        return b"signed" if self.happened.wait(10) else b"nothing happened meanwhile"


class Failing(Unsigned):
    """A token that can't be signed."""

    def signature(self, signing_input: bytes) -> bytes:
        raise ZeroDivisionError


@pytest.mark.parametrize("sign", [here, InThread()], ids=["here", "in a thread"])
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


def test_in_a_thread_others_are_answered_while_tokens_are_signed(key: SigningKey):
    happened, sign = threading.Event(), InThread()
    body = {"access_token": Waiting(header={}, claims={}, key=key, happened=happened)}

    async def both() -> list[dict]:
        signing = asyncio.gather(sign(body), sign(body))
        # Whoever comes later waits for nobody but the thread.
        for _ in range(3):
            await asyncio.sleep(0)
        later = asyncio.ensure_future(sign(body))
        happened.set()
        return [*await signing, await later]

    tokens = [answer["access_token"].rpartition(".")[2] for answer in asyncio.run(both())]
    assert tokens == [base64.urlsafe_b64encode(b"signed").decode()] * 3


def test_a_token_that_is_the_only_one_is_signed_without_a_thread(key: SigningKey):
    sign = InThread()
    body = {"access_token": Unsigned(header={}, claims={}, key=key)}
    for _ in range(2):
        asyncio.run(sign(body))
    assert sign._thread is None


def test_hundreds_at_once_are_each_answered_with_their_own(key: SigningKey):
    sign = InThread()

    async def ask(number: int) -> tuple[int, str]:
        await asyncio.sleep(number % 7 / 1000)
        claims = {"uti": number}
        return number, (await sign({"access_token": Unsigned(header={}, claims=claims, key=key)}))["access_token"]

    async def everybody() -> list[tuple[int, str]]:
        return await asyncio.gather(*map(ask, range(300)))

    public = key.private_key.public_key()
    for number, token in asyncio.run(everybody()):
        assert jwt.decode(token, public, algorithms=["RS256"]) == {"uti": number}
    assert sign._thread is not None


@pytest.mark.parametrize("count", [1, 3])
def test_what_goes_wrong_reaches_who_asked_and_nobody_else(count: int, key: SigningKey):
    sign = InThread()

    async def ask() -> tuple[list, dict]:
        failed = await asyncio.gather(
            *(sign({"access_token": Failing(header={}, claims={}, key=key)}) for _ in range(count)),
            return_exceptions=True,
        )
        return failed, await sign({"access_token": Unsigned(header={}, claims={}, key=key)})

    failed, answered = asyncio.run(ask())
    assert [type(error) for error in failed] == [ZeroDivisionError] * count
    assert answered["access_token"].count(".") == 2


def test_who_goes_away_keeps_nobody_from_an_answer(key: SigningKey):
    happened, sign = threading.Event(), InThread()
    body = {"access_token": Waiting(header={}, claims={}, key=key, happened=happened)}

    async def ask() -> dict:
        first, second = (asyncio.ensure_future(sign(body)) for _ in range(2))
        for _ in range(3):
            await asyncio.sleep(0)
        first.cancel()
        happened.set()
        return await second

    assert asyncio.run(ask())["access_token"].count(".") == 2


def test_a_token_without_its_signature_shows_no_key(key: SigningKey):
    assert "private" not in repr(Unsigned(header={"kid": key.kid}, claims={}, key=key))


@pytest.mark.parametrize(
    ("how", "in_a_thread"), [({}, True), ({"private": True}, False), ({"several": True}, False)], ids=str
)
def test_a_server_of_its_own_signs_in_a_thread(how: dict, in_a_thread: bool, state: State):
    listeners = server.listen(state, **how)
    try:
        assert isinstance(listeners.new_app.keywords["sign"], InThread) is in_a_thread
    finally:
        for bound in (*listeners.https, *listeners.http):
            bound.close()
