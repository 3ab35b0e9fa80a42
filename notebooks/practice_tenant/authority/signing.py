"""Tokens before they are signed, and where that is done: at once, or in threads while other requests are answered.

Signing is the longest step of a token request. It needs one core but not Python's lock, so with several cores it can run
beside everything else. (cryptography lets go of the lock while it signs; before its version 47 it kept it, and threads
then gain nothing.)
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import jwt

from ..directory.signing_keys import SigningKey


@dataclass(frozen=True, kw_only=True)
class Unsigned:
    """A token that lacks its signature: header fields beside ``alg`` and ``typ``, claims, and the key to sign with."""

    header: dict
    claims: dict
    key: SigningKey = field(repr=False)

    def signed(self) -> str:
        """The JWS in compact serialization (RFC 7515 section 3.1), by RS256."""
        return jwt.encode(self.claims, self.key.private_key, algorithm="RS256", headers=self.header)


# What makes of a token response one whose tokens are signed.
Sign = Callable[[dict], Awaitable[dict]]


async def here(body: dict) -> dict:
    """Sign the tokens of a response at once; nobody else is answered meanwhile."""
    return {name: value.signed() if isinstance(value, Unsigned) else value for name, value in body.items()}


class InThreads:
    """Signs in as many threads as there are cores."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="signing")

    async def __call__(self, body: dict) -> dict:
        """Sign the tokens of a response while others are answered."""
        loop = asyncio.get_running_loop()
        unsigned = {name: value for name, value in body.items() if isinstance(value, Unsigned)}
        signing = [loop.run_in_executor(self._threads, value.signed) for value in unsigned.values()]
        return body | dict(zip(unsigned, [await token for token in signing], strict=True))
