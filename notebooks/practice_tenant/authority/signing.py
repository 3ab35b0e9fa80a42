"""Tokens before they are signed, and where that is done: at once, or in a thread while other requests are answered.

Signing is the longest step of a token request. It needs a core but not Python's lock, so with two cores it can run beside
everything else. (cryptography lets go of the lock while it signs; before version 47 it kept it, and a thread gains
nothing.)
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from .. import jws
from ..directory.signing_keys import SigningKey


@dataclass(frozen=True, kw_only=True)
class Unsigned:
    """A token that lacks its signature: header fields beside ``typ`` and ``alg``, claims, and the key to sign with."""

    header: dict
    claims: dict
    key: SigningKey = field(repr=False)

    def signing_input(self) -> bytes:
        """What is signed (RFC 7515 section 5.1)."""
        return jws.signing_input({"typ": "JWT", "alg": "RS256"} | self.header, self.claims)

    def signature(self, signing_input: bytes) -> bytes:
        """The signature by RS256 (RFC 7518 section 3.3)."""
        return self.key.private_key.sign(signing_input, padding.PKCS1v15(), SHA256())

    def signed(self) -> str:
        """The token in compact serialization."""
        signing_input = self.signing_input()
        return jws.compact(signing_input, self.signature(signing_input))


# What makes of a token response one whose tokens are signed.
Sign = Callable[[dict], Awaitable[dict]]


async def here(body: dict) -> dict:
    """Sign the tokens of a response at once; nobody else is answered meanwhile."""
    return {name: value.signed() if isinstance(value, Unsigned) else value for name, value in body.items()}


@dataclass(frozen=True, kw_only=True)
class _Job:
    token: Unsigned
    signing_input: bytes
    signature: asyncio.Future


class InThread:
    """Signs in a thread while others are answered; a token that is the only one is signed at once, which is sooner.

    It is for one event loop. The thread ends with the process.
    """

    def __init__(self) -> None:
        self._new: list[_Job] = []
        self._given: SimpleQueue[_Job] = SimpleQueue()
        self._signed: deque[tuple[_Job, bytes | Exception]] = deque()
        self._unfinished = 0
        self._told = False
        self._thread: threading.Thread | None = None

    async def __call__(self, body: dict) -> dict:
        """Sign the tokens of a response."""
        jobs = {name: self._job(value) for name, value in body.items() if isinstance(value, Unsigned)}
        return body | {name: jws.compact(job.signing_input, await job.signature) for name, job in jobs.items()}

    def _job(self, token: Unsigned) -> _Job:
        loop = asyncio.get_running_loop()
        job = _Job(token=token, signing_input=token.signing_input(), signature=loop.create_future())
        self._new.append(job)
        if len(self._new) == 1:
            # When all that is ready now has had its turn, it shows whether there are others.
            loop.call_soon(self._give, loop)
        return job

    def _give(self, loop: asyncio.AbstractEventLoop) -> None:
        jobs, self._new = self._new, []
        if len(jobs) == 1 and not self._unfinished:
            _settle(jobs[0], _result(jobs[0]))
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, args=(loop,), name="signing", daemon=True)
            self._thread.start()
        self._unfinished += len(jobs)
        for job in jobs:
            self._given.put(job)

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        # A loop that was closed has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            while True:
                job = self._given.get()
                self._signed.append((job, _result(job)))
                if not self._told:
                    self._told = True
                    loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        # First this: what is appended from here on is either taken below, or told of again.
        self._told = False
        while self._signed:
            self._unfinished -= 1
            _settle(*self._signed.popleft())


def _result(job: _Job) -> bytes | Exception:
    try:
        return job.token.signature(job.signing_input)
    except Exception as error:  # noqa: BLE001 - whoever waits for the signature gets it
        return error


def _settle(job: _Job, result: bytes | Exception) -> None:
    if job.signature.done():
        # The client went away meanwhile.
        return
    if isinstance(result, Exception):
        job.signature.set_exception(result)
    else:
        job.signature.set_result(result)
