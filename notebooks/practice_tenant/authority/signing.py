"""Signs the tokens of a response in a thread pool.

Signing is the longest step of a token request. The event loop answers other requests during it, because cryptography
releases Python's lock. Versions before 47 keep the lock, which only costs throughput.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from .. import jose
from ..directory.signing_keys import SigningKey

_THREADS = ThreadPoolExecutor(2, thread_name_prefix="practice-tenant-signing")


@dataclass(frozen=True, kw_only=True)
class Unsigned:
    """A token without its signature: header fields besides ``typ`` and ``alg``, claims, and the key to sign with."""

    header: dict
    claims: dict
    key: SigningKey = field(repr=False)

    def signed(self) -> str:
        """The token in compact serialization."""
        return jose.sign(self.key.private_key, self.header, self.claims)


async def sign(body: dict) -> dict:
    """The response with its tokens signed."""
    tokens = {name: value for name, value in body.items() if isinstance(value, Unsigned)}
    loop = asyncio.get_running_loop()
    signed = await asyncio.gather(*(loop.run_in_executor(_THREADS, token.signed) for token in tokens.values()))
    return body | dict(zip(tokens, signed, strict=True))
